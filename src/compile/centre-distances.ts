import { movedTo, originOf } from '../model/centres.ts';
import type { Matrix } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import type { CompileContext } from './compiler.ts';
import { rowSumOf } from './links.ts';
import { once } from './stream.ts';

/** ‖c‖² of every centre. */
const squaredNorms = (centers: Matrix): Float64Array =>
  Float64Array.from({ length: centers.rows }, (_, row) => {
    const center = centers.data.subarray(row * centers.cols, (row + 1) * centers.cols);
    return center.reduce((sum, value) => sum + value * value, 0);
  });

/** Squared distances in parts, from where the expansion loses least: `-2 x·cᵀ` `[N, centres]`, ‖x‖² and ‖c‖². */
export function expansion(
  { g }: CompileContext,
  given: ValueName,
  fitted: Matrix,
  origin: Float64Array | null = originOf(fitted),
) {
  const { rows, cols } = fitted;
  const centers = origin === null ? fitted : movedTo(origin, fitted);
  const x = origin === null ? given : g.add('Sub', [given, g.float64(origin, [1, cols])]);
  const none = g.float64(new Float64Array(rows), [1, rows]);
  return {
    cross: once(() =>
      g.add('Gemm', [x, g.float64(centers.data, [rows, cols]), none], { transB: 1n, alpha: -2 }),
    ),
    squares: once(() => rowSumOf(g, g.add('Mul', [x, x]))),
    norms: g.float64(squaredNorms(centers), [1, rows]),
  };
}

/** Columns up to which terms are few beside the answer, and cells of all centres up to which they are few at all. */
const FEW_COLUMNS = 4;
const FEW_CELLS = 320;
const hasFewTerms = ({ rows, cols }: Matrix): boolean => cols <= FEW_COLUMNS || rows * cols <= FEW_CELLS;

/** `x - c` `[N, centres, features]`. */
function differences({ g }: CompileContext, x: ValueName, { rows, cols, data }: Matrix): ValueName {
  const wide = g.add('Reshape', [x, g.int64([-1, 1, cols], [3])]);
  return g.add('Sub', [wide, g.float64(data, [1, rows, cols])]);
}

const lastSum = ({ g }: CompileContext, terms: ValueName): ValueName =>
  g.add('ReduceSum', [terms, g.int64([2], [1])], { keepdims: 0n });

/** `max(‖x‖² - 2 x·c + ‖c‖², 0)`: a row close to a centre loses digits, as in scikit-learn. Keeps NaN. */
export function wholeSquares(context: CompileContext, x: ValueName, centers: Matrix): ValueName {
  const { g } = context;
  const { cross, squares, norms } = expansion(context, x, centers);
  const sum = g.add('Add', [g.add('Add', [cross(), squares()]), norms]);
  const zero = g.float64([0], []);
  return g.add('Where', [g.add('Less', [sum, zero]), zero, sum]);
}

/** `Σ(x - c)²` `[N, centres]`, term by term where the terms are few. */
export function squaredDistances(context: CompileContext, x: ValueName, centers: Matrix): ValueName {
  if (!hasFewTerms(centers)) return wholeSquares(context, x, centers);
  const apart = differences(context, x, centers);
  return lastSum(context, context.g.add('Mul', [apart, apart]));
}

/** `Σ|x - c|` `[N, centres]`; knows of no expansion. */
export function manhattanDistances(context: CompileContext, x: ValueName, centers: Matrix): ValueName {
  return lastSum(context, context.g.add('Abs', [differences(context, x, centers)]));
}
