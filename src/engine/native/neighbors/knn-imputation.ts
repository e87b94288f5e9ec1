import type { ImputedColumn, KnnImputerStep } from '../../../model/knn-imputation.ts';
import type { Matrix } from '../../../model/tensor.ts';
import { allocateCells, checkNumbers, createScratch, refuseCell, toDense } from '../block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from '../evaluator.ts';

/** Missing cells by the nearest points that have the column, then the indicators. */
function prepareKnnImputer(step: KnnImputerStep, { names }: EvaluatorContext): StepEvaluator {
  const { columns, indicators, points, missing } = step;
  const marker = missing.kind === 'number' ? missing.value : NaN;
  const isMissing = Number.isNaN(marker) ? Number.isNaN : (x: number): boolean => x === marker;
  const distancesFrom = prepareDistances(points);
  const impute = prepareImputation(step, names);
  const width = columns.filter(({ kind }) => kind !== 'dropped').length + indicators.length;
  const scratch = createScratch();
  const present = new Float64Array(points.cols);
  return {
    transform: (input) => {
      checkWidth(input, points.cols);
      const block = toDense(input, names, scratch);
      checkNumbers(block, names, Number.isNaN(marker) ? 'allowed' : 'refused');
      const { rows, cols, data } = block;
      const out = allocateCells(rows * width);
      for (let row = 0, at = 0; row < rows; row++) {
        for (let j = 0; j < cols; j++) {
          const x = data[row * cols + j]!;
          present[j] = isMissing(x) ? NaN : x;
        }
        let distances: Float64Array | null = null;
        for (let j = 0; j < cols; j++) {
          const column = columns[j]!;
          if (column.kind === 'dropped') continue;
          if (column.kind === 'zero') out[at++] = 0;
          else if (!Number.isNaN(present[j]!)) out[at++] = present[j]!;
          else {
            distances ??= distancesFrom(present);
            out[at++] = impute(distances, j, column, row);
          }
        }
        for (const j of indicators) out[at++] = Number.isNaN(present[j]!) ? 1 : 0;
      }
      return { kind: 'dense', rows, cols: width, data: out };
    },
  };
}

/** Squares of the distances of a row from all points; NaN from those with which it has no column in common. */
function prepareDistances({ rows, cols, data }: Matrix): (x: Float64Array) => Float64Array {
  const squares = new Float64Array(rows);
  return (x) => {
    for (let point = 0, at = 0; point < rows; point++) {
      let sum = 0;
      let common = 0;
      for (let j = 0; j < cols; j++, at++) {
        const apart = x[j]! - data[at]!;
        if (Number.isNaN(apart)) continue;
        sum += apart * apart;
        common++;
      }
      squares[point] = (sum / common) * cols;
    }
    return squares;
  };
}

type NeighborColumn = Extract<ImputedColumn, { kind: 'neighbors' }>;

/** The mean of the nearest points that have column `j`, by the squares of their distances. */
function prepareImputation(
  { k: most, points, weighting, countsAll }: KnnImputerStep,
  names: readonly string[],
): (squares: Float64Array, j: number, column: NeighborColumn, row: number) => number {
  const { rows, cols, data } = points;
  const nearest = new Int32Array(Math.min(most, rows));
  return (squares, j, { mean, points: having }, row) => {
    const k = Math.min(most, having);
    let count = 0;
    for (let point = 0; point < rows; point++) {
      if (!Number.isNaN(data[point * cols + j]!)) count = insert(nearest, count, k, squares, point);
    }
    if (count === 0 || (countsAll && k === having)) return mean;
    if (countsAll && count < k)
      refuseCell(row, names[j] ?? `x${j}`, `${count} points have columns in common with it, ${k} wanted`);
    return weighting === 'uniform' || squares[nearest[0]!] === 0
      ? meanOf(points, nearest, j, weighting === 'uniform' ? count : zerosOf(nearest, count, squares))
      : weighedMean(points, nearest, j, count, squares);
  };
}

/** Takes a point in among the nearest `k`, behind those that are as near; answers how many there are then. */
function insert(nearest: Int32Array, count: number, k: number, squares: Float64Array, point: number): number {
  const square = squares[point]!;
  if (!(square < Infinity) || (count === k && !(square < squares[nearest[k - 1]!]!))) return count;
  let at = count === k ? k - 1 : count;
  for (; at > 0 && squares[nearest[at - 1]!]! > square; at--) nearest[at] = nearest[at - 1]!;
  nearest[at] = point;
  return count === k ? k : count + 1;
}

/** How many of the nearest are no distance away. */
function zerosOf(nearest: Int32Array, count: number, squares: Float64Array): number {
  let zeros = 0;
  while (zeros < count && squares[nearest[zeros]!] === 0) zeros++;
  return zeros;
}

function meanOf({ cols, data }: Matrix, nearest: Int32Array, j: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += data[nearest[i]! * cols + j]!;
  return sum / count;
}

/** Each weighs 1 / distance. */
function weighedMean(
  { cols, data }: Matrix,
  nearest: Int32Array,
  j: number,
  count: number,
  squares: Float64Array,
): number {
  let sum = 0;
  let weights = 0;
  for (let i = 0; i < count; i++) {
    const weight = 1 / Math.sqrt(squares[nearest[i]!]!);
    sum += weight * data[nearest[i]! * cols + j]!;
    weights += weight;
  }
  return sum / weights;
}

export const KNN_IMPUTATION_PREPARERS: StepPreparers<KnnImputerStep> = { 'knn-imputer': prepareKnnImputer };
