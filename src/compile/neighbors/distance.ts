import type { Metric } from '../../model/neighbors.ts';
import type { Matrix } from '../../model/tensor.ts';
import type { GraphBuilderApi, ValueName } from '../../onnx/graph.ts';
import { rowSumOf } from '../links.ts';

/** Columns up to which squares are summed one column at a time, exactly; beyond them they come from a matrix product. */
const FEW_COLUMNS = 32;

/** What ranks all points for each row: `values` `[N, points]`, and how a value becomes a distance and back. */
interface Ranking {
  readonly values: ValueName;
  /** The value of a distance. */
  valueOf(distance: number): number;
  /** Distances of values `[N, k]` of the points `[N, k]`. */
  distances(values: ValueName, points: ValueName): ValueName;
}

/**
 * How far each row of `x` is from each point, column by column in their order; squares of many columns as
 * ‖x‖² - 2 x·c + ‖c‖², measured from the mean of the points, and those of the points that are chosen once more, exactly.
 *
 * @param columns columns up to which squares are summed one at a time
 */
export function rankPoints(
  g: GraphBuilderApi,
  x: ValueName,
  points: Matrix,
  metric: Metric,
  columns = FEW_COLUMNS,
): Ranking {
  switch (metric.kind) {
    case 'minkowski':
      return minkowski(g, x, points, metric, columns);
    case 'scaled': {
      const terms = (d: ValueName, j: number): ValueName =>
        g.add('Div', [g.add('Mul', [d, d]), scalar(g, metric.variances[j]!)]);
      return rooted(
        g,
        sumOfColumns(g, x, points, (a, b, j) => terms(g.add('Sub', [a, b]), j)),
      );
    }
    case 'cosine':
      return plain(cosine(g, x, points));
    case 'canberra':
      return plain(sumOfColumns(g, x, points, (a, b) => canberraTerm(g, a, b)));
    case 'hamming': {
      const count = sumOfColumns(g, x, points, (a, b) => {
        const equal = g.add('Equal', [a, b]);
        return g.add('Where', [equal, scalar(g, 0), scalar(g, 1)]);
      });
      return plain(g.add('Div', [count, scalar(g, points.cols)]));
    }
  }
}

function minkowski(
  g: GraphBuilderApi,
  x: ValueName,
  points: Matrix,
  { p, weights, squared }: Extract<Metric, { kind: 'minkowski' }>,
  columns: number,
): Ranking {
  if (p === 2 && weights === null && points.cols > columns) return expanded(g, x, points, squared ?? false);
  const apart = (a: ValueName, b: ValueName): ValueName => g.add('Abs', [g.add('Sub', [a, b])]);
  if (p === Infinity) {
    const counted = (j: number): number => (weights === null || weights[j]! > 0 ? 1 : 0);
    const values = ofColumns(g, x, points, 'Max', (a, b, j) =>
      counted(j) === 1 ? apart(a, b) : g.add('Mul', [apart(a, b), scalar(g, 0)]),
    );
    return plain(values);
  }
  const values = sumOfColumns(g, x, points, (a, b, j) => {
    const power = powerOf(g, apart(a, b), p);
    return weights === null ? power : g.add('Mul', [scalar(g, weights[j]!), power]);
  });
  if (p === 2 && !squared) return rooted(g, values);
  if (p === 1 || squared) return plain(values);
  const distances = (chosen: ValueName): ValueName => g.add('Pow', [chosen, scalar(g, 1 / p)]);
  return { values, valueOf: (distance) => distance ** p, distances };
}

const plain = (values: ValueName): Ranking => ({
  values,
  valueOf: (distance) => distance,
  distances: (chosen) => chosen,
});

const powerOf = (g: GraphBuilderApi, d: ValueName, p: number): ValueName =>
  p === 1 ? d : p === 2 ? g.add('Mul', [d, d]) : g.add('Pow', [d, scalar(g, p)]);

const rooted = (g: GraphBuilderApi, values: ValueName): Ranking => ({
  values,
  valueOf: (distance) => distance * distance,
  distances: (chosen) => g.add('Sqrt', [chosen]),
});

