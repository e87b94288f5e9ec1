import type { ImputedColumn, KnnImputerStep } from '../../model/knn-imputation.ts';
import type { GraphBuilderApi, ValueName } from '../../onnx/graph.ts';
import { type CompileContext, type StepCompiler, type StepCompilers, withinTolerance } from '../compiler.ts';
import { rowSumOf } from '../links.ts';
import { acceptedMatrix } from '../refusal.ts';
import { joinColumnValues, matrix, once } from '../stream.ts';
import { inverse } from './nearest.ts';

/** Squares of all distances once; in each column the nearest of the points that have it. */
const knnImputer: StepCompiler<KnnImputerStep> = {
  emit(context, step, input) {
    const { g } = context;
    const { missing, columns, indicators } = step;
    const x = acceptedMatrix(context, input, step, missing.kind === 'null' ? 'missing' : 'finite');
    const gaps =
      missing.kind === 'null' ? g.add('IsNaN', [x]) : g.add('Equal', [x, g.float64([missing.value], [])]);
    const columnAt = (values: ValueName, j: number): ValueName =>
      g.add('Gather', [values, g.int64([j], [1])], { axis: 1n });
    const squares = once(() => squaresOf(context, step, x, gaps));
    const values = columns.flatMap((column, j): ValueName[] => {
      if (column.kind === 'dropped') return [];
      const own = columnAt(x, j);
      if (column.kind === 'zero')
        return [g.add('Where', [columnAt(gaps, j), zero(g), g.add('Sub', [own, own])])];
      const isMissing = columnAt(gaps, j);
      return [g.add('Where', [isMissing, imputed(context, step, squares(), j, column, isMissing), own])];
    });
    const flags = indicators.map((j) => g.add('Cast', [columnAt(gaps, j)], { to: 11n }));
    const all = [...values, ...flags];
    return { stream: matrix(joinColumnValues(g, all), all.length) };
  },
  certify: () =>
    withinTolerance('means of the nearest points; of those equally far away the first ones count'),
};

const zero = (g: GraphBuilderApi): ValueName => g.float64([0], []);

/** Squares of distances `[N, points]`, of the columns in common; infinite where there is none. */
function squaresOf(
  { g }: CompileContext,
  { points }: KnnImputerStep,
  x: ValueName,
  gaps: ValueName,
): ValueName {
  const { rows, cols, data } = points;
  let sum: ValueName | null = null;
  for (let j = 0; j < cols; j++) {
    const others = Float64Array.from({ length: rows }, (_, point) => data[point * cols + j]!);
    const own = g.add('Gather', [x, g.int64([j], [1])], { axis: 1n });
    const ownGap = g.add('Gather', [gaps, g.int64([j], [1])], { axis: 1n });
    const apart = g.add('Sub', [own, g.float64(others, [1, rows])]);
    const unknown = g.add('Or', [ownGap, g.add('IsNaN', [apart])]);
    const term = g.add('Where', [unknown, zero(g), g.add('Mul', [apart, apart])]);
    sum = sum === null ? term : g.add('Add', [sum, term]);
  }
  const presence = Float64Array.from({ length: data.length }, (_, at) =>
    Number.isNaN(data[(at % rows) * cols + Math.floor(at / rows)]!) ? 0 : 1,
  );
  const own = g.add('Cast', [g.add('Not', [gaps])], { to: 11n });
  const common = g.add('MatMul', [own, g.float64(presence, [cols, rows])]);
  const scaled = g.add('Mul', [g.add('Div', [sum!, common]), g.float64([cols], [])]);
  const isNone = g.add('Equal', [common, zero(g)]);
  return g.add('Where', [isNone, g.float64([Infinity], []), scaled]);
}

/** What a missing cell of column j becomes, `[N, 1]`. */
function imputed(
  context: CompileContext,
  { points, k: most, weighting, countsAll }: KnnImputerStep,
  squares: ValueName,
  j: number,
  column: Extract<ImputedColumn, { kind: 'neighbors' }>,
  isMissing: ValueName,
): ValueName {
  const { g, refusals } = context;
  const { rows, cols, data } = points;
  const k = Math.min(most, column.points);
  if (countsAll && k === column.points) return g.float64([column.mean], []);
  const values = Float64Array.from({ length: rows }, (_, point) => data[point * cols + j]!);
  const without = values.map((value) => (Number.isNaN(value) ? Infinity : 0));
  const ranks = g.add('Add', [squares, g.float64(without, [1, rows])]);
  const [nearest = '', chosen = ''] = g.addMany('TopK', [ranks, g.int64([k], [1])], 2, {
    axis: 1n,
    largest: 0n,
    sorted: 1n,
  });
  const none = g.add('IsInf', [nearest]);
  const weights =
    weighting === 'uniform'
      ? g.add('Cast', [g.add('Not', [none])], { to: 11n })
      : inverse(g, g.add('Sqrt', [nearest]));
  const count = rowSumOf(g, g.add('Cast', [g.add('Not', [none])], { to: 11n }));
  const alone = g.add('Equal', [count, zero(g)]);
  if (countsAll) {
    const few = g.add('And', [g.add('Less', [count, g.float64([k], [])]), g.add('Not', [alone])]);
    refusals.where(g.add('And', [few, isMissing]));
  }
  const filled = g.float64(
    values.map((value) => (Number.isNaN(value) ? 0 : value)),
    [rows],
  );
  const sums = rowSumOf(g, g.add('Mul', [g.add('Gather', [filled, chosen], { axis: 0n }), weights]));
  const mean = g.add('Div', [sums, rowSumOf(g, weights)]);
  return g.add('Where', [alone, g.float64([column.mean], []), mean]);
}

export const KNN_IMPUTATION_COMPILERS: StepCompilers<KnnImputerStep> = { 'knn-imputer': knnImputer };
