import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../core/random.ts';
import { runs } from '../../../core/testing/runs.ts';
import {
  type CatBoostRow,
  plainRawValues,
  randomCatBoost,
  randomCatBoostRow,
} from '../../../model/testing/catboost-models.ts';
import type { RowBlock } from '../block.ts';
import { prepareStep } from '../prepare.ts';
import { hashCategory } from './hash/category-hash.ts';

const HASHES = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../fixtures/catboost-hashes.json'), 'utf8'),
) as Record<string, number>;

test('categories of every length have the hash that the library gives them', () => {
  expect(Object.keys(HASHES).length).toBeGreaterThan(100);
  for (const [text, hash] of Object.entries(HASHES))
    expect([text, hashCategory(text)]).toEqual([text, hash | 0]);
});

test('a category longer than the memory of the hash is hashed as any other', () => {
  const long = 'é'.repeat(200_000);
  expect(hashCategory(long)).toBe(hashCategory(long));
  expect(hashCategory(long)).not.toBe(hashCategory(`${long}é`));
  expect(hashCategory('4')).toBe(4216280702 | 0);
});

const blockOf = (rows: readonly CatBoostRow[]): RowBlock => ({
  kind: 'columns',
  rows: rows.length,
  cols: 4,
  columns: [
    Float64Array.from(rows, ([x]) => x),
    Float64Array.from(rows, ([, x]) => x),
    rows.map(([, , word]) => word),
    rows.map(([, , , word]) => word),
  ],
});

describe.each(['oblivious', 'nodes'] as const)('models of %s trees', (shape) => {
  test.each([1, 3])('give the bits of a plain walk in %i dimensions, one row and many', (dimensions) => {
    for (let seed = 1; seed <= runs(300); seed++) {
      const random = seededRandom(seed);
      const step = randomCatBoost(random, shape, dimensions);
      const rows = Array.from({ length: 1 + (seed % 150) }, () => randomCatBoostRow(step, random));
      const { outputs } = prepareStep(step, []);
      const given = (some: readonly CatBoostRow[]) => [
        ...(outputs!(blockOf(some))['predict'] as { data: Float64Array }).data,
      ];
      const wanted = rows.flatMap((row) => plainRawValues(step, row));
      expect({ seed, data: given(rows) }).toEqual({ seed, data: wanted });
      expect({ seed, data: given(rows.slice(0, 1)) }).toEqual({ seed, data: wanted.slice(0, dimensions) });
    }
  });
});

test('blocks of many rows are answered as each row alone', () => {
  const random = seededRandom(5);
  const step = randomCatBoost(random, 'oblivious', 1);
  const rows = Array.from({ length: 2500 }, () => randomCatBoostRow(step, random));
  const { data } = prepareStep(step, []).outputs!(blockOf(rows))['predict'] as { data: Float64Array };
  expect([...data]).toEqual(rows.flatMap((row) => plainRawValues(step, row)));
});

test.each([
  [null, 'expected a string or an integer, got a missing value'],
  [2.5, 'expected a string or an integer, got 2.5'],
])('a category %s is refused with its row and column', (cell, words) => {
  const step = randomCatBoost(seededRandom(1), 'oblivious', 1);
  const { outputs } = prepareStep(step, ['a', 'b', 'city', 'd']);
  const block: RowBlock = {
    kind: 'columns',
    rows: 1,
    cols: 4,
    columns: [Float64Array.of(0), Float64Array.of(0), cell === null ? [null] : Float64Array.of(cell), ['']],
  };
  expect(() => outputs!(block)).toThrow(`row 0, column "city": ${words}`);
});

test('an integer is the category of its digits', () => {
  const step = randomCatBoost(seededRandom(2), 'oblivious', 1);
  const { outputs } = prepareStep(step, []);
  const [text, number] = [['-1'], Float64Array.of(-1)].map((cells) =>
    outputs!({
      kind: 'columns',
      rows: 1,
      cols: 4,
      columns: [Float64Array.of(1), Float64Array.of(1), cells, cells],
    }),
  );
  expect(number).toEqual(text);
});
