import { einsumShape } from '../../../onnx/check/einsum.ts';
import { fromFront } from '../../../onnx/check/fact.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import { matmulShape, reducedShape } from '../shapes.ts';
import { sizes, transposeBy } from './shape.ts';

function reduced(c: NodeContext, op: string, x: TensorValue): TensorValue {
  const axes = c.tensor(1);
  const keep = c.flag('keep_dims') || c.flag('keepdims');
  const known = axes.numbers?.every((axis) => axis !== null) ? (axes.numbers as readonly number[]) : null;
  const shape = reducedShape(x.shape, known, keep);
  const list =
    axes.shape?.length === 0
      ? known === null
        ? c.emit('Reshape', [sizes(c, axes), c.g.ints([1])], {}, { dtype: 'int64', shape: [1] })
        : c.g.ints(known)
      : sizes(c, axes);
  const attributes = { keepdims: keep ? 1n : 0n, noop_with_empty_axes: 1n };
  const all = op === 'ReduceProd' && x.numbers !== null && !x.numbers.includes(null) && known?.length === 1;
  const numbers = all
    ? [(x.numbers as readonly number[]).reduce((product, size) => product * size, 1)]
    : null;
  return c.emit(op, [x, list], attributes, { dtype: x.dtype, shape, numbers });
}

const reduce =
  (op: string): OperatorRule =>
  (c) =>
    reduced(c, op, c.tensor(0));

/** Of booleans: the least or greatest of 0 and 1. */
const reduceBool =
  (op: string): OperatorRule =>
  (c) =>
    c.g.cast(reduced(c, op, c.g.cast(c.tensor(0), 'int32')), 'bool');

const arg =
  (op: 'ArgMax' | 'ArgMin'): OperatorRule =>
  (c) => {
    const x = c.tensor(0);
    const [axis = 0] = c.ints(1);
    const shape = reducedShape(x.shape, [axis], false);
    const found = c.emit(op, [x], { axis: BigInt(axis), keepdims: 0n }, { dtype: 'int64', shape });
    return c.g.cast(found, c.dtype('output_type', 'int64'));
  };

const cumulative: OperatorRule = (c) => {
  const [x, axis] = [c.tensor(0), c.tensor(1)];
  const attributes = { exclusive: c.flag('exclusive') ? 1n : 0n, reverse: c.flag('reverse') ? 1n : 0n };
  return c.emit('CumSum', [x, axis], attributes, { dtype: x.dtype, shape: x.shape });
};

/**
 * Products of all elements up to each, along an axis of known length: each is multiplied with the one a place before it, then two
 * places, then four (Hillis and Steele 1986).
 */
const cumulativeProduct: OperatorRule = (c) => {
  const given = c.tensor(0);
  const [axis = 0] = c.ints(1);
  const rank = c.rank(0);
  const at = fromFront(axis, rank);
  const length = given.shape?.[at] ?? null;
  if (length === null) throw c.unsupported('axis', 'a length that only a run gives', 'a known length is');
  const reversed = c.flag('reverse');
  const one = c.g.scalar(1, given);
  /** Elements moved towards the end, or the beginning where it goes backwards, with ones in their place. */
  const moved = (x: TensorValue, by: number): TensorValue => {
    const pads = new Array<number>(2 * rank).fill(0);
    pads[reversed ? rank + at : at] = by;
    pads[reversed ? at : rank + at] = -by;
    return c.emit('Pad', [x, c.g.ints(pads), one], {}, given);
  };
  let x = c.flag('exclusive') ? moved(given, 1) : given;
  for (let by = 1; by < length; by *= 2) x = c.emit('Mul', [x, moved(x, by)], {}, given);
  return x;
};

/** Half of the sum of squares. */
const halfOfSquares: OperatorRule = (c) => {
  const x = c.tensor(0);
  const sum = c.emit('ReduceSumSquare', [x], { keepdims: 0n }, { dtype: x.dtype, shape: [] });
  return c.emit('Mul', [sum, c.g.scalar(0.5, x)], {}, sum);
};

/** The last two axes change places. */
function turned(c: NodeContext, x: TensorValue): TensorValue {
  const rank = x.shape?.length ?? null;
  if (rank === null) throw c.unsupported('adj_x', 'a matrix of unknown rank', 'a known rank is');
  const perm = Array.from({ length: rank }, (_, at) => at);
  return transposeBy(c, x, [...perm.slice(0, -2), rank - 1, rank - 2]);
}

const matmul =
  (left: string, right: string): OperatorRule =>
  (c) => {
    const a = c.flag(left) ? turned(c, c.tensor(0)) : c.tensor(0);
    const b = c.flag(right) ? turned(c, c.tensor(1)) : c.tensor(1);
    return c.emit('MatMul', [a, b], {}, { dtype: a.dtype, shape: matmulShape(a.shape, b.shape) });
  };

const einsum: OperatorRule = (c) => {
  const equation = c.text('equation', '');
  const shape = einsumShape(
    equation,
    c.tensors.map((value) => value.shape),
  );
  return c.emit('Einsum', c.tensors, { equation }, { dtype: c.tensor(0).dtype, shape });
};

const norm: OperatorRule = (c) => reduced(c, 'ReduceL2', c.tensor(0));

/** Operators that take many elements together. */
export const REDUCTION_OPERATORS: OperatorTable = {
  Sum: reduce('ReduceSum'),
  Mean: reduce('ReduceMean'),
  Prod: reduce('ReduceProd'),
  Max: reduce('ReduceMax'),
  Min: reduce('ReduceMin'),
  All: reduceBool('ReduceMin'),
  Any: reduceBool('ReduceMax'),
  EuclideanNorm: norm,
  ArgMax: arg('ArgMax'),
  ArgMin: arg('ArgMin'),
  Cumsum: cumulative,
  Cumprod: cumulativeProduct,
  L2Loss: halfOfSquares,
  MatMul: matmul('transpose_a', 'transpose_b'),
  BatchMatMul: matmul('adj_x', 'adj_y'),
  BatchMatMulV2: matmul('adj_x', 'adj_y'),
  BatchMatMulV3: matmul('adj_x', 'adj_y'),
  Einsum: einsum,
};