const scalar = (g: GraphBuilderApi, value: number): ValueName => g.float64([value], []);

/** A term of column j, from the rows' `[N, 1]` and the points' `[1, points]`. */
type Term = (row: ValueName, points: ValueName, j: number) => ValueName;

const sumOfColumns = (g: GraphBuilderApi, x: ValueName, points: Matrix, term: Term): ValueName =>
  ofColumns(g, x, points, 'Add', term);

/** Terms of all columns joined by an operator, in their order: `[N, points]`. */
function ofColumns(
  g: GraphBuilderApi,
  x: ValueName,
  { rows, cols, data }: Matrix,
  join: 'Add' | 'Max',
  term: Term,
): ValueName {
  let total: ValueName | null = null;
  for (let j = 0; j < cols; j++) {
    const own = g.add('Gather', [x, g.int64([j], [1])], { axis: 1n });
    const others = g.float64(
      Float64Array.from({ length: rows }, (_, row) => data[row * cols + j]!),
      [1, rows],
    );
    const next = term(own, others, j);
    total = total === null ? next : g.add(join, [total, next]);
  }
  return total!;
}

/** Squared distances by expansion, for ranking; exact ones of the points that are chosen. */
function expanded(g: GraphBuilderApi, x: ValueName, points: Matrix, squared: boolean): Ranking {
  const { rows, cols, data } = points;
  const mean = new Float64Array(cols);
  for (let k = 0; k < data.length; k++) mean[k % cols]! += data[k]! / rows;
  const moved = data.map((value, k) => value - mean[k % cols]!);
  const norms = Float64Array.from({ length: rows }, (_, row) =>
    moved.subarray(row * cols, (row + 1) * cols).reduce((sum, value) => sum + value * value, 0),
  );
  const centred = g.add('Sub', [x, g.float64(mean, [1, cols])]);
  const cross = g.add('Gemm', [centred, g.float64(moved, [rows, cols]), g.float64(norms, [1, rows])], {
    transB: 1n,
    alpha: -2,
  });
  const values = g.add('Add', [cross, rowSumOf(g, g.add('Mul', [centred, centred]))]);
  return {
    values,
    valueOf: (distance) => (squared ? distance : distance * distance),
    distances: (_chosen, nearest) => {
      const others = g.add('Gather', [g.float64(data, [rows, cols]), nearest], { axis: 0n });
      const d = g.add('Sub', [g.add('Unsqueeze', [x, g.int64([1], [1])]), others]);
      const sum = g.add('ReduceSum', [g.add('Mul', [d, d]), g.int64([2], [1])], { keepdims: 0n });
      return squared ? sum : g.add('Sqrt', [sum]);
    },
  };
}

function cosine(g: GraphBuilderApi, x: ValueName, { rows, cols, data }: Matrix): ValueName {
  const unit = new Float64Array(data.length);
  for (let row = 0; row < rows; row++) {
    const own = data.subarray(row * cols, (row + 1) * cols);
    const norm = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0)) || 1;
    unit.set(
      own.map((value) => value / norm),
      row * cols,
    );
  }
  const norm = g.add('Sqrt', [rowSumOf(g, g.add('Mul', [x, x]))]);
  const divisor = g.add('Where', [g.add('Equal', [norm, scalar(g, 0)]), scalar(g, 1), norm]);
  const none = g.float64(new Float64Array(rows), [1, rows]);
  const cos = g.add('Gemm', [g.add('Div', [x, divisor]), g.float64(unit, [rows, cols]), none], {
    transB: 1n,
  });
  const away = g.add('Sub', [scalar(g, 1), cos]);
  return g.add('Min', [g.add('Max', [away, scalar(g, 0)]), scalar(g, 2)]);
}

function canberraTerm(g: GraphBuilderApi, a: ValueName, b: ValueName): ValueName {
  const size = g.add('Add', [g.add('Abs', [a]), g.add('Abs', [b])]);
  const divisor = g.add('Where', [g.add('Equal', [size, scalar(g, 0)]), scalar(g, 1), size]);
  return g.add('Div', [g.add('Abs', [g.add('Sub', [a, b])]), divisor]);
}
