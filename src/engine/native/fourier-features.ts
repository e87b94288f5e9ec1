import { FARTHEST, type FourierFeaturesStep, turningOf } from '../../model/fourier-features.ts';
import { allocateCells, checkNumbers, createScratch, refuseCell, toDense } from './block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from './evaluator.ts';
import { prepareRowProduct } from './product.ts';

/** Rounding of a plain sum of terms below which it is exact enough. */
const NEGLIGIBLE = 2e-13;

function prepareFourierFeatures(step: FourierFeaturesStep, { names }: EvaluatorContext): StepEvaluator {
  const { rows: components, cols } = step.weights;
  const { offset, factor } = step;
  const turning = turningOf(step);
  const near = prepareRowProduct(step.weights, offset);
  const far = prepareFarCosines(step);
  const scratch = createScratch();
  return {
    transform: (input) => {
      checkWidth(input, cols);
      const block = toDense(input, names, scratch);
      checkNumbers(block, names, 'refused');
      const data = allocateCells(block.rows * components);
      for (let row = 0; row < block.rows; row++) {
        const [at, to] = [row * cols, row * components];
        let reach = 0;
        for (let k = 0; k < cols; k++) reach += Math.abs(block.data[at + k]!) * turning[k]!;
        if (!(reach <= FARTHEST))
          refuseCell(row, names[0] ?? 'x0', 'the row is so far out that rounding decides its cosines');
        if (cols * Number.EPSILON * reach > NEGLIGIBLE) far(block.data, at, data, to);
        else {
          near(block.data, at, data, to);
          for (let k = to; k < to + components; k++) data[k] = Math.cos(data[k]!);
        }
        for (let k = to; k < to + components; k++) data[k]! *= factor;
      }
      return { kind: 'dense', rows: block.rows, cols: components, data };
    },
  };
}

/** Half of the digits of a number, so that products of halves are exact (T. J. Dekker, 1971). */
function upper(value: number): number {
  const spread = 134217729 * value;
  return spread - (spread - value);
}

/**
 * Cosines of angles in twice the precision: products and sums with their errors (T. Ogita, S. Rump, S. Oishi, Accurate
 * sum and dot product, 2005), then `cos(a + b) = cos a · cos b - sin a · sin b` of the sum and its error.
 */
function prepareFarCosines({
  weights: { rows, cols, data: weights },
  offset,
}: FourierFeaturesStep): (x: Float64Array, at: number, out: Float64Array, to: number) => void {
  const high = weights.map(upper);
  const low = weights.map((weight, k) => weight - high[k]!);
  return (x, at, out, to) => {
    for (let component = 0; component < rows; component++) {
      let sum = offset[component]!;
      let error = 0;
      for (let k = 0; k < cols; k++) {
        const [value, w] = [x[at + k]!, component * cols + k];
        const valueHigh = upper(value);
        const valueLow = value - valueHigh;
        const product = value * weights[w]!;
        const lost = valueHigh * high[w]! - product + valueHigh * low[w]! + valueLow * high[w]!;
        const total = sum + product;
        const part = total - sum;
        error += lost + valueLow * low[w]! + (sum - (total - part) + (product - part));
        sum = total;
      }
      out[to + component] = Math.cos(sum) * Math.cos(error) - Math.sin(sum) * Math.sin(error);
    }
  };
}

export const FOURIER_FEATURES_PREPARERS: StepPreparers<FourierFeaturesStep> = {
  'fourier-features': prepareFourierFeatures,
};
