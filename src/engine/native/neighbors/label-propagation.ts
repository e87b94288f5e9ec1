import {
  kernelPoints,
  type LabelPropagationStep,
  type PropagationKernel,
} from '../../../model/label-propagation.ts';
import { allocateCells, checkNumbers, createScratch, toDense } from '../block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from '../evaluator.ts';
import { prepareLabels } from '../labels.ts';
import { argmaxRows, divideRow, numpyRowSum } from '../links.ts';
import { preparePointSums } from '../point-sums/point-sums.ts';
import { prepareNearest } from './search.ts';
import { prepareTies } from './ties.ts';

/** Shares of classes around each row. */
function prepareLabelPropagation(step: LabelPropagationStep, { names }: EvaluatorContext): StepEvaluator {
  const { kernel, classes, shares } = step;
  const width = shares.cols;
  const { cols: features } = kernelPoints(kernel);
  const take = prepareLabels(classes);
  const scratch = createScratch();
  const sums = new Float64Array(width);
  const addPoint = (point: number, weight: number): void => {
    for (let c = 0; c < width; c++) sums[c]! += weight * shares.data[point * width + c]!;
  };
  const gather = kernel.kind === 'rbf' ? prepareRbf(kernel, addPoint) : prepareNeighbors(kernel, addPoint);
  const ties = kernel.kind === 'knn' ? prepareTies(kernel.search, kernel.k) : null;
  return {
    ...(ties && { undecided: (input) => ties(toDense(input, names, scratch)) }),
    outputs: (input) => {
      checkWidth(input, features);
      const block = toDense(input, names, scratch);
      checkNumbers(block, names, 'refused');
      const { rows, cols, data } = block;
      const out = allocateCells(rows * width);
      for (let row = 0; row < rows; row++) {
        sums.fill(0);
        gather(data, row * cols);
        out.set(sums, row * width);
        divideRow(out, row * width, width, numpyRowSum(out, row * width, width));
      }
      return {
        predict: take(argmaxRows(out, rows, width)),
        predict_proba: { dtype: 'float64', shape: [rows, width], data: out },
      };
    },
  };
}

/** Hands the points that count for the row that begins at `at` to whoever adds them up. */
type Gather = (data: Float64Array, at: number) => void;
type AddPoint = (point: number, weight: number) => void;

function prepareRbf({ points, gamma }: Extract<PropagationKernel, { kind: 'rbf' }>, add: AddPoint): Gather {
  const squares = preparePointSums(points, 'squares');
  return (data, at) => {
    const apart = squares(data, at);
    for (let point = 0; point < points.rows; point++) add(point, Math.exp(-gamma * apart[point]!));
  };
}

function prepareNeighbors({ search, k }: Extract<PropagationKernel, { kind: 'knn' }>, add: AddPoint): Gather {
  const nearest = prepareNearest(search, k);
  return (data, at) => {
    const { points } = nearest(data, at);
    for (let i = 0; i < k; i++) add(points[i]!, 1);
  };
}

export const LABEL_PROPAGATION_PREPARERS: StepPreparers<LabelPropagationStep> = {
  'label-propagation': prepareLabelPropagation,
};
