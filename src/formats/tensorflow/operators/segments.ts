import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import { pair } from './elementwise.ts';
import { concatAll } from './join.ts';
import { sizes, transposeBy, unsqueezeAt, vectorOf } from './shape.ts';

/** Rows that share a number, taken together; counts; tensors whose rows have lengths of their own. */

const int64 = (shape: readonly (number | null)[]) => ({ dtype: 'int64', shape }) as const;

/** The first size of a value as a vector of one number. */
export const rowsOf = (c: NodeContext, value: TensorValue): TensorValue =>
  c.emit(
    'Shape',
    [value],
    { start: 0n, end: 1n },
    { ...int64([1]), numbers: value.shape?.slice(0, 1) ?? null },
  );

const filledWith = (c: NodeContext, value: TensorValue, shape: TensorValue): TensorValue =>
  c.emit('Expand', [value, shape], {}, { dtype: value.dtype, shape: shape.numbers });

/** `count` rows like those of `x`, into which its rows go by their numbers. */
function scattered(
  c: NodeContext,
  x: TensorValue,
  ids: TensorValue,
  count: TensorValue,
  { start, reduction }: { readonly start: TensorValue; readonly reduction: string },
): TensorValue {
  const rank = ids.shape?.length ?? 1;
  const rest = c.emit(
    'Shape',
    [x],
    { start: BigInt(rank) },
    { ...int64([null]), numbers: x.shape?.slice(rank) ?? null },
  );
  const shape =
    x.shape === null
      ? concatAll(c, [count, rest], 0)
      : concatAll(c, [count, ...(x.shape.length > rank ? [rest] : [])], 0);
  const base = filledWith(c, start, shape);
  const made = { dtype: x.dtype, shape: shape.numbers ?? (x.shape && [null, ...x.shape.slice(rank)]) };
  // What belongs to no segment has a negative number: it goes to a row behind the others, and away.
  const outside = c.emit('Less', [ids, c.g.int(0)], {}, { dtype: 'bool', shape: ids.shape });
  const more = c.emit(
    'Concat',
    [
      base,
      filledWith(
        c,
        start,
        concatAll(c, [c.g.ints([1]), ...(x.shape !== null && x.shape.length === rank ? [] : [rest])], 0),
      ),
    ],
    { axis: 0n },
    made,
  );
  const places = c.emit('Where', [outside, c.emit('Squeeze', [count], {}, int64([])), ids], {}, ids);
  const all = c.emit('ScatterND', [more, unsqueezeAt(c, places, -1), x], { reduction }, made);
  return c.emit('Slice', [all, c.g.ints([0]), count, c.g.ints([0])], {}, made);
}

const ADDED = { reduction: 'add' } as const;

/** How many elements each segment has. */
const countsOf = (c: NodeContext, ids: TensorValue, count: TensorValue): TensorValue => {
  const shape = c.emit('Shape', [ids], {}, { ...int64([ids.shape?.length ?? null]), numbers: ids.shape });
  const ones = filledWith(c, c.g.int(1), shape);
  return scattered(c, { ...ones, shape: ids.shape }, ids, count, { start: c.g.int(0), ...ADDED });
};

/** Segments of sorted numbers: as many as the last one says. */
const sortedCount = (c: NodeContext, ids: TensorValue): TensorValue => {
  const last = c.emit('ReduceMax', [withLeast(c, ids, -1), c.g.ints([0])], { keepdims: 1n }, int64([1]));
  return c.emit('Add', [last, c.g.ints([1])], {}, int64([1]));
};

/** Numbers with one that is no greater than all: of none there is no greatest. */
export const withLeast = (c: NodeContext, ids: TensorValue, least: number): TensorValue =>
  c.emit('Concat', [ids, c.g.ints([least])], { axis: 0n }, int64([null]));

type Combine = 'sum' | 'mean' | 'sqrtn' | 'max' | 'min' | 'prod';

