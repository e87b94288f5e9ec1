import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import { concatAll } from './join.ts';
import { rowsOf } from './segments.ts';
import { sizes, transposeBy, unsqueezeAt } from './shape.ts';

/** Sparse tensors, which TensorFlow keeps as three: places, values, and the shape of the whole. */

const int64 = (shape: readonly (number | null)[]) => ({ dtype: 'int64', shape }) as const;

/** `values` at their places, `filler` elsewhere. */
function dense(
  c: NodeContext,
  places: TensorValue,
  shape: TensorValue,
  values: TensorValue,
  filler: TensorValue,
): TensorValue {
  const sizesKnown = shape.numbers;
  const rank = shape.shape?.[0] ?? sizesKnown?.length ?? null;
  const made = {
    dtype: values.dtype,
    shape: sizesKnown ?? (rank === null ? null : new Array<null>(rank).fill(null)),
  };
  const whole = c.emit('Expand', [filler, shape], {}, made);
  return c.emit('ScatterND', [whole, places, values], {}, made);
}

const toDense: OperatorRule = (c) => {
  const given = sizes(c, c.tensor(0));
  const places = (given.shape?.length ?? 2) === 1 ? unsqueezeAt(c, given, -1) : given;
  if (c.rank(0) === 0) throw c.unsupported('sparse_indices', 'a scalar', 'a list of places is');
  return dense(c, places, sizes(c, c.tensor(1)), c.tensor(2), c.tensor(3));
};

/** A size, to divide by: where it is 0 there is nothing to be divided. */
const sizeAt = (c: NodeContext, shape: TensorValue, at: number): TensorValue => {
  const size = c.emit('Gather', [shape, c.g.ints([at])], { axis: 0n }, int64([1]));
  return c.emit('Max', [size, c.g.ints([1])], {}, int64([1]));
};

/** Products of the sizes behind each axis. */
function strides(c: NodeContext, shape: TensorValue, rank: number): TensorValue[] {
  const size = (at: number): TensorValue => sizeAt(c, shape, at);
  const made: TensorValue[] = [c.g.ints([1])];
  for (let at = rank - 1; at > 0; at -= 1)
    made.unshift(c.emit('Mul', [made[0] ?? null, size(at)], {}, int64([1])));
  return made;
}

/** Places of the same elements in another shape, by their place in the row of all. */
const reshape: OperatorRule = (c) => {
  const [places, from, wanted] = [sizes(c, c.tensor(0)), sizes(c, c.tensor(1)), sizes(c, c.tensor(2))];
  const rank = from.shape?.[0] ?? from.numbers?.length ?? places.shape?.[1] ?? null;
  const to = wanted.shape?.[0] ?? wanted.numbers?.length ?? null;
  if (rank === null || to === null) throw c.unsupported('shape', 'one of unknown rank', 'a known rank is');
  const all = c.emit('ReduceProd', [from, c.g.ints([0])], { keepdims: 1n }, int64([1]));
  const open = c.emit('Less', [wanted, c.g.int(0)], {}, { dtype: 'bool', shape: [to] });
  const known = c.emit('Where', [open, c.g.int(1), wanted], {}, int64([to]));
  const product = c.emit('ReduceProd', [known, c.g.ints([0])], { keepdims: 1n }, int64([1]));
  const left = c.emit('Div', [all, c.emit('Max', [product, c.g.ints([1])], {}, int64([1]))], {}, int64([1]));
  const numbers = wanted.numbers?.map((size) => (size === null || size < 0 ? null : size)) ?? null;
  const shape = c.emit('Where', [open, left, wanted], {}, { ...int64([to]), numbers });
  const weights = concatAll(c, strides(c, from, rank), 0);
  const flat = c.emit(
    'ReduceSum',
    [c.emit('Mul', [places, weights], {}, int64([null, rank])), c.g.ints([1])],
    { keepdims: 1n },
    int64([null, 1]),
  );
  const steps = strides(c, shape, to);
  const columns = steps.map((step, at) => {
    const over = c.emit('Div', [flat, step], {}, int64([null, 1]));
    if (at === 0) return over;
    return c.emit('Mod', [over, sizeAt(c, shape, at)], {}, int64([null, 1]));
  });
  return [concatAll(c, columns, 1), shape];
};

