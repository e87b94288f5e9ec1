import type { RadiusNeighborsStep } from '../../../model/neighbors.ts';
import { checkNumbers, createScratch, refuseCell, toDense } from '../block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator } from '../evaluator.ts';
import { prepareTask } from './answers.ts';
import { prepareWithin, type Within } from './search.ts';
import { prepareBoundary } from './ties.ts';

/** The vote or the mean of all points at most `radius` away. */
export function prepareRadiusNeighbors(
  step: RadiusNeighborsStep,
  { names }: EvaluatorContext,
): StepEvaluator {
  const { points } = step.search;
  const within = prepareWithin(step.search, step.radius);
  const begin = prepareTask(step.task, step.none);
  const ones = new Float64Array(points.rows).fill(1);
  const weigh = step.weighting === 'uniform' ? () => ones : inverse;
  const scratch = createScratch();
  const undecided = prepareBoundary(step.search, step.radius);
  return {
    undecided: (input) => undecided(toDense(input, names, scratch)),
    outputs: (input) => {
      checkWidth(input, points.cols);
      const { data, rows, cols } = toDense(input, names, scratch);
      checkNumbers({ kind: 'dense', data, rows, cols }, names, 'refused');
      const answers = begin(rows);
      for (let row = 0; row < rows; row++) {
        const found = within(data, row * cols);
        if (found.count === 0 && step.none.kind === 'refused')
          refuseCell(row, names[0] ?? 'x0', `no point is within ${step.radius}`);
        answers.add(row, found.points, weigh(found), found.count);
      }
      return answers.outputs();
    },
  };
}

/** 1 / distance; where some distance is 0, those points alone, each 1. Overwrites the distances. */
function inverse({ distances, count }: Within): Float64Array {
  let near = false;
  for (let i = 0; i < count; i++) if (distances[i] === 0) near = true;
  for (let i = 0; i < count; i++) distances[i] = near ? Number(distances[i] === 0) : 1 / distances[i]!;
  return distances;
}
