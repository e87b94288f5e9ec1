import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type SupervisedWorker, Supervisor, type SupervisorOptions } from './supervisor.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A worker that ends when it is told to, and notes that it was closed. */
interface FakeWorker extends SupervisedWorker {
  readonly epoch: number;
  end(reason: string): void;
  isClosed: boolean;
}

/** A supervisor whose `outcomes` say of each start whether it succeeds; those that are left out do. */
function supervised(outcomes: readonly boolean[] = [], more: Partial<SupervisorOptions<FakeWorker>> = {}) {
  const restarts: (readonly [string, number])[] = [];
  const workers: FakeWorker[] = [];
  const supervisor = new Supervisor<FakeWorker>({
    start: async (epoch) => {
      if (outcomes[epoch - 1] === false) throw new Error(`start ${epoch}`);
      const { promise, resolve } = Promise.withResolvers<string>();
      const worker: FakeWorker = {
        ...{ epoch, ended: promise, end: resolve, isClosed: false },
        close: async () => {
          worker.isClosed = true;
          resolve('closed');
        },
      };
      workers.push(worker);
      return worker;
    },
    restart: { backoff: { firstMillis: 100, maxMillis: 1000 }, settledMillis: 60_000 },
    onRestart: (reason, delay) => restarts.push([reason, delay]),
    ...more,
  });
  return { supervisor, restarts, workers };
}

const pass = (millis = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(millis);

test('a worker that ends is followed by the next, after pauses that double', async () => {
  const { supervisor, restarts } = supervised();
  supervisor.start();
  for (let end = 0; end < 5; end++) {
    await pass(1000);
    supervisor.worker?.end('killed by SIGKILL');
  }
  await pass(1000);
  expect(restarts).toEqual([100, 200, 400, 800, 1000].map((delay) => ['killed by SIGKILL', delay]));
  expect(supervisor.epoch).toBe(6);
  expect(supervisor.worker?.epoch).toBe(6);
});

test('one that has settled is replaced as if it were the first', async () => {
  const { supervisor, restarts } = supervised([false, false]);
  supervisor.start();
  await pass(300);
  expect(supervisor.failure).toBe(null);
  await pass(60_000);
  supervisor.worker?.end('exit code 1');
  await pass();
  expect(restarts).toEqual([
    ['start 1', 100],
    ['start 2', 200],
    ['exit code 1', 100],
  ]);
});

test('the first end in a row costs no pause where that is wanted', async () => {
  const restart = { backoff: { firstMillis: 50, maxMillis: 1000 }, settledMillis: 10_000, isFirstFree: true };
  const { supervisor, restarts } = supervised([], { restart });
  supervisor.start();
  for (const lived of [10, 10, 10, 10_000]) {
    await pass(1000);
    await pass(lived - 10);
    supervisor.worker?.end('gone');
  }
  await pass();
  expect(restarts.map(([, delay]) => delay)).toEqual([0, 100, 200, 0]);
});

test('starts that keep failing are given up where somebody says so, and counted anew after one that did not', async () => {
  const counted: number[] = [];
  const isGivenUp = (failedStarts: number): boolean => counted.push(failedStarts) > 0 && failedStarts === 2;
  const { supervisor } = supervised([false, true, false, false, true], { isGivenUp });
  supervisor.start();
  await pass(1000);
  supervisor.worker?.end('gone');
  await pass(100_000);
  expect(counted).toEqual([1, 0, 1, 2]);
  expect(supervisor.worker).toBe(null);
  expect(supervisor.failure?.message).toBe('start 4');
});

test('the first start throws what it throws to whoever opens, and is not tried again', async () => {
  const { supervisor, workers } = supervised([false]);
  await expect(supervisor.open()).rejects.toThrow('start 1');
  await pass(100_000);
  expect(workers).toEqual([]);
});

test('the next one is there before one that is replaced goes; it stays where none can be started', async () => {
  const { supervisor, workers } = supervised([true, false, true]);
  await supervisor.open();
  const [first] = workers;
  expect(await supervisor.replace(first!)).toBe(false);
  expect([supervisor.worker, first?.isClosed]).toEqual([first, false]);
  expect(await supervisor.replace(first!)).toBe(true);
  expect([supervisor.worker?.epoch, first?.isClosed]).toEqual([3, true]);
  await pass(100_000);
  expect(supervisor.epoch).toBe(3);
});

test('a worker that is lost is handed out no more, and is followed once it has ended', async () => {
  const { supervisor, workers } = supervised();
  await supervisor.open();
  supervisor.lose(workers[0]!);
  expect(supervisor.worker).toBe(null);
  await pass(1000);
  expect(supervisor.epoch).toBe(1);
  workers[0]?.end('gone');
  await pass(1000);
  expect(supervisor.worker?.epoch).toBe(2);
});

test('what is stopped is closed and starts nothing any more, also where a start was under way', async () => {
  const { supervisor, workers } = supervised();
  supervisor.start();
  const stopped = supervisor.stop();
  await pass();
  await stopped;
  expect(workers.map(({ isClosed }) => isClosed)).toEqual([true]);
  const later = supervised();
  await later.supervisor.open();
  later.workers[0]?.end('gone');
  await pass();
  await later.supervisor.stop();
  await pass(100_000);
  expect(later.supervisor.epoch).toBe(1);
});
