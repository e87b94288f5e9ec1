import type { PolynomialFeaturesStep } from '../../model/polynomial.ts';
import { productWidths } from '../../model/polynomial.ts';
import { allocateCells, checkNumbers, createScratch, toDense } from './block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from './evaluator.ts';

/** Where the products of one degree lie in the row of all of them. */
interface Degree {
  readonly parents: Int32Array;
  readonly factors: Int32Array;
  readonly start: number;
}

/** Every product by one multiplication, from the one that it extends; then the degrees that come out. */
function preparePolynomial(step: PolynomialFeaturesStep, { names }: EvaluatorContext): StepEvaluator {
  const { features, bias } = step;
  const degrees: Degree[] = [];
  let all = features;
  let below = 0;
  for (const { parents, factors } of step.degrees) {
    degrees.push({ parents: parents.map((parent) => parent + below), factors, start: all });
    below = all;
    all += factors.length;
  }
  const kept = productWidths(step).reduce((sum, width) => sum + width, 0);
  const first = all - kept;
  const cols = kept + (bias ? 1 : 0);
  const scratch = createScratch();
  return {
    transform: (input) => {
      checkWidth(input, features);
      const block = toDense(input, names, scratch);
      checkNumbers(block, names, 'refused');
      const { rows, data } = block;
      const out = allocateCells(rows * cols);
      const products = new Float64Array(all);
      for (let row = 0, at = 0; row < rows; row++) {
        const base = row * features;
        for (let k = 0; k < features; k++) products[k] = data[base + k]!;
        for (const { parents, factors, start } of degrees)
          for (let k = 0; k < factors.length; k++)
            products[start + k] = products[parents[k]!]! * products[factors[k]!]!;
        if (bias) out[at++] = 1;
        for (let k = first; k < all; k++) out[at++] = products[k]!;
      }
      return { kind: 'dense', rows, cols, data: out };
    },
  };
}

export const POLYNOMIAL_PREPARERS: StepPreparers<PolynomialFeaturesStep> = {
  'polynomial-features': preparePolynomial,
};
