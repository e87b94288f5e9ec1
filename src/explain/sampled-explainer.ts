import { elementAt } from '../core/element-at.ts';
import { seededRandom, shuffle } from '../core/random.ts';
import type { Batch } from '../model/batch.ts';
import { sliceBatch } from '../model/slice.ts';
import { shapleyValues } from '../statistics/shapley.ts';
import type { Attributions, Explainer } from './explanation.ts';
import { type Coalition, mixedRows, thinnedRows } from './row-game.ts';

/** Columns up to which all coalitions are asked. */
const EXACT_COLUMNS = 10;
/** Rows that a model is asked for one explained row, at most; cells of them, and in one batch. */
const ROWS_BUDGET = 200_000;
const CELLS_BUDGET = 2 ** 30;
const BATCH_CELLS = 2 ** 18;
/** Orders of columns at most, each with its reverse. */
const ORDERS = 10;
/** Columns beyond which not even one order fits the budget of cells. */
export const MOST_COLUMNS = Math.floor(Math.sqrt(CELLS_BUDGET / 2));

/** Answers of a model as numbers, `[rows, scores]`. */
export type Score = (batch: Batch) => Promise<Float64Array>;

/**
 * Shapley values of any model against a background: by all coalitions of its columns, or where there are more than
 * `EXACT_COLUMNS` by orders at random, each beside its reverse (Mitchell et al., JMLR 23, 2022). The same rows give the same
 * answer. Rows of the background beyond the budget are left out, evenly.
 */
export async function sampledExplainer(
  score: Score,
  features: readonly string[],
  background: Batch,
  classes: Explainer<Batch>['classes'],
): Promise<Omit<Explainer<Batch>, 'output'>> {
  const width = features.length;
  const isExact = width <= EXACT_COLUMNS;
  const { coalitions, attribute } = isExact ? allCoalitions(width) : orders(width);
  const others = thinnedRows(background, Math.max(1, Math.floor(ROWS_BUDGET / coalitions.length)));
  const atOnce = Math.max(1, Math.floor(BATCH_CELLS / (others.rows * Math.max(1, width))));
  const baseValues = meanOf(await score(others), others.rows);
  const scores = baseValues.length;

  /** The mean answer over the background of each coalition. */
  const play = async (batch: Batch, row: number): Promise<readonly Float64Array[]> => {
    const answers: Float64Array[] = [];
    for (let from = 0; from < coalitions.length; from += atOnce) {
      const some = coalitions.slice(from, from + atOnce);
      const found = await score(mixedRows(batch, row, others, some));
      const each = scores * others.rows;
      for (let k = 0; k < some.length; k++)
        answers.push(meanOf(found.subarray(k * each, (k + 1) * each), others.rows));
    }
    return answers;
  };

  const explain = async (batch: Batch): Promise<Attributions> => {
    const values = new Float64Array(batch.rows * scores * width);
    let additivityError = 0;
    for (let row = 0; row < batch.rows; row++) {
      const answers = await play(batch, row);
      const full = await score(sliceBatch(batch, row, row + 1));
      for (let k = 0; k < scores; k++) {
        const own = attribute(answers.map((answer) => elementAt(answer, k)));
        values.set(own, (row * scores + k) * width);
        const sum = own.reduce((total, value) => total + value, elementAt(baseValues, k));
        additivityError = Math.max(additivityError, Math.abs(sum - elementAt(full, k)));
      }
    }
    return { values, additivityError };
  };
  return { method: isExact ? 'exact' : 'permutation', features, baseValues, classes, explain };
}

/** Coalitions to ask, and what their answers come to: the value of each column. */
interface GamePlan {
  readonly coalitions: readonly Coalition[];
  attribute(answers: readonly number[]): Float64Array;
}

function allCoalitions(width: number): GamePlan {
  const coalitions = Array.from(
    { length: 2 ** width },
    (_, set): Coalition =>
      (column) =>
        ((set >> column) & 1) === 1,
  );
  return { coalitions, attribute: (answers) => shapleyValues(answers, width) };
}

/** The same orders in every explanation: a coalition is what comes first in one of them. */
function orders(width: number): GamePlan {
  const random = seededRandom(width);
  const count = Math.max(1, Math.min(ORDERS, Math.floor(CELLS_BUDGET / (2 * width ** 2))));
  const paths = Array.from({ length: count }, () => {
    const order = Array.from({ length: width }, (_, k) => k);
    shuffle(order, random);
    return [order, order.toReversed()];
  }).flat();
  const coalitions = paths.flatMap((order) => {
    const place = new Int32Array(width);
    for (const [step, column] of order.entries()) place[column] = step;
    return Array.from(
      { length: width + 1 },
      (_, length): Coalition =>
        (column) =>
          place[column]! < length,
    );
  });
  const attribute = (answers: readonly number[]): Float64Array => {
    const values = new Float64Array(width);
    for (const [p, order] of paths.entries())
      for (const [step, column] of order.entries()) {
        const at = p * (width + 1) + step;
        values[column]! += (elementAt(answers, at + 1) - elementAt(answers, at)) / paths.length;
      }
    return values;
  };
  return { coalitions, attribute };
}

function meanOf(scores: Float64Array, rows: number): Float64Array {
  const width = scores.length / rows;
  const mean = new Float64Array(width);
  for (const [k, value] of scores.entries()) mean[k % width]! += value / rows;
  return mean;
}
