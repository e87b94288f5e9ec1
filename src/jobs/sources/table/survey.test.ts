import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addTallies,
  blockRows,
  cutChunks,
  fromFrozen,
  keyRangeOf,
  surveyRows,
  type TableSurvey,
  tallyOf,
  toFrozen,
} from './survey.ts';

const tally = fc.record({
  rows: fc.integer({ min: 1, max: 5000 }),
  digest: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
});
const surveys: fc.Arbitrary<TableSurvey> = fc
  .record({
    keys: fc.uniqueArray(fc.string(), { maxLength: 60 }),
    tallies: fc.array(tally, { minLength: 60, maxLength: 60 }),
    nulls: fc.option(tally),
  })
  .map(({ keys, tallies, nulls }) => ({
    first: keys[0] ?? null,
    blocks: keys.map((to, index) => ({ to, ...tallies[index]! })),
    nulls: nulls ?? { rows: 0, digest: 0n },
  }));

describe('a survey of a table', () => {
  it('is the same after it was kept', () => {
    fc.assert(
      fc.property(surveys, (survey) => {
        const kept = {
          kind: 'table',
          path: 't',
          digest: '',
          ...JSON.parse(JSON.stringify(toFrozen(survey))),
        } as const;
        expect(fromFrozen(kept)).toEqual(survey);
      }),
    );
  });

  it('is cut into chunks that follow each other, have rows, and add up to all of it', () => {
    fc.assert(
      fc.property(surveys, fc.integer({ min: 1, max: 20_000 }), (survey, rows) => {
        const chunks = cutChunks(survey, 0, rows);
        expect(chunks.map(({ index }) => index)).toEqual(chunks.map((_, index) => index));
        const tallies = chunks.map((chunk) => tallyOf(survey, keyRangeOf(chunk)));
        expect(tallies.map((each) => each.rows)).toEqual(chunks.map((chunk) => chunk.rows));
        expect(addTallies(tallies)).toEqual(addTallies([...survey.blocks, survey.nulls]));
        const keyed = chunks.filter(({ to }) => to !== null);
        expect(keyed.map(({ from }) => from)).toEqual(
          [null, ...keyed.map(({ to }) => to)].slice(0, keyed.length),
        );
        const atMost = Math.max(rows, ...survey.blocks.map((block) => block.rows));
        for (const chunk of keyed) expect(chunk.rows).toBeLessThanOrEqual(atMost);
      }),
    );
  });

  it('has 2,048 blocks or fewer, of one row where the table is small', () => {
    expect([0, 1, 2048, 2049, 1_000_000, 100_000_000].map(blockRows)).toEqual([1, 1, 1, 2, 512, 65_536]);
    expect(surveyRows({ first: null, blocks: [], nulls: { rows: 3, digest: 1n } })).toBe(3);
  });
});
