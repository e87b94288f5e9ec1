import { expect, test } from 'vitest';
import { guarded } from './guarded.ts';

test('what a round throws or rejects with is told, and the next one comes', async () => {
  const told: unknown[] = [];
  const short = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  let rounds = 0;
  const work = (): Promise<void> | undefined => {
    rounds++;
    if (rounds === 1) throw short;
    return rounds === 2 ? Promise.reject(short) : undefined;
  };
  const round = guarded(work, (error) => told.push(error));
  for (let k = 0; k < 3; k++) await round();
  expect([rounds, told]).toEqual([3, [short, short]]);
});
