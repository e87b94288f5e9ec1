import { expect, test } from 'vitest';
import { OutageLog } from './outage-log.ts';

test('an outage is said when it begins, when its reason changes and when it is over', () => {
  const said: string[] = [];
  const say =
    (level: string) =>
    ({ err }: { err?: unknown }, message: string): void =>
      void said.push(`${level} ${message}${err === undefined ? '' : ` ${err}`}`);
  const logger = { info: say('info'), warn: say('warn'), error: say('error') };
  const outage = new OutageLog({ logger, begins: 'away', ends: 'back' });
  const steps = ['gone', 'gone', 'gone', null, null, 'gone', 'full', 'full', null];
  for (const reason of steps) {
    if (reason === null) outage.worked();
    else outage.failed(new Error(reason));
  }
  expect(said).toEqual([
    'error away Error: gone',
    'warn back',
    'error away Error: gone',
    'error away Error: full',
    'warn back',
  ]);
});
