import { einsumShape } from '../../../onnx/check/einsum.ts';
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
  MatMul: matmul('transpose_a', 'transpose_b'),
  BatchMatMul: matmul('adj_x', 'adj_y'),
  BatchMatMulV2: matmul('adj_x', 'adj_y'),
  BatchMatMulV3: matmul('adj_x', 'adj_y'),
  Einsum: einsum,
};
