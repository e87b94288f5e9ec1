import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ulpDistance } from '../../core/float.ts';
import {
  argmaxRows,
  binaryProbabilities,
  expit,
  logit,
  logSumExpRows,
  numpyRowSum,
  softmaxRows,
} from './links.ts';

const url = new URL('../../../fixtures/native/links.json', import.meta.url);
const vectors = JSON.parse(readFileSync(url, 'utf8')) as {
  x: number[];
  expit: number[];
  p: number[];
  logit: number[];
  tables: { rows: number[][]; softmax: number[][]; logsumexp: number[][]; sums: number[] }[];
};

const worst = (found: ArrayLike<number>, wanted: readonly number[]): number =>
  Math.max(...wanted.map((value, i) => ulpDistance(found[i]!, value)));

describe('links', () => {
  test('expit is within 4 ulp of scipy, far tails included', () => {
    expect(worst(vectors.x.map(expit), vectors.expit)).toBeLessThanOrEqual(4);
  });

  test('logit is within 4 ulp of scipy, around one half too', () => {
    expect(worst(vectors.p.map(logit), vectors.logit)).toBeLessThanOrEqual(4);
  });

  test.each(vectors.tables)('softmax of $rows.0.length classes is within 4 ulp', (table) => {
    const cols = table.rows[0]!.length;
    const flat = Float64Array.from(table.rows.flat());
    expect(worst(softmaxRows(flat, table.rows.length, cols), table.softmax.flat())).toBeLessThanOrEqual(4);
  });

  test.each(vectors.tables)(
    'exp(s - logsumexp(s)) of $rows.0.length classes is as close as the difference is',
    (table) => {
      const cols = table.rows[0]!.length;
      const found = logSumExpRows(Float64Array.from(table.rows.flat()), table.rows.length, cols);
      // One unit in the last place of the logarithm moves e^(s - log) by that much relative to itself.
      table.logsumexp.flat().forEach((wanted, k) => {
        const unit = 2 ** -52 * Math.max(1, ...table.rows[Math.floor(k / cols)]!.map(Math.abs));
        expect(Math.abs(found[k]! - wanted)).toBeLessThanOrEqual(wanted * (4 * 2 ** -52 + 2 * unit));
      });
    },
  );

  test.each(vectors.tables)('rows of $rows.0.length add up to the very bits of numpy', ({ rows, sums }) => {
    expect(rows.map((row) => numpyRowSum(Float64Array.from(row), 0, row.length))).toEqual(sums);
  });

  test('the probability of class 0 is one minus that of class 1', () => {
    const out = binaryProbabilities(Float64Array.of(0.3, -2), 2, 2);
    expect(Array.from(out)).toEqual([1 - expit(0.6), expit(0.6), 1 - expit(-4), expit(-4)]);
  });

  test('the lowest index wins a tie for the largest', () => {
    expect(Array.from(argmaxRows(Float64Array.of(1, 3, 3, 2, 2, 1), 2, 3))).toEqual([1, 0]);
  });
});