function combined(
  c: NodeContext,
  how: Combine,
  x: TensorValue,
  ids: TensorValue,
  count: TensorValue,
  empty: TensorValue,
): TensorValue {
  if (how === 'max' || how === 'min') return scattered(c, x, ids, count, { start: empty, reduction: how });
  if (how === 'prod') return scattered(c, x, ids, count, { start: empty, reduction: 'mul' });
  const sum = scattered(c, x, ids, count, { start: c.g.scalar(0, x), ...ADDED });
  if (how === 'sum') return sum;
  const counts = c.g.cast(countsOf(c, ids, count), x.dtype);
  const atLeastOne = c.emit('Max', [counts, c.g.scalar(1, x)], {}, counts);
  const by = how === 'mean' ? atLeastOne : c.emit('Sqrt', [atLeastOne], {}, counts);
  const inner = (x.shape?.length ?? 1) - (ids.shape?.length ?? 1);
  return { ...pair(c, 'Div', sum, inner === 0 ? by : c.widened(by, inner)), shape: sum.shape };
}

/** What segments without elements have: the number that changes nothing. */
function neutral(c: NodeContext, how: Combine, x: TensorValue): TensorValue {
  if (how === 'prod') return c.g.scalar(1, x);
  if (!x.dtype.startsWith('float')) throw c.unsupported('T', x.dtype, 'floating point numbers are');
  const largest = x.dtype === 'float32' ? 3.4028234663852886e38 : Number.MAX_VALUE;
  return c.g.scalar(how === 'max' ? -largest : largest, x);
}

const unsorted =
  (how: Combine): OperatorRule =>
  (c) => {
    const [x, ids] = [c.tensor(0), sizes(c, c.tensor(1))];
    const empty = how === 'sum' ? c.g.scalar(0, x) : neutral(c, how, x);
    return combined(c, how, x, ids, vectorOf(c, c.tensor(2)), empty);
  };

/** Of sorted numbers; segments without elements have 0, or 1 of a product. */
const sorted =
  (how: Combine): OperatorRule =>
  (c) => {
    const [x, ids] = [c.tensor(0), sizes(c, c.tensor(1))];
    const count = sortedCount(c, ids);
    if (how !== 'max' && how !== 'min')
      return combined(c, how, x, ids, count, c.g.scalar(how === 'prod' ? 1 : 0, x));
    const found = combined(c, how, x, ids, count, neutral(c, how, x));
    const counts = countsOf(c, ids, count);
    const isEmpty = c.emit('Equal', [counts, c.g.int(0)], {}, { dtype: 'bool', shape: counts.shape });
    const inner = (x.shape?.length ?? 1) - 1;
    return c.emit(
      'Where',
      [inner === 0 ? isEmpty : c.widened(isEmpty, inner), c.g.scalar(0, x), found],
      {},
      found,
    );
  };

/** Rows chosen by their places, then taken together. */
const sparse =
  (how: Combine): OperatorRule =>
  (c) => {
    const [x, places, ids] = [c.tensor(0), c.tensor(1), sizes(c, c.tensor(2))];
    const shape = x.shape === null ? null : [places.shape?.[0] ?? null, ...x.shape.slice(1)];
    const rows = c.emit('Gather', [x, places], { axis: 0n }, { dtype: x.dtype, shape });
    const count = c.inputs.length > 3 ? vectorOf(c, c.tensor(3)) : sortedCount(c, ids);
    return combined(c, how, rows, ids, count, c.g.scalar(0, x));
  };

/**
 * How often each number below `size` is there, or the sum of its weights, in all or in each row.
 *
 * @param rows the row of each number; null: there is one for all
 */