/** Rows without entries get one, in the first column: what is looked up of nothing has a value then. */
const fillEmptyRows: OperatorRule = (c) => {
  const [places, values, shape, filler] = [
    sizes(c, c.tensor(0)),
    c.tensor(1),
    sizes(c, c.tensor(2)),
    c.tensor(3),
  ];
  const one = int64([null]);
  const rows = c.emit('Gather', [places, c.g.int(0)], { axis: 1n }, one);
  const count = c.emit('Gather', [shape, c.g.ints([0])], { axis: 0n }, int64([1]));
  const entries = rowsOf(c, values);
  const ones = c.emit('Expand', [c.g.int(1), entries], {}, one);
  const zeros = c.emit('Expand', [c.g.int(0), count], {}, one);
  const counts = c.emit('ScatterND', [zeros, unsqueezeAt(c, rows, -1), ones], { reduction: 'add' }, one);
  const isEmpty = c.emit('Equal', [counts, c.g.int(0)], {}, { dtype: 'bool', shape: [null] });
  const empty = c.emit(
    'Squeeze',
    [c.emit('NonZero', [isEmpty], {}, int64([1, null])), c.g.ints([0])],
    {},
    one,
  );
  const columns = (places.shape?.[1] ?? 2) - 1;
  const zero = c.emit(
    'Expand',
    [c.g.int(0), concatAll(c, [rowsOf(c, empty), c.g.ints([columns])], 0)],
    {},
    int64([null, columns]),
  );
  const added =
    columns === 0 ? unsqueezeAt(c, empty, -1) : concatAll(c, [unsqueezeAt(c, empty, -1), zero], 1);
  const allRows = concatAll(c, [rows, empty], 0);
  // Entries come row by row: by the row, then by the place that they had.
  const total = rowsOf(c, allRows);
  const scalar = (value: TensorValue): TensorValue => c.emit('Squeeze', [value], {}, int64([]));
  const order = c.emit('Range', [c.g.int(0), scalar(total), c.g.int(1)], {}, one);
  const keys = c.emit('Add', [c.emit('Mul', [allRows, total], {}, one), order], {}, one);
  const [, sorted] = c.g.emitMany('TopK', [keys, total], { largest: 0n, axis: 0n }, [one, one]);
  if (sorted === undefined) throw c.invalid('no order', 'an order');
  const picked = (x: TensorValue): TensorValue =>
    c.emit(
      'Gather',
      [x, sorted],
      { axis: 0n },
      { dtype: x.dtype, shape: x.shape && [null, ...x.shape.slice(1)] },
    );
  const fillers = c.emit('Expand', [filler, rowsOf(c, empty)], {}, { dtype: values.dtype, shape: [null] });
  const allPlaces = c.emit('Concat', [places, added], { axis: 0n }, int64([null, columns + 1]));
  const allValues = c.emit('Concat', [values, fillers], { axis: 0n }, { dtype: values.dtype, shape: [null] });
  return [picked(allPlaces), picked(allValues), isEmpty];
};

/** Values once each, in the order in which they come, and which of them each is. */
const unique: OperatorRule = (c) => {
  const given = c.tensor(0);
  const x = /^u?int/.test(given.dtype) ? c.g.cast(given, 'int64') : given;
  const made = [{ dtype: x.dtype, shape: [null] }, int64([null]), int64([null]), int64([null])] as const;
  const [values, , which] = c.g.emitMany('Unique', [x], { sorted: 0n }, made);
  if (values === undefined || which === undefined) throw c.invalid('no values', 'values and their places');
  return [c.g.cast(values, given.dtype), c.g.cast({ ...which, shape: x.shape }, c.dtype('out_idx', 'int32'))];
};

