import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withCircuitBreaker } from './circuit-breaker.ts';
import { openStore } from './open.ts';
import type { Store } from './store.ts';
import { rejectionCodeOf } from './testing/stores.ts';

let real: Store;
let answers: boolean;
let asked: number;
let store: Store;

beforeEach(async () => {
  real = await openStore('sqlite::memory:');
  [answers, asked] = [true, 0];
  const running = (): ReturnType<Store['tables']['rollouts']['running']> => {
    asked++;
    return answers ? real.tables.rollouts.running() : new Promise(() => undefined);
  };
  const rollouts = { ...real.tables.rollouts, running };
  store = withCircuitBreaker({ ...real, tables: { ...real.tables, rollouts } }, 3000);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await real.close();
});

const ask = () => rejectionCodeOf(store.tables.rollouts.running());

it('a store that never answers is away after the time, and then at once for all but one call', async () => {
  expect(await ask()).toBe('resolved');
  answers = false;
  const first = ask();
  await vi.advanceTimersByTimeAsync(3000);
  expect(await first).toBe('STORE_UNAVAILABLE');
  const probe = ask();
  expect([await ask(), await ask(), asked]).toEqual(['STORE_UNAVAILABLE', 'STORE_UNAVAILABLE', 3]);
  await vi.advanceTimersByTimeAsync(3000);
  expect(await probe).toBe('STORE_UNAVAILABLE');
});

it('the first call that is answered lets all others through again', async () => {
  answers = false;
  const first = ask();
  await vi.advanceTimersByTimeAsync(3000);
  await first;
  answers = true;
  expect([await ask(), ...(await Promise.all([ask(), ask()]))]).toEqual(['resolved', 'resolved', 'resolved']);
});