function binned(
  c: NodeContext,
  values: TensorValue,
  size: TensorValue,
  weights: TensorValue,
  rows: { readonly ids: TensorValue; readonly count: TensorValue } | null,
): TensorValue {
  const wide = sizes(c, values);
  const one = int64([null]);
  const limit = c.emit('Squeeze', [size], {}, int64([]));
  const out = c.emit('GreaterOrEqual', [wide, limit], {}, { dtype: 'bool', shape: [null] });
  const shifted =
    rows === null ? wide : c.emit('Add', [c.emit('Mul', [rows.ids, limit], {}, one), wide], {}, one);
  const places = c.emit('Where', [out, c.g.int(-1), shifted], {}, one);
  const total = rows === null ? size : c.emit('Mul', [rows.count, size], {}, int64([1]));
  const isWeighted = weights.shape === null || weights.shape.some((length) => length !== 0);
  const flatWeights = c.emit(
    'Reshape',
    [weights, c.g.ints([-1])],
    {},
    { dtype: weights.dtype, shape: [null] },
  );
  const given = isWeighted
    ? flatWeights
    : filledWith(c, c.g.scalar(1, weights), c.emit('Shape', [wide], {}, int64([1])));
  const x: TensorValue = { ...given, shape: [null] };
  const flat = scattered(c, x, { ...places, shape: [null] }, total, {
    start: c.g.scalar(0, weights),
    ...ADDED,
  });
  const counted = c.flag('binary_output') ? c.emit('Min', [flat, c.g.scalar(1, flat)], {}, flat) : flat;
  const known = size.numbers?.[0] ?? null;
  if (rows === null) return { ...counted, shape: [known] };
  const shape = concatAll(c, [rows.count, size], 0);
  return c.emit(
    'Reshape',
    [counted, shape],
    {},
    { dtype: counted.dtype, shape: [rows.count.numbers?.[0] ?? null, known] },
  );
}

const bincount: OperatorRule = (c) => {
  const [values, size, weights] = [c.tensor(0), vectorOf(c, c.tensor(1)), c.tensor(2)];
  const flat = c.emit('Reshape', [values, c.g.ints([-1])], {}, { dtype: values.dtype, shape: [null] });
  if (values.shape?.length !== 2) return binned(c, flat, size, weights, null);
  const count = rowsOf(c, values);
  const one = int64([null]);
  const numbered = c.emit(
    'Range',
    [c.g.int(0), c.emit('Squeeze', [count], {}, int64([])), c.g.int(1)],
    {},
    one,
  );
  const shape = c.emit('Shape', [values], {}, int64([2]));
  const wide = c.emit('Expand', [unsqueezeAt(c, numbered, -1), shape], {}, int64([null, null]));
  const ids = c.emit('Reshape', [wide, c.g.ints([-1])], {}, one);
  return binned(c, flat, size, weights, { ids, count });
};

const raggedBincount: OperatorRule = (c) => {
  const splits = sizes(c, c.tensor(0));
  const count = c.emit('Sub', [rowsOf(c, splits), c.g.ints([1])], {}, int64([1]));
  return binned(c, c.tensor(1), vectorOf(c, c.tensor(2)), c.tensor(3), {
    ids: rowsFromSplits(c, splits, c.tensor(1)),
    count,
  });
};

/** The row of each value, from where rows begin and end: a step up at each beginning, added up. */
function rowsFromSplits(c: NodeContext, splits: TensorValue, values: TensorValue): TensorValue {
  const one = int64([null]);
  const count = rowsOf(c, values);
  const room = c.emit('Add', [count, c.g.ints([1])], {}, int64([1]));
  const zeros = filledWith(c, c.g.int(0), room);
  const inner = c.emit('Slice', [splits, c.g.ints([1]), c.g.ints([-1])], {}, one);
  const ones = filledWith(c, c.g.int(1), c.emit('Shape', [inner], {}, int64([1])));
  const steps = c.emit('ScatterND', [zeros, unsqueezeAt(c, inner, -1), ones], ADDED, one);
  const rows = c.emit('CumSum', [steps, c.g.int(0)], {}, one);
  return c.emit('Slice', [rows, c.g.ints([0]), count], {}, one);
}

