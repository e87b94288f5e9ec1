import { describe, expect, test } from 'vitest';
import { seededRandom } from '../core/random.ts';
import { runs } from '../core/testing/runs.ts';
import type { CatBoostHead, CatBoostStep } from '../model/catboost.ts';
import {
  CATBOOST_COLUMNS,
  CATEGORY_HASHES,
  type CatBoostRow,
  plainRawValues,
  randomCatBoost,
  randomCatBoostRow,
} from '../model/testing/catboost-models.ts';
import { compileModel } from './compile.ts';
import { startTestSession, tableSignature } from './testing/session.ts';

async function answers(step: CatBoostStep, rows: readonly CatBoostRow[], outputs: readonly string[]) {
  const plan = compileModel({ root: step, signature: tableSignature(CATBOOST_COLUMNS, outputs) });
  const hashes = plan.prefix.map(({ column }) =>
    rows.map((row) => [CATEGORY_HASHES.get(row[column] as string)!]),
  );
  return (await startTestSession(plan, hashes)).run(rows);
}

describe.each(['oblivious', 'nodes'] as const)('graphs of %s trees', (shape) => {
  test.each([1, 3])('give the bits of a plain walk in %i dimensions', async (dimensions) => {
    for (let seed = 1; seed <= runs(200); seed++) {
      const random = seededRandom(seed);
      const step = randomCatBoost(random, shape, dimensions);
      const rows = Array.from({ length: 20 }, () => randomCatBoostRow(step, random));
      const { predict } = await answers(step, rows, ['predict']);
      const wanted = rows.flatMap((row) => plainRawValues(step, row));
      expect({ seed, data: predict!.data }).toEqual({ seed, data: wanted });
    }
  });
});

test('a class of which there is no dimension is never answered', async () => {
  const random = seededRandom(3);
  const head: CatBoostHead = {
    kind: 'classes',
    classes: { type: 'string', values: ['none', 'b', 'also none', 'a'] },
    link: 'softmax',
    threshold: 0,
    dimensionClass: Int32Array.of(3, 1),
  };
  const step = { ...randomCatBoost(random, 'oblivious', 2), head };
  const rows = Array.from({ length: 8 }, () => randomCatBoostRow(step, random));
  const { RawFormulaVal, predict_proba } = await answers(step, rows, ['RawFormulaVal', 'predict_proba']);
  expect(RawFormulaVal!.data).toEqual(
    rows.flatMap((row) => {
      const [a, b] = plainRawValues(step, row);
      return [-Infinity, b, -Infinity, a];
    }),
  );
  expect(predict_proba!.data.filter((_, i) => i % 2 === 0)).toEqual(new Array(16).fill(0));
});
