import { createScratch, toDense } from '../engine/native/block.ts';
import { prepareStep } from '../engine/native/prepare.ts';
import type { Batch } from '../model/batch.ts';
import type { LinearClassifierStep, LinearRegressorStep } from '../model/linear.ts';
import type { LabelSet, Matrix, Tensor } from '../model/tensor.ts';
import { additivityError } from './additivity.ts';
import type { ModelEncoding } from './encoding.ts';
import type { Attributions, Explainer } from './explanation.ts';
import { correlatedShares } from './linear-correlation.ts';

/** Half a unit in the last place of 1. */
const UNIT = 2 ** -53;

type LinearStep = LinearRegressorStep | LinearClassifierStep;

/** Outputs of a linear model that are sums of its columns, the usual one first. */
export const linearOutputs = (step: LinearStep): readonly string[] =>
  step.kind === 'linear-regressor' ? ['predict', 'raw'] : ['decision_function', 'raw'];

/**
 * Exact Shapley values of a linear model against a background: coefficient times the distance from the background's mean, summed by
 * the column that a column was made of (Lundberg & Lee, NIPS 2017, Corollary 1).
 */
export function linearExplainer(
  encoding: ModelEncoding,
  step: LinearStep,
  source: Int32Array,
  features: readonly string[],
  background: Batch,
): Omit<Explainer<Batch>, 'output'> {
  const sums = linearSums(encoding, step, background);
  const { scores, width, baseValues, classes } = sums;
  const { data } = step.coef;
  const explain = (batch: Batch): Attributions => {
    const away = sums.away(batch);
    const values = new Float64Array(batch.rows * scores * features.length);
    for (let row = 0; row < batch.rows; row++)
      for (let k = 0; k < scores; k++)
        for (let column = 0; column < width; column++)
          values[(row * scores + k) * features.length + source[column]!]! +=
            data[k * width + column]! * away[row * width + column]!;
    return { values, additivityError: sums.additivityError(batch, values, features.length) };
  };
  return { method: 'linear-interventional', features, baseValues, classes, explain };
}

/** The same where columns that are not known follow those that are: `correlatedShares`. Null where the columns are too many. */
export function correlatedExplainer(
  encoding: ModelEncoding,
  step: LinearStep,
  source: Int32Array,
  features: readonly string[],
  background: Batch,
  seed: number,
): Omit<Explainer<Batch>, 'output'> | null {
  const sums = linearSums(encoding, step, background);
  const { scores, width, baseValues, classes } = sums;
  const players = features.length;
  const centred = { rows: background.rows, columns: width, cells: sums.away(background) };
  const batches = correlatedShares(centred, step.coef.data, source, players, seed);
  if (batches === null) return null;
  const explain = (batch: Batch): Attributions => {
    const away = sums.away(batch);
    const values = new Float64Array(batch.rows * scores * players);
    const squares = new Float64Array(values.length);
    for (let at = 0; at < values.length; at++) {
      const row = Math.floor(at / (scores * players));
      const score = Math.floor(at / players) % scores;
      for (const shares of batches) {
        let value = 0;
        const from = (at % players) * width;
        for (let column = 0; column < width; column++)
          value += shares[score]![from + column]! * away[row * width + column]!;
        values[at]! += value / batches.length;
        squares[at]! += value ** 2 / batches.length;
      }
    }
    const standardErrors = squares.map((square, at) =>
      Math.sqrt(Math.max(0, square - values[at]! ** 2) / (batches.length - 1)),
    );
    const additivityError = sums.additivityError(batch, values, players);
    return { values, additivityError, ...(batches.length === 1 ? {} : { standardErrors }) };
  };
  const sampling = batches.length === 1 ? {} : { sampling: { seed } };
  return { method: 'linear-correlation-dependent', features, baseValues, classes, explain, ...sampling };
}

/** A linear model against the mean of a background. */
interface LinearSums {
  readonly scores: number;
  /** Encoded columns. */
  readonly width: number;
  readonly baseValues: Float64Array;
  readonly classes: LabelSet | null;
  /** How far encoded columns are from their mean: `[rows, width]`. */
  away(batch: Batch): Float64Array;
  /** As the function of that name: of the base value with all attributions to the model's own answer. Throws INTERNAL beyond rounding. */
  additivityError(batch: Batch, values: Float64Array, columns: number): number;
}

function linearSums({ sources, encode }: ModelEncoding, step: LinearStep, background: Batch): LinearSums {
  const { coef, intercept } = step;
  const width = sources.length;
  const { rows: scores, data } = coef;
  const { outputs } = prepareStep(step, []);
  const scratch = createScratch();
  const dense = (batch: Batch): Float64Array => toDense(encode(batch), [], scratch).data;
  const mean = new Float64Array(width);
  const others = dense(background);
  for (let k = 0; k < background.rows * width; k++) mean[k % width]! += others[k]! / background.rows;
  const score = (row: Float64Array, at: number, k: number): number => {
    let sum = intercept[k] ?? 0;
    for (let column = 0; column < width; column++) sum += data[k * width + column]! * row[at + column]!;
    return sum;
  };
  const baseValues = Float64Array.from({ length: scores }, (_, k) => score(mean, 0, k));
  return {
    ...{ scores, width, baseValues },
    classes: 'classes' in step && step.classes.values.length === scores ? step.classes : null,
    away: (batch) =>
      Float64Array.from(dense(batch).subarray(0, batch.rows * width), (value, k) => value - mean[k % width]!),
    additivityError(batch, values, columns) {
      const answers = outputs?.(encode(batch));
      const own = (answers?.['decision_function'] ?? answers?.['predict']) as Tensor | undefined;
      const answered = Float64Array.from((own?.data ?? []) as ArrayLike<number>);
      // Each product and each sum is off by half a unit in the last place of the largest that is added.
      const most = [baseValues, values].map((numbers) =>
        numbers.reduce((a, b) => Math.max(a, Math.abs(b)), 0),
      );
      const largest = Math.max(...most, largestSum(dense(batch), batch.rows, width, coef, intercept));
      const rounding = 2 * UNIT * (width + columns + 1) * largest;
      return additivityError({ scores: answered, baseValues, values, columns, rounding });
    },
  };
}

/** The largest sum of what columns add to a score, whatever their signs. */
function largestSum(
  x: Float64Array,
  rows: number,
  width: number,
  { rows: scores, data }: Matrix,
  intercept: Float64Array,
): number {
  let largest = 0;
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < scores; k++) {
      let sum = Math.abs(intercept[k] ?? 0);
      for (let column = 0; column < width; column++)
        sum += Math.abs(data[k * width + column]! * x[row * width + column]!);
      largest = Math.max(largest, sum);
    }
  return largest;
}
