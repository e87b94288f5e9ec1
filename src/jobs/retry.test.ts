import { expect, test } from 'vitest';
import { PlimsollError } from '../core/errors.ts';
import { retrying } from './retry.ts';

const gone = (): PlimsollError => new PlimsollError('SINK_UNAVAILABLE', { where: 'db', reason: 'gone' });

test('what passes is done again until it works', async () => {
  let calls = 0;
  const work = async (): Promise<string> => {
    calls += 1;
    if (calls < 3) throw gone();
    return 'done';
  };
  expect(await retrying(['SINK_UNAVAILABLE'], work, [1, 1, 1])).toBe('done');
  expect(calls).toBe(3);
});

test('what does not pass is thrown at last, and what is something else at once', async () => {
  let calls = 0;
  const work = (error: () => Error) => async (): Promise<never> => {
    calls += 1;
    throw error();
  };
  await expect(retrying(['SINK_UNAVAILABLE'], work(gone), [1, 1])).rejects.toMatchObject({
    code: 'SINK_UNAVAILABLE',
  });
  expect(calls).toBe(3);
  await expect(
    retrying(
      ['SINK_UNAVAILABLE'],
      work(() => new Error('bug')),
      [1],
    ),
  ).rejects.toThrow('bug');
  expect(calls).toBe(4);
});
