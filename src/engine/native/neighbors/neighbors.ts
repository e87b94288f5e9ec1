import { elementAt } from '../../../core/element-at.ts';
import type { Outputs } from '../../../model/batch.ts';
import type { NearestNeighborsStep, NeighborTask } from '../../../model/neighbors.ts';
import type { Tensor } from '../../../model/tensor.ts';
import {
  allocateCells,
  checkNumbers,
  createScratch,
  type DenseBlock,
  refuseCell,
  toDense,
} from '../block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from '../evaluator.ts';
import { prepareLabels, stackLabels } from '../labels.ts';
import { argmaxRows, divideRow, numpyRowSum } from '../links.ts';
import { type Nearest, prepareNearest } from './search.ts';

/** The answers to `rows` rows, made row by row. */
interface Answers {
  /** Counts the neighbours of a row, which weigh `weights`; their sum is `weight`. */
  add(row: number, points: Int32Array, weights: Float64Array, count: number): void;
  outputs(): Outputs;
}
type PreparedTask = (rows: number) => Answers;

/** The vote or the mean of the k nearest points. */
function prepareNearestNeighbors(step: NearestNeighborsStep, { names }: EvaluatorContext): StepEvaluator {
  const { points } = step.search;
  const nearest = prepareNearest(step.search, step.k);
  const begin = prepareTask(step.task);
  const weigh = step.weighting === 'uniform' ? uniform(step.k) : inverse;
  const scratch = createScratch();
  return {
    undecided: (input) => tiedRows(step, toDense(input, names, scratch)),
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

/** Reduced distances as close to each other as this are equal to some engine. */
const TIE = 1e-9;

/** Rows whose last neighbour is as far away as the next point. */
function tiedRows({ search, k }: NearestNeighborsStep, { rows, cols, data }: DenseBlock): Uint8Array {
  const tied = new Uint8Array(rows);
  if (k === search.points.rows) return tied;
  const nearest = prepareNearest(search, k + 1);
  for (let row = 0; row < rows; row++) {
    const { reduced } = nearest(data, row * cols);
    if (!(reduced[k]! - reduced[k - 1]! > TIE * reduced[k]!)) tied[row] = 1;
  }
  return tied;
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

/** Makes ready what is answered of neighbours. */
function prepareTask(task: NeighborTask): PreparedTask {
  return task.kind === 'classification' ? prepareVotes(task) : prepareMeans(task);
}

/** Weights by class, divided by their sum; the label of the most, the first of equals. */
function prepareVotes({ targets }: Extract<NeighborTask, { kind: 'classification' }>): PreparedTask {
  const takers = targets.map(({ classes }) => prepareLabels(classes));
  return (rows) => {
    const votes = targets.map(({ classes }) => allocateCells(rows * classes.values.length));
    return {
      add: (row, points, weights, count) => {
        for (let t = 0; t < targets.length; t++) {
          const { codes, classes } = elementAt(targets, t);
          const base = row * classes.values.length;
          const own = elementAt(votes, t);
          for (let i = 0; i < count; i++) own[base + codes[points[i]!]!]! += weights[i]!;
        }
      },
      outputs: () => {
        const labels = targets.map(({ classes }, t) =>
          elementAt(takers, t)(argmaxRows(elementAt(votes, t), rows, classes.values.length)),
        );
        const shares = targets.map(({ classes }, t): Tensor => {
          const width = classes.values.length;
          return { dtype: 'float64', shape: [rows, width], data: toShares(elementAt(votes, t), width) };
        });
        if (targets.length === 1)
          return { predict: elementAt(labels, 0), predict_proba: elementAt(shares, 0) };
        return { predict: stackLabels(labels, elementAt(targets, 0).classes), predict_proba: shares };
      },
    };
  };
}

function toShares(votes: Float64Array, width: number): Float64Array {
  for (let base = 0; base < votes.length; base += width)
    divideRow(votes, base, width, numpyRowSum(votes, base, width));
  return votes;
}

/** Weighed means of the targets. */
function prepareMeans({ values, flat }: Extract<NeighborTask, { kind: 'regression' }>): PreparedTask {
  const width = values.cols;
  return (rows) => {
    const means = allocateCells(rows * width);
    return {
      add: (row, points, weights, count) => {
        let weight = 0;
        for (let i = 0; i < count; i++) weight += weights[i]!;
        for (let t = 0; t < width; t++) {
          let sum = 0;
          for (let i = 0; i < count; i++) sum += values.data[points[i]! * width + t]! * weights[i]!;
          means[row * width + t] = sum / weight;
        }
      },
      outputs: () => {
        return { predict: { dtype: 'float64', shape: flat ? [rows] : [rows, width], data: means } };
      },
    };
  };
}

export const NEIGHBORS_PREPARERS: StepPreparers<NearestNeighborsStep> = {
  'nearest-neighbors': prepareNearestNeighbors,
};
