import type { LinearBoosterStep } from '../../model/linear-booster.ts';
import { allocateCells, createScratch, refuseNumber, toDense } from './block.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { prepareBooster } from './tree/booster.ts';

/** Margins in float32, a product and a sum at a time; then the head of any booster. */
function prepareLinearBooster(step: LinearBoosterStep, { names }: EvaluatorContext): StepEvaluator {
  const { weights, bias, origin, head } = step;
  const { rows: scores, cols: width, data } = weights;
  if (data.length !== scores * width) refuseShape(step, 'weights', data.length, scores * width);
  if (bias.length !== scores) refuseShape(step, 'bias', bias.length, scores);
  const answer = prepareBooster({ origin, scores, sums: 'float32' }, head);
  const packed = createScratch();
  // NaN equals nothing.
  const marked = step.missingNumber ?? Number.NaN;
  const margin = (x: Float64Array, at: number, score: number): number => {
    let sum = bias[score]!;
    for (let col = 0; col < width; col++) {
      const cell = x[at + col]!;
      if (!Number.isNaN(cell)) sum = Math.fround(sum + Math.fround(cell * data[score * width + col]!));
    }
    return sum;
  };
  return {
    outputs: (input) => {
      checkWidth(input, width);
      const dense = toDense(input, names, packed);
      const x = dense.data.slice(0, dense.rows * width);
      for (let k = 0; k < x.length; k++) {
        const given = x[k]!;
        const held = Math.fround(given);
        x[k] = held === marked ? Number.NaN : held;
        if (Math.abs(x[k]!) === Infinity)
          refuseNumber(Math.floor(k / width), names[k % width] ?? `x${k % width}`, given);
      }
      const margins = allocateCells(dense.rows * scores);
      for (let row = 0; row < dense.rows; row++)
        for (let score = 0; score < scores; score++)
          margins[row * scores + score] = margin(x, row * width, score);
      return answer(margins, dense.rows);
    },
  };
}

export const LINEAR_BOOSTER_PREPARERS: StepPreparers<LinearBoosterStep> = {
  'linear-booster': prepareLinearBooster,
};