/** Rows by the number of their part. */
const partition: OperatorRule = (c) => {
  const [x, parts] = [c.tensor(0), c.tensor(1)];
  const rank = c.rank(1);
  const shape = x.shape === null ? null : [null, ...x.shape.slice(rank)];
  const flat =
    rank === 1
      ? parts
      : c.emit('Reshape', [parts, c.g.ints([-1])], {}, { dtype: parts.dtype, shape: [null] });
  const rest = c.emit('Shape', [x], { start: BigInt(rank) }, int64([null]));
  const rows =
    rank === 1
      ? x
      : c.emit('Reshape', [x, concatAll(c, [c.g.ints([-1]), rest], 0)], {}, { dtype: x.dtype, shape });
  return Array.from({ length: c.parts('num_partitions') }, (_, part) => {
    const own = c.emit('Equal', [flat, c.g.scalar(part, parts)], {}, { dtype: 'bool', shape: [null] });
    return c.emit('Compress', [rows, own], { axis: 0n }, { dtype: x.dtype, shape });
  });
};

/** Rows of several values in places that are given; of those for one place the last. */
const stitch: OperatorRule = (c) => {
  const count = c.inputs.length / 2;
  const places = c.tensors.slice(0, count).map((value) => flatPlaces(c, value));
  const values = c.tensors.slice(count).map((value, i) => rowsBy(c, value, c.rank(i)));
  const all = concatAll(c, places, 0);
  const rows = concatAll(c, values, 0);
  const last = c.emit('ReduceMax', [all, c.g.ints([0])], { keepdims: 1n }, int64([1]));
  const total = c.emit('Add', [last, c.g.ints([1])], {}, int64([1]));
  const inner = rows.shape?.slice(1) ?? [];
  const rest = c.emit('Shape', [rows], { start: 1n }, { ...int64([inner.length]), numbers: inner });
  const shape = inner.length === 0 ? total : concatAll(c, [total, rest], 0);
  const made = { dtype: rows.dtype, shape: [null, ...inner] };
  const zeros = c.emit('Expand', [c.g.scalar(0, rows), shape], {}, made);
  return c.emit('ScatterND', [zeros, unsqueezeAt(c, all, -1), rows], {}, made);
};

const flatPlaces = (c: NodeContext, value: TensorValue): TensorValue =>
  c.emit('Reshape', [sizes(c, value), c.g.ints([-1])], {}, int64([null]));

function rowsBy(c: NodeContext, value: TensorValue, rank: number): TensorValue {
  if (rank === 1) return value;
  const inner = value.shape?.slice(rank) ?? [];
  const rest = c.emit(
    'Shape',
    [value],
    { start: BigInt(rank) },
    { ...int64([inner.length]), numbers: inner },
  );
  const shape = inner.length === 0 ? c.g.ints([-1]) : concatAll(c, [c.g.ints([-1]), rest], 0);
  return c.emit('Reshape', [value, shape], {}, { dtype: value.dtype, shape: [null, ...inner] });
}

const matmul: OperatorRule = (c) => {
  const [places, values, shape, b] = [sizes(c, c.tensor(0)), c.tensor(1), sizes(c, c.tensor(2)), c.tensor(3)];
  const a = dense(c, places, shape, values, c.g.scalar(0, values));
  const turned = (value: TensorValue, flag: string): TensorValue =>
    c.flag(flag) ? transposeBy(c, value, [1, 0]) : value;
  return c.emit(
    'MatMul',
    [turned(a, 'adjoint_a'), turned(b, 'adjoint_b')],
    {},
    { dtype: values.dtype, shape: [a.shape?.[0] ?? null, b.shape?.[1] ?? null] },
  );
};

/** Operators on sparse tensors. */
export const SPARSE_OPERATORS: OperatorTable = {
  SparseToDense: toDense,
  SparseReshape: reshape,
  SparseFillEmptyRows: fillEmptyRows,
  SparseReorder: (c) => [c.tensor(0), c.tensor(1)],
  SparseTensorDenseMatMul: matmul,
  Unique: unique,
  UniqueV2: unique,
  DynamicPartition: partition,
  DynamicStitch: stitch,
  ParallelDynamicStitch: stitch,
};
