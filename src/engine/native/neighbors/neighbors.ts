import type { NearestNeighborsStep, NeighborsStep } from '../../../model/neighbors.ts';
import { checkNumbers, createScratch, refuseCell, toDense } from '../block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from '../evaluator.ts';
import { prepareTask } from './answers.ts';
import { prepareRadiusNeighbors } from './radius.ts';
import { type Nearest, prepareNearest } from './search.ts';
import { prepareTies } from './ties.ts';

/** The vote or the mean of the k nearest points. */
function prepareNearestNeighbors(step: NearestNeighborsStep, { names }: EvaluatorContext): StepEvaluator {
  const { points } = step.search;
  const nearest = prepareNearest(step.search, step.k);
  const begin = prepareTask(step.task);
  const weigh = step.weighting === 'uniform' ? uniform(step.k) : inverse;
  const scratch = createScratch();
  const ties = prepareTies(step.search, step.k);
  return {
    undecided: (input) => ties(toDense(input, names, scratch)),
    outputs: (input) => {
      checkWidth(input, points.cols);
      const { data, rows, cols } = toDense(input, names, scratch);
      checkNumbers({ kind: 'dense', data, rows, cols }, names, 'refused');
      const answers = begin(rows);
      for (let row = 0; row < rows; row++) {
        const found = nearest(data, row * cols);
        const weights = weigh(found);
        if (step.refusesFar && weights.every((weight) => weight === 0))
          refuseCell(row, names[0] ?? 'x0', 'all neighbours are infinitely far away');
        answers.add(row, found.points, weights, step.k);
      }
      return answers.outputs();
    },
  };
}

const uniform = (k: number): ((found: Nearest) => Float64Array) => {
  const ones = new Float64Array(k).fill(1);
  return () => ones;
};

/** 1 / distance; where some distance is 0, those points alone, each 1. Overwrites the distances. */
function inverse({ distances }: Nearest): Float64Array {
  let near = false;
  for (let i = 0; i < distances.length; i++) {
    distances[i] = 1 / distances[i]!;
    if (distances[i] === Infinity) near = true;
  }
  if (near) for (let i = 0; i < distances.length; i++) distances[i] = distances[i] === Infinity ? 1 : 0;
  return distances;
}

export const NEIGHBORS_PREPARERS: StepPreparers<NeighborsStep> = {
  'nearest-neighbors': prepareNearestNeighbors,
  'radius-neighbors': prepareRadiusNeighbors,
};
