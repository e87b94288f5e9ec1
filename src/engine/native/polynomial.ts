import {
  type PolynomialFeaturesStep,
  productWidths,
  type SplineStep,
  splineCount,
  splineRange,
} from '../../model/polynomial.ts';
import { allocateCells, checkNumbers, createScratch, refuseCell, toDense } from './block.ts';
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

/** The last of the knots between the ends that is at or below x, at least `degree`. */
function pieceOf(knots: Float64Array, degree: number, x: number): number {
  const last = knots.length - degree - 2;
  let piece = degree;
  while (piece < last && knots[piece + 1]! <= x) piece++;
  return piece;
}

/**
 * The `degree + 1` splines that are not zero in a piece, into `h` (`_deBoor_D` of scipy, `fitpack.h`): those of each degree
 * from those of the degree below.
 */
function basisInto(
  h: Float64Array,
  below: Float64Array,
  knots: Float64Array,
  piece: number,
  x: number,
): void {
  h[0] = 1;
  for (let j = 1; j < h.length; j++) {
    below.set(h.subarray(0, j));
    h[0] = 0;
    for (let n = 1; n <= j; n++) {
      const [right, left] = [knots[piece + n]!, knots[piece + n - j]!];
      if (right === left) {
        h[n] = 0;
        continue;
      }
      const share = below[n - 1]! / (right - left);
      h[n - 1]! += share * (right - x);
      h[n] = share * (x - left);
    }
  }
}

/** Where the splines of a column are evaluated, for a number of the column. */
function placeOf(step: SplineStep, knots: Float64Array): (x: number) => number {
  const [low, high] = splineRange(step, knots);
  switch (step.extrapolation) {
    case 'constant':
    case 'linear':
      return (x) => (x < low ? low : Math.min(x, high));
    case 'periodic': {
      const period = high - low;
      return (x) => {
        const rest = (x - low) % period;
        return low + (rest < 0 ? rest + period : rest);
      };
    }
    default:
      return (x) => x;
  }
}

function prepareSpline(step: SplineStep, { names }: EvaluatorContext): StepEvaluator {
  const { degree, knots, bias, slopes, extrapolation } = step;
  const features = knots.length;
  const splines = splineCount(step);
  const kept = splines - (bias ? 0 : 1);
  const places = knots.map((own) => placeOf(step, own));
  const [h, below] = [new Float64Array(degree + 1), new Float64Array(degree + 1)];
  const values = new Float64Array(splines);
  const scratch = createScratch();
  const evaluate = (x: number, col: number): void => {
    const own = knots[col]!;
    const place = places[col]!(x);
    const piece = pieceOf(own, degree, place);
    basisInto(h, below, own, piece, place);
    values.fill(0);
    for (let n = 0; n <= degree; n++) values[(piece - degree + n) % splines]! += h[n]!;
    if (slopes === null || x === place) return;
    const { data } = x < place ? slopes.below : slopes.above;
    for (let k = 0; k < splines; k++) values[k]! += (x - place) * data[col * splines + k]!;
  };
  const refuseBeyond = (x: number, row: number, col: number): void => {
    const [low, high] = splineRange(step, knots[col]!);
    if (x < low || x > high)
      refuseCell(row, names[col] ?? `x${col}`, `${x} is beyond the limits of the knots, ${low} and ${high}`);
  };
  return {
    transform: (input) => {
      checkWidth(input, features);
      const block = toDense(input, names, scratch);
      checkNumbers(block, names, 'refused');
      const { rows, data } = block;
      const out = allocateCells(rows * features * kept);
      for (let row = 0, k = 0; row < rows; row++) {
        for (let col = 0; col < features; col++, k++) {
          const x = data[k]!;
          if (extrapolation === 'refused') refuseBeyond(x, row, col);
          evaluate(x, col);
          out.set(kept === splines ? values : values.subarray(0, kept), k * kept);
        }
      }
      return { kind: 'dense', rows, cols: features * kept, data: out };
    },
  };
}

export const POLYNOMIAL_PREPARERS: StepPreparers<PolynomialFeaturesStep | SplineStep> = {
  'polynomial-features': preparePolynomial,
  spline: prepareSpline,
};
