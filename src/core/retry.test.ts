import { expect, test } from 'vitest';
import { Backoff } from './backoff.ts';
import { PlimsollError } from './errors.ts';
import { hasCode, type RetryOptions, retry } from './retry.ts';

const gone = (): PlimsollError => new PlimsollError('SINK_UNAVAILABLE', { where: 'db', reason: 'gone' });

/** Work that fails so many times, over time that passes by the pauses alone. */
function failing(failures: number, error: () => Error = gone) {
  const state = { calls: 0, now: 0, pauses: [] as number[] };
  const work = async (): Promise<string> => {
    state.calls += 1;
    if (state.calls <= failures) throw error();
    return 'done';
  };
  const options = {
    backoff: { firstMillis: 100, maxMillis: 1000 },
    clock: { monotonic: () => state.now },
    sleep: async (millis: number) => {
      state.pauses.push(millis);
      state.now += millis;
    },
  } satisfies RetryOptions;
  return { state, work, options };
}

test('work that fails is done again after pauses that grow, until it succeeds', async () => {
  const { state, work, options } = failing(5);
  const told: number[] = [];
  expect(await retry(work, { ...options, onRetry: (_, pause) => told.push(pause) })).toBe('done');
  expect(state.pauses).toEqual([100, 200, 400, 800, 1000]);
  expect(told).toEqual(state.pauses);
});

test('what the last attempt threw is thrown', async () => {
  const { state, work, options } = failing(9);
  await expect(retry(work, { ...options, attempts: 3 })).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
  expect(state.calls).toBe(3);
});

test('no attempt begins when the time for all of them is over', async () => {
  const { state, work, options } = failing(99);
  await expect(retry(work, { ...options, maxElapsedMillis: 700 })).rejects.toThrow();
  expect(state.pauses).toEqual([100, 200, 400]);
});

test('what is not worth another attempt is thrown at once', async () => {
  const isRetryable = hasCode('SINK_UNAVAILABLE', 'STORE_BUSY');
  const bug = failing(1, () => new Error('bug'));
  await expect(retry(bug.work, { ...bug.options, isRetryable })).rejects.toThrow('bug');
  expect(bug.state.calls).toBe(1);
  const passing = failing(1);
  expect(await retry(passing.work, { ...passing.options, isRetryable })).toBe('done');
});

test('nobody is asked again before the time that they asked for', async () => {
  const { state, work, options } = failing(2);
  await retry(work, { ...options, retryAfterMillis: () => 150 });
  expect(state.pauses).toEqual([150, 200]);
});

test('pauses are shortened by chance', async () => {
  const { state, work, options } = failing(2);
  const backoff = { ...options.backoff, jitter: 0.5 };
  await retry(work, { ...options, backoff, random: { next: () => 0.5 } });
  expect(state.pauses).toEqual([75, 150]);
});

test('work that has come so far begins anew with the first pause', async () => {
  const { state, work, options } = failing(4);
  const backoff = new Backoff(options.backoff);
  const resetting = (): Promise<string> => {
    if (state.calls === 2) backoff.reset();
    return work();
  };
  await retry(resetting, { ...options, backoff });
  expect(state.pauses).toEqual([100, 200, 100, 200]);
});

test('a signal ends the wait', async () => {
  const end = new AbortController();
  const waiting = retry(failing(1).work, {
    backoff: { firstMillis: 1e6, maxMillis: 1e6 },
    signal: end.signal,
    onRetry: () => end.abort(),
  });
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
