import type { IsotonicCurve, IsotonicStep } from '../../model/isotonic.ts';
import { allocateCells, checkNumbers, createScratch, refuseCell, toDense } from './block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from './evaluator.ts';

/** The value of a curve at a finite number; of 'raise' it is undefined beyond the bounds. */
type CurveValue = (value: number) => number | undefined;

/**
 * `numpy.interp` within the bounds: the largest point that is not above the number, and from there
 * `slope · (value - x) + y` (numpy/_core/src/multiarray/compiled_base.c, `arr_interp`).
 */
export function prepareCurve({ x, y, outOfBounds }: IsotonicCurve): CurveValue {
  const last = x.length - 1;
  if (last === 0) return () => y[0]!;
  const slopes = y.map((value, i) => (i === last ? 0 : (y[i + 1]! - value) / (x[i + 1]! - x[i]!)));
  const beyond = outOfBounds === 'nan' ? Number.NaN : undefined;
  return (value) => {
    if (value <= x[0]! || value >= x[last]!) {
      const end = value <= x[0]! ? 0 : last;
      return outOfBounds === 'clip' || value === x[end]! ? y[end]! : beyond;
    }
    const at = lastNotAbove(x, value);
    return value === x[at]! ? y[at]! : slopes[at]! * (value - x[at]!) + y[at]!;
  };
}

/** Index of the last of ascending numbers that is not above `value`, which is at least the first. */
function lastNotAbove(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}

function prepareIsotonic({ curve }: IsotonicStep, { names }: EvaluatorContext): StepEvaluator {
  const at = prepareCurve(curve);
  const scratch = createScratch();
  return {
    outputs: (input) => {
      checkWidth(input, 1);
      const block = toDense(input, names, scratch);
      checkNumbers(block, names, 'refused');
      const { rows } = block;
      const data = allocateCells(rows);
      for (let row = 0; row < rows; row++) {
        const value = block.data[row]!;
        data[row] =
          at(value) ?? refuseCell(row, names[0] ?? 'x0', `${value} is beyond the range of training`);
      }
      return {
        predict: { dtype: 'float64', shape: [rows], data },
        transform: { dtype: 'float64', shape: [rows], data: data.slice() },
      };
    },
  };
}

export const ISOTONIC_PREPARERS: StepPreparers<IsotonicStep> = { isotonic: prepareIsotonic };
