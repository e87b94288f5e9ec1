import { describe, expect, it } from 'vitest';
import type { StorePlace } from '../../testing/stores.ts';
import { heldRun, LEDGER_JOB, ledgersOf } from './ledgers.ts';

export const ledgerRevisionsContract = (place: StorePlace): void => {
  describe('runs', () => {
    const ledgers = ledgersOf(place);

    it('have another revision, under the name of their job, after each step until they have ended', async () => {
      const ledger = await ledgers.one();
      await heldRun(ledger);
      const revisions = async () => (await ledger.revisions()).map(({ revision }) => revision).join();
      const seen = [await revisions()];
      await ledger.change('r1', 1, { state: 'running' });
      seen.push(await revisions());
      await ledger.finishChunk('r1', 1, 0, {}, { read: 3 });
      seen.push(await revisions());
      await ledger.release('r1', 1, { state: 'done', endedAt: 9 });
      seen.push(await revisions());
      expect(new Set(seen).size).toBe(4);
      expect((await ledger.revisions()).map(({ kind, name }) => [kind, name])).toEqual([
        ['job', LEDGER_JOB.name],
      ]);
    });
  });
};
