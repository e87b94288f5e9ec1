import { createScratch, toDense } from '../engine/native/block.ts';
import type { Batch } from '../model/batch.ts';
import type { LinearClassifierStep, LinearRegressorStep } from '../model/linear.ts';
import type { ModelEncoding } from './encoding.ts';
import type { Attributions, Explainer } from './explanation.ts';

/** Outputs of a linear model that are sums of its columns, the usual one first. */
export const linearOutputs = (step: LinearRegressorStep | LinearClassifierStep): readonly string[] =>
  step.kind === 'linear-regressor' ? ['predict', 'raw'] : ['decision_function', 'raw'];

/**
 * Exact Shapley values of a linear model against a background: coefficient times the distance from the background's mean, summed by
 * the column that a column was made of (Lundberg & Lee, NIPS 2017, Corollary 1).
 */
export function linearExplainer(
  { sources, encode }: ModelEncoding,
  { coef, intercept, ...step }: LinearRegressorStep | LinearClassifierStep,
  source: Int32Array,
  features: readonly string[],
  background: Batch,
): Omit<Explainer<Batch>, 'output'> {
  const width = sources.length;
  const scratch = createScratch();
  const dense = (batch: Batch): Float64Array => toDense(encode(batch), [], scratch).data;
  const mean = new Float64Array(width);
  const others = dense(background);
  for (let k = 0; k < background.rows * width; k++) mean[k % width]! += others[k]! / background.rows;
  const { rows: scores, data } = coef;
  const score = (row: Float64Array, at: number, k: number): number => {
    let sum = intercept[k] ?? 0;
    for (let column = 0; column < width; column++) sum += data[k * width + column]! * row[at + column]!;
    return sum;
  };
  const baseValues = Float64Array.from({ length: scores }, (_, k) => score(mean, 0, k));
  const explain = (batch: Batch): Attributions => {
    const x = dense(batch);
    const values = new Float64Array(batch.rows * scores * features.length);
    let additivityError = 0;
    for (let row = 0; row < batch.rows; row++)
      for (let k = 0; k < scores; k++) {
        const at = (row * scores + k) * features.length;
        let sum = baseValues[k]!;
        for (let column = 0; column < width; column++) {
          const added = data[k * width + column]! * (x[row * width + column]! - mean[column]!);
          values[at + source[column]!]! += added;
          sum += added;
        }
        additivityError = Math.max(additivityError, Math.abs(sum - score(x, row * width, k)));
      }
    return { values, additivityError };
  };
  const classes = 'classes' in step && step.classes.values.length === scores ? step.classes : null;
  return { method: 'linear-interventional', features, baseValues, classes, explain };
}
