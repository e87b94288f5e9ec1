import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OUTCOME } from '../../scorer/scorer.ts';
import { guardsOf } from './guards.ts';
import { OutcomeCounter } from './outcome-counter.ts';

const GUARDS = guardsOf('id', { uri: 'out.csv' }, []);

const refusal = (row: number) =>
  ({ row, outcome: 'rejected', code: 'number_type', column: 'a', reason: 'no number' }) as const;

test('every row has one outcome, and every row without an answer one verdict, in order', () => {
  const block = fc.record({
    rows: fc.integer({ min: 1, max: 40 }),
    refused: fc.uniqueArray(fc.nat(39)),
    keyless: fc.uniqueArray(fc.nat(39)),
  });
  fc.assert(
    fc.property(
      fc.array(block, { maxLength: 5 }),
      fc.uniqueArray(fc.nat(150)),
      fc.uniqueArray(fc.nat(150)),
      (blocks, skip, deadly) => {
        const tally = new OutcomeCounter('id', GUARDS, { skip, deadly });
        const expected: string[] = [];
        let at = 0;
        for (const { rows, refused, keyless } of blocks) {
          const misfits = refused.filter((row) => row < rows).sort((a, b) => a - b);
          const outcomes = new Uint8Array(rows);
          for (const row of misfits) outcomes[row] = OUTCOME.rejected;
          const flags = Uint8Array.from({ length: rows }, (_, i) => (keyless.includes(i) ? 1 : 0));
          for (let i = 0; i < rows; i++) {
            const row = at + i;
            if (deadly.includes(row)) expected.push(`${row} failed LANE_DIED`);
            else if (flags[i] === 1) expected.push(`${row} rejected missing_key`);
            else if (skip.includes(row)) expected.push(`${row} skipped KEY_DUPLICATE`);
            else if (misfits.includes(i)) expected.push(`${row} rejected number_type`);
          }
          expect(tally.survivors(rows) ?? []).not.toContain(
            deadly.find((row) => row >= at && row < at + rows)! - at,
          );
          tally.add(rows, { outcomes, refusals: misfits.map(refusal) }, flags);
          at += rows;
        }
        expect(tally.verdicts.map(({ row, outcome, code }) => `${row} ${outcome} ${code}`)).toEqual(expected);
        const { read, ok, rejected, failed, skipped } = tally.counts(2);
        expect(read).toBe(at + 2);
        expect(ok).toBe(at - expected.length);
        expect(ok + rejected + failed + skipped).toBe(read);
      },
    ),
  );
});
