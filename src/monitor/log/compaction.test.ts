import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SegmentRow } from '../../store/monitoring/monitoring.ts';
import { planCompaction } from './compaction.ts';

const HOUR = 3_600_000;
const MIB = 2 ** 20;
const NOON = Date.UTC(2026, 10, 1, 12);

let ids = 0;
const segment = (from: number, bytes: number, version = 1, shape = 'ab'): SegmentRow => ({
  path: `churn/${new Date(from).toISOString().slice(0, 10)}/${from}-v${version}-${shape}-${(ids++).toString(16)}.parquet`,
  replica: 'r1',
  endpoint: 'churn',
  from,
  to: from + 1000,
  rows: 10,
  bytes,
});
const some = (count: number, bytes: number, more: { from?: number; version?: number; shape?: string } = {}) =>
  Array.from({ length: count }, (_, i) =>
    segment((more.from ?? NOON) + 1000 * i, bytes, more.version, more.shape),
  );

describe('files are put together', () => {
  it('when there are sixteen of a size, in the order of time', () => {
    expect(planCompaction(some(15, 5000), NOON)).toEqual([]);
    const small = some(20, 5000);
    expect(planCompaction([...small.toReversed(), ...some(10, MIB)], NOON)).toEqual([small]);
  });

  it('only of one day, version and shape', () => {
    const mixed = [
      ...some(10, 5000),
      ...some(10, 5000, { version: 2 }),
      ...some(10, 5000, { shape: 'cd' }),
      ...some(10, 5000, { from: NOON + 24 * HOUR }),
    ];
    expect(planCompaction(mixed, NOON + 24 * HOUR).map(({ length }) => length)).toEqual([10, 10, 10]);
  });

  it('of whatever size once their day is over', () => {
    const day = [...some(2, 5000), ...some(1, 30 * MIB)];
    expect(planCompaction(day, NOON + 12.5 * HOUR)).toEqual([]);
    expect(planCompaction(day, NOON + 13.1 * HOUR).map(({ length }) => length)).toEqual([3]);
    expect(planCompaction(some(1, 5000), NOON + 24 * HOUR)).toEqual([]);
  });

  it('never to more than a quarter of a gibibyte, or of files that nobody knows', () => {
    const large = some(10, 60 * MIB);
    expect(planCompaction(large, NOON + 24 * HOUR).map(({ length }) => length)).toEqual([4, 4, 2]);
    expect(planCompaction(some(20, 256 * MIB), NOON + 24 * HOUR)).toEqual([]);
    expect(planCompaction([{ ...segment(NOON, 1), path: '../x' }], NOON + 24 * HOUR)).toEqual([]);
  });

  it('so that a day of many thousands ends as few, each row written again a few times', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 4000, max: 40_000 }), { minLength: 500, maxLength: 3000 }),
        (sizes) => {
          let files: readonly SegmentRow[] = [];
          let written = 0;
          const merge = (now: number): void => {
            for (const group of planCompaction(files, now)) {
              const bytes = group.reduce((sum, file) => sum + file.bytes, 0);
              written += bytes;
              files = [...files.filter((file) => !group.includes(file)), segment(group[0]!.from, bytes)];
            }
          };
          sizes.forEach((bytes, i) => {
            files = [...files, segment(NOON + i, bytes)];
            if (i % 20 === 0) merge(NOON);
            expect(files.length).toBeLessThan(120);
          });
          merge(NOON + 24 * HOUR);
          expect(files).toHaveLength(1);
          expect(written / sizes.reduce((a, b) => a + b)).toBeLessThan(6);
        },
      ),
      { numRuns: 10 },
    );
  });
});
