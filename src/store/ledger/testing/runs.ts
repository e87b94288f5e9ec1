import { describe, expect, it } from 'vitest';
import type { StorePlace } from '../../testing/stores.ts';
import type { RunChange } from '../ledger.ts';
import { heldRun, LEDGER_JOB, ledgersOf, newRun } from './ledgers.ts';

export const runsContract = (place: StorePlace): void => {
  describe('runs', () => {
    const ledgers = ledgersOf(place);

    it('keep what their holder changes, and leave the rest as it is', async () => {
      const ledger = await ledgers.one();
      const run = await heldRun(ledger);
      const change: RunChange = {
        state: 'running',
        attempt: 2,
        startedAt: 5,
        notBefore: 7,
        fingerprint: 'f',
        facts: { a: [1, null] },
        plan: ['ä\u{1F600}', { '': '' }],
        error: { code: 'X' },
        progress: { read: 3 },
      };
      expect(await ledger.change('r1', 1, change)).toBe(true);
      expect(await ledger.run('r1')).toEqual({ ...run, ...change });
      expect(await ledger.change('r1', 1, { plan: null, startedAt: null })).toBe(true);
      expect(await ledger.run('r1')).toEqual({ ...run, ...change, plan: null, startedAt: null });
      expect(await ledger.change('r1', 1, {})).toBe(true);
      expect(await ledger.release('r1', 1, { state: 'failed', endedAt: 9 })).toBe(true);
      expect(await ledger.run('r1')).toMatchObject({ state: 'failed', endedAt: 9, holder: null, fence: 1 });
      expect(await ledger.change('r1', 1, { state: 'done' })).toBe(false);
    });

    it('go on after a failure, and never after they are done or cancelled', async () => {
      const ledger = await ledgers.one();
      await heldRun(ledger);
      await ledger.release('r1', 1, { state: 'failed' });
      expect((await ledger.claim('r1', 'again', 0, 10))?.fence).toBe(2);
      await ledger.release('r1', 2, { state: 'done' });
      expect(await ledger.claim('r1', 'again', 0, 10)).toBeNull();
      await ledger.begin(LEDGER_JOB, newRun('r2'));
      expect(await ledger.steer('r2', ['queued'], { state: 'cancelled' })).toBe(true);
      expect(await ledger.claim('r2', 'again', 0, 10)).toBeNull();
    });

    it('are steered only where nobody has them', async () => {
      const ledger = await ledgers.one();
      await heldRun(ledger);
      expect(await ledger.steer('r1', ['queued'], { state: 'cancelled' })).toBe(false);
      await ledger.release('r1', 1, { state: 'held' });
      expect(await ledger.steer('r1', ['queued', 'failed'], { state: 'cancelled' })).toBe(false);
      expect(await ledger.steer('r1', [], { state: 'cancelled' })).toBe(false);
      expect(await ledger.steer('r1', ['held'], {})).toBe(true);
      expect(await ledger.steer('r1', ['held'], { state: 'queued', attempt: 2 })).toBe(true);
      expect(await ledger.run('r1')).toMatchObject({ state: 'queued', attempt: 2 });
    });

    it('are listed newest first, without what grows with their input', async () => {
      const ledger = await ledgers.one();
      for (let i = 1; i <= 5; i += 1) await ledger.begin(LEDGER_JOB, newRun(`r${i}`));
      const first = await ledger.runs('nightly', { limit: 3 });
      expect(first.items.map(({ id }) => id)).toEqual(['r5', 'r4', 'r3']);
      expect(first.items[0]).not.toHaveProperty('plan');
      const rest = await ledger.runs('nightly', { limit: 3, cursor: first.next! });
      expect([rest.items.map(({ id }) => id), rest.next]).toEqual([['r2', 'r1'], null]);
      expect(await ledger.runs('none')).toEqual({ items: [], damaged: [], next: null });
    });

    it('say which is the newest, which was done last, and which are open', async () => {
      const ledger = await ledgers.one();
      for (const [i, state] of (['done', 'done', 'failed', 'held', 'running'] as const).entries())
        await ledger.begin(LEDGER_JOB, newRun(`r${i}`, { state, createdAt: 100 - i }));
      expect((await ledger.latest('nightly'))?.id).toBe('r4');
      expect((await ledger.lastDone('nightly'))?.id).toBe('r1');
      expect((await ledger.lastDone('nightly', 'r1'))?.id).toBe('r0');
      expect((await ledger.open()).items.map(({ id }) => id)).toEqual(['r4', 'r3']);
      expect([await ledger.latest('none'), await ledger.lastDone('none')]).toEqual([null, null]);
    });
  });
};