/** Values in rows of lengths of their own, in rows of one length: cut, or filled up. */
const raggedToTensor: OperatorRule = (c) => {
  const [shape, values, filler] = [sizes(c, c.tensor(0)), c.tensor(1), c.tensor(2)];
  const attr = c.attr('row_partition_types');
  const kinds = attr?.kind === 'list' ? attr.value.texts : [];
  const one = int64([null]);
  let count: TensorValue;
  let ids: TensorValue;
  if (kinds.join() === 'ROW_SPLITS') {
    const splits = sizes(c, c.tensor(3));
    count = c.emit('Sub', [rowsOf(c, splits), c.g.ints([1])], {}, int64([1]));
    ids = rowsFromSplits(c, splits, values);
  } else if (kinds.join() === 'FIRST_DIM_SIZE,VALUE_ROWIDS') {
    count = vectorOf(c, c.tensor(3));
    ids = sizes(c, c.tensor(4));
  } else throw c.unsupported('row_partition_types', kinds.join(', '), 'one ragged axis is');
  const lengths = { ...countsOf(c, { ...ids, shape: [null] }, count), shape: [null] };
  const starts = c.emit('CumSum', [lengths, c.g.int(0)], { exclusive: 1n }, one);
  const places = c.emit(
    'Range',
    [c.g.int(0), c.emit('Squeeze', [rowsOf(c, values)], {}, int64([])), c.g.int(1)],
    {},
    one,
  );
  const column = c.emit('Sub', [places, c.emit('Gather', [starts, ids], { axis: 0n }, one)], {}, one);
  const wanted = shape.numbers?.[1] ?? null;
  if (shape.numbers === null && shape.shape?.length !== 0)
    throw c.unsupported('shape', 'one that only a run gives', 'a constant is');
  const longest = c.emit(
    'ReduceMax',
    [withLeast(c, lengths, 0), c.g.ints([0])],
    { keepdims: 1n },
    int64([1]),
  );
  const width = wanted === null || wanted < 0 ? longest : c.g.ints([wanted]);
  const fits = c.emit('Less', [column, width], {}, { dtype: 'bool', shape: [null] });
  const kept = c.emit('Compress', [places, fits], { axis: 0n }, one);
  const picked = (x: TensorValue): TensorValue =>
    c.emit(
      'Gather',
      [x, kept],
      { axis: 0n },
      { dtype: x.dtype, shape: x.shape && [null, ...x.shape.slice(1)] },
    );
  const pairs = transposeBy(
    c,
    c.emit(
      'Concat',
      [unsqueezeAt(c, picked(ids), 0), unsqueezeAt(c, picked(column), 0)],
      { axis: 0n },
      int64([2, null]),
    ),
    [1, 0],
  );
  const inner = values.shape?.slice(1) ?? [];
  const rest = c.emit('Shape', [values], { start: 1n }, { ...int64([inner.length]), numbers: inner });
  const whole = concatAll(c, [count, width, ...(inner.length > 0 ? [rest] : [])], 0);
  const made = {
    dtype: values.dtype,
    shape: [count.numbers?.[0] ?? null, width.numbers?.[0] ?? null, ...inner],
  };
  return c.emit('ScatterND', [filledWith(c, filler, whole), pairs, picked(values)], {}, made);
};

/** Operators on rows that belong together, and on rows of different lengths. */
export const SEGMENT_OPERATORS: OperatorTable = {
  SegmentSum: sorted('sum'),
  SegmentMean: sorted('mean'),
  SegmentMax: sorted('max'),
  SegmentMin: sorted('min'),
  SegmentProd: sorted('prod'),
  UnsortedSegmentSum: unsorted('sum'),
  UnsortedSegmentMax: unsorted('max'),
  UnsortedSegmentMin: unsorted('min'),
  UnsortedSegmentProd: unsorted('prod'),
  SparseSegmentSum: sparse('sum'),
  SparseSegmentMean: sparse('mean'),
  SparseSegmentSqrtN: sparse('sqrtn'),
  SparseSegmentSumWithNumSegments: sparse('sum'),
  SparseSegmentMeanWithNumSegments: sparse('mean'),
  SparseSegmentSqrtNWithNumSegments: sparse('sqrtn'),
  Bincount: bincount,
  DenseBincount: bincount,
  RaggedBincount: raggedBincount,
  RaggedTensorToTensor: raggedToTensor,
};
