import { elementAt } from '../../../core/element-at.ts';
import type { Outputs } from '../../../model/batch.ts';
import type { NeighborTask, NoNeighbor } from '../../../model/neighbors.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { allocateCells } from '../block.ts';
import { prepareLabels, stackLabels } from '../labels.ts';
import { argmaxRows, divideRow, numpyRowSum } from '../links.ts';

/** The answers to `rows` rows, made row by row. */
interface Answers {
  /** Counts the first `count` points as neighbours of a row, which weigh `weights`. */
  add(row: number, points: Int32Array, weights: Float64Array, count: number): void;
  outputs(): Outputs;
}
type PreparedTask = (rows: number) => Answers;

/** Makes ready what is answered of neighbours; `none` is what rows without one get, where there may be such. */
export function prepareTask(task: NeighborTask, none: NoNeighbor = { kind: 'refused' }): PreparedTask {
  return task.kind === 'classification' ? prepareVotes(task, none) : prepareMeans(task, none);
}

/** Weights by class, divided by their sum; the label of the most, the first of equals. */
function prepareVotes(
  { targets }: Extract<NeighborTask, { kind: 'classification' }>,
  none: NoNeighbor,
): PreparedTask {
  const outliers = none.kind === 'labels' ? none.targets : null;
  const takers = targets.map(({ classes }, t) => prepareLabels(outliers?.[t]?.labels ?? classes));
  return (rows) => {
    const votes = targets.map(({ classes }) => allocateCells(rows * classes.values.length));
    const alone: number[] = [];
    return {
      add: (row, points, weights, count) => {
        if (count === 0) alone.push(row);
        for (let t = 0; t < targets.length; t++) {
          const { codes, classes } = elementAt(targets, t);
          const base = row * classes.values.length;
          const own = elementAt(votes, t);
          for (let i = 0; i < count; i++) own[base + codes[points[i]!]!]! += weights[i]!;
        }
      },
      outputs: () => {
        const labels = targets.map(({ classes }, t) => {
          const width = classes.values.length;
          const own = elementAt(votes, t);
          const codes = argmaxRows(own, rows, width);
          const code = outliers?.[t]?.code ?? 0;
          for (const row of alone) {
            codes[row] = code;
            if (code < width) own[row * width + code] = 1;
          }
          return elementAt(takers, t)(codes);
        });
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

/** Each row divided by its sum, unless that is 0. */
function toShares(votes: Float64Array, width: number): Float64Array {
  for (let base = 0; base < votes.length; base += width)
    divideRow(votes, base, width, numpyRowSum(votes, base, width) || 1);
  return votes;
}

/** Weighed means of the targets. */
function prepareMeans(
  { values, flat }: Extract<NeighborTask, { kind: 'regression' }>,
  none: NoNeighbor,
): PreparedTask {
  const width = values.cols;
  const empty = none.kind === 'number' ? none.value : NaN;
  return (rows) => {
    const means = allocateCells(rows * width);
    return {
      add: (row, points, weights, count) => {
        let weight = 0;
        for (let i = 0; i < count; i++) weight += weights[i]!;
        for (let t = 0; t < width; t++) {
          let sum = 0;
          for (let i = 0; i < count; i++) sum += values.data[points[i]! * width + t]! * weights[i]!;
          means[row * width + t] = count === 0 ? empty : sum / weight;
        }
      },
      outputs: () => {
        return { predict: { dtype: 'float64', shape: flat ? [rows] : [rows, width], data: means } };
      },
    };
  };
}
