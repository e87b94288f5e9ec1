import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from 'vitest';
import { openStore } from '../open.ts';
import { version } from '../testing/rows.ts';
import { rejectionCodeOf, storesOf } from '../testing/stores.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-thread-'));
let files = 0;
const fresh = async () => `sqlite:${join(folder, `${++files}.db`)}`;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a piece of work does, with the threads that were started meanwhile. */
async function threadsOf<T>(work: () => Promise<T>): Promise<readonly [T, readonly Worker[]]> {
  const started: Worker[] = [];
  const note = (worker: Worker) => started.push(worker);
  process.on('worker', note);
  try {
    const answer = await work();
    // Threads are announced a turn after their start.
    await turn();
    return [answer, started];
  } finally {
    process.off('worker', note);
  }
}

describe('a SQLite file in a thread of its own', () => {
  const stores = storesOf({ name: 'sqlite', options: { thread: 'first' }, fresh });

  it('lets the process go on while it writes', async () => {
    const store = await stores.one();
    let [last, longest, ticks] = [performance.now(), 0, 0];
    const ticking = setInterval(() => {
      const now = performance.now();
      [last, longest, ticks] = [now, Math.max(longest, now - last), ticks + 1];
    }, 1);
    for (let i = 0; i < 300; i += 1)
      await store.transaction(({ versions }) => versions.insert(version({ note: 'x'.repeat(10_000) })));
    clearInterval(ticking);
    // All 300 commits in one turn would be one tick.
    expect(ticks).toBeGreaterThan(30);
    expect(longest).toBeLessThan(500);
  });

  it('is opened again after its thread has ended, and says what it cannot know', async () => {
    const [store, [thread]] = await threadsOf(() => stores.one());
    await store.tables.versions.insert(version());
    const [asked, ended] = [rejectionCodeOf(store.tables.versions.insert(version())), thread!.terminate()];
    expect(['STORE_UNAVAILABLE', 'resolved']).toContain(await asked);
    await ended;
    const { items } = await store.tables.versions.list('churn');
    expect([1, 2]).toContain(items.length);
    expect((await store.tables.versions.insert(version())).version).toBe(items.length + 1);
  });

  it('keeps nothing of a transaction whose thread ended in it, also where the failure was caught', async () => {
    const [store, [thread]] = await threadsOf(() => stores.one());
    const failed = store.transaction(async ({ versions }) => {
      await versions.insert(version());
      await thread!.terminate();
      expect(await rejectionCodeOf(versions.insert(version()))).toBe('STORE_UNAVAILABLE');
      expect(await rejectionCodeOf(versions.insert(version()))).toBe('STORE_UNAVAILABLE');
      return 'as if nothing had been';
    });
    expect(await rejectionCodeOf(failed)).toBe('STORE_UNAVAILABLE');
    expect((await store.tables.versions.list('churn')).items).toEqual([]);
    expect((await store.tables.versions.insert(version())).version).toBe(1);
  });

  it('in memory is gone with its thread, and no empty one takes its place', async () => {
    const [store, [thread]] = await threadsOf(() => stores.at('sqlite::memory:'));
    await store.tables.versions.insert(version());
    await thread!.terminate();
    expect(await rejectionCodeOf(store.tables.versions.get('churn', 1))).toBe('STORE_UNAVAILABLE');
    expect(await rejectionCodeOf(store.tables.versions.get('churn', 1))).toBe('STORE_UNAVAILABLE');
  });

  it('is refused with a code where it cannot be, and leaves no thread', async () => {
    const opening = () => openStore(`sqlite:${join(folder, 'none', 'store.db')}`, { thread: 'first' });
    const [code, threads] = await threadsOf(() => rejectionCodeOf(opening()));
    expect(code).toBe('STORE_UNWRITABLE');
    expect(threads.map(({ threadId }) => threadId)).toEqual([-1]);
  });

  it('does not keep the process that forgot to close it', async () => {
    const module = fileURLToPath(new URL('../open.ts', import.meta.url));
    for (const thread of ['first', 'soon']) {
      const program = `
        import { openStore } from '${module}';
        const store = await openStore('${await fresh()}', { thread: '${thread}' });
        console.log((await store.tables.versions.models()).items.length);`;
      const args = ['--input-type=module', '--eval', program];
      expect(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 20_000 })).toBe('0\n');
    }
  });
});

describe('a SQLite file whose thread comes soon', () => {
  const stores = storesOf({ name: 'sqlite', options: { thread: 'soon' }, fresh });

  it('moves there between two transactions, with nothing lost', async () => {
    const [[store, written], [thread]] = await threadsOf(async () => {
      const store = await stores.one();
      let written = 0;
      const until = performance.now() + 1500;
      while (performance.now() < until) {
        const row = await store.transaction(async ({ versions }) => {
          await versions.insert(version());
          await sleep(1);
          return versions.insert(version());
        });
        written += 2;
        expect(row.version).toBe(written);
      }
      return [store, written] as const;
    });
    // It is the thread that answers now.
    await thread!.terminate();
    expect((await store.tables.versions.list('churn', { limit: 1 })).items[0]?.version).toBe(written);
    expect((await store.tables.versions.insert(version())).version).toBe(written + 1);
  });

  it('may be closed before the thread was started, and while it starts', async () => {
    const [, threads] = await threadsOf(async () => {
      const store = await stores.one();
      await store.close();
      let hasStarted = false;
      process.once('worker', () => {
        hasStarted = true;
      });
      const later = await stores.one();
      while (!hasStarted) {
        await later.tables.versions.insert(version());
        await sleep(10);
      }
      await later.close();
    });
    // The first of the two never had one.
    expect(threads.map(({ threadId }) => threadId)).toEqual([-1]);
  });

  it('in memory is in its thread from the first statement on', async () => {
    const [store, threads] = await threadsOf(() => stores.at('sqlite::memory:'));
    await store.tables.versions.insert(version());
    expect(threads).toHaveLength(1);
    await threads[0]!.terminate();
    expect(await rejectionCodeOf(store.tables.versions.models())).toBe('STORE_UNAVAILABLE');
  });
});
