import { describe, expect, it } from 'vitest';
import { rejectionCodeOf, type StorePlace } from '../../testing/stores.ts';
import { heldRun, LEDGER_JOB, ledgersOf, newRun } from './ledgers.ts';

export const workContract = (place: StorePlace): void => {
  describe('what a run has done', () => {
    const ledgers = ledgersOf(place);

    it('is kept with its progress, and given back in order of chunk', async () => {
      const ledger = await ledgers.one();
      await heldRun(ledger);
      for (const chunk of [10, 2, 0, 1]) {
        expect(await ledger.finishChunk('r1', 1, chunk, { chunk }, { last: chunk })).toBe(true);
      }
      expect(await ledger.chunks('r1')).toEqual([0, 1, 2, 10].map((chunk) => ({ chunk })));
      expect((await ledger.run('r1'))?.progress).toEqual({ last: 1 });
      expect(await ledger.chunks('none')).toEqual([]);
    });

    it('has one account of a chunk: the last', async () => {
      const ledger = await ledgers.one();
      await heldRun(ledger);
      await ledger.finishChunk('r1', 1, 0, 'first', null);
      await ledger.claim('r1', 'next', 2000, 10);
      await ledger.finishChunk('r1', 2, 0, 'second', null);
      expect(await ledger.chunks('r1')).toEqual(['second']);
    });

    it('has digests of pieces by path and number', async () => {
      const ledger = await ledgers.one();
      await heldRun(ledger);
      for (const piece of [1, 0]) expect(await ledger.addPiece('r1', 1, 'b', piece, `d${piece}`)).toBe(true);
      await ledger.addPiece('r1', 1, 'a', 0, 'd');
      await ledger.addPiece('r1', 1, 'a', 0, 'changed');
      expect(await ledger.pieces('r1')).toEqual([
        { path: 'a', piece: 0, digest: 'changed' },
        { path: 'b', piece: 0, digest: 'd0' },
        { path: 'b', piece: 1, digest: 'd1' },
      ]);
    });

    it('belongs to a run alone', async () => {
      const ledger = await ledgers.one();
      await heldRun(ledger);
      await ledger.begin(LEDGER_JOB, newRun('r2'));
      await ledger.claim('r2', 'h', 0, 10);
      await ledger.finishChunk('r1', 1, 0, 'one', null);
      await ledger.finishChunk('r2', 1, 0, 'two', null);
      await ledger.addPiece('r2', 1, 'a', 0, 'd');
      expect([await ledger.chunks('r1'), await ledger.pieces('r1')]).toEqual([['one'], []]);
      expect(await ledger.finishChunk('none', 1, 0, 'x', null)).toBe(false);
    });

    it('is refused where JSON would change it, and nothing of it is kept', async () => {
      const ledger = await ledgers.one();
      await heldRun(ledger);
      const refused = [
        () => ledger.finishChunk('r1', 1, 0, { seconds: Number.NaN }, { read: 1 }),
        () => ledger.finishChunk('r1', 1, 0, 'fine', { share: Number.POSITIVE_INFINITY }),
        () => ledger.addPiece('r1', 1, 'a\0b', 0, 'd'),
      ];
      for (const call of refused) expect(await rejectionCodeOf(call())).toBe('STORE_VALUE_INVALID');
      expect([await ledger.chunks('r1'), await ledger.pieces('r1')]).toEqual([[], []]);
      expect((await ledger.run('r1'))?.progress).toBeNull();
    });
  });
};
