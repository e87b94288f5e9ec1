import type { Define } from '../commands.ts';
import { exportLog } from './export.ts';
import { goldenFromLog } from './golden.ts';
import { replayLog } from './replay.ts';
import { showRequest } from './show.ts';

/** `requests`: each command loads what it needs when it runs. */
export const requests: Define = (command, terminal) => {
  command
    .description('Reads the prediction log: what was asked and answered, by which version, when.')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ plimsoll requests show 3f2a9c81d0e4-17',
        '  $ plimsoll requests export churn -o churn.parquet --from 24h',
        '  $ plimsoll requests golden churn --drifted -o drifted.json',
        '  $ plimsoll requests replay churn --to churn@4',
      ].join('\n'),
    );
  const add = (name: string, summary: string, define: Define): void =>
    define(command.command(name).summary(summary), terminal);
  add('show', 'what one request was asked and answered', showRequest);
  add('export', 'logged rows as a file for other tools', exportLog);
  add('golden', 'logged rows as golden rows', goldenFromLog);
  add('replay', 'recorded traffic against a server or another version', replayLog);
};
