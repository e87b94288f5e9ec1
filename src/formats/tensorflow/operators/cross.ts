import { joinedFingerprints } from '../../../onnx/hash/farm-hash.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import { broadcastShape } from '../shapes.ts';
import { pair } from './elementwise.ts';
import { concatAll } from './join.ts';
import { rowsOf, withLeast } from './segments.ts';
import { sizes, transposeBy, unsqueezeAt } from './shape.ts';
import { hashBucket, hashOf } from './texts.ts';

/** Values of several columns together, as one number each: `crossed_column`, HashedCrossing. */

const int64 = (shape: readonly (number | null)[]) => ({ dtype: 'int64', shape }) as const;
const bool = (shape: readonly (number | null)[]) => ({ dtype: 'bool', shape }) as const;

/** A column as rows of one length: hashes, and which of them are there. */
interface HashedColumn {
  readonly hashes: TensorValue;
  readonly there: TensorValue;
}

const numbersOf = (c: NodeContext, at: number): TensorValue =>
  c.tensor(at).dtype === 'string' ? c.g.cast(hashOf(c, at), 'int64') : c.g.cast(c.tensor(at), 'int64');

function sparseColumn(c: NodeContext, at: number, count: number): HashedColumn {
  const [places, values, shape] = [
    sizes(c, c.tensor(at)),
    numbersOf(c, count + at),
    sizes(c, c.tensor(2 * count + at)),
  ];
  const made = int64([null, null]);
  const zeros = c.emit('Expand', [c.g.int(0), shape], {}, made);
  const ones = c.emit('Expand', [c.g.int(1), rowsOf(c, values)], {}, int64([null]));
  const put = (x: TensorValue): TensorValue => c.emit('ScatterND', [zeros, places, x], {}, made);
  return { hashes: put(values), there: c.g.cast(put(ones), 'bool') };
}

function denseColumn(c: NodeContext, at: number): HashedColumn {
  const hashes = numbersOf(c, at);
  const shape = c.emit('Shape', [hashes], {}, int64([2]));
  const yes = c.g.cast(c.g.int(1), 'bool');
  return { hashes, there: c.emit('Expand', [yes, shape], {}, bool([null, null])) };
}

/** One fingerprint of two. */
function joined(c: NodeContext, first: TensorValue, second: TensorValue): TensorValue {
  const [own, other] = [c.g.cast(first, 'uint64'), c.g.cast(second, 'uint64')];
  const made = { dtype: 'uint64', shape: broadcastShape(first.shape, second.shape) } as const;
  const both = c.g.composed((graph) => joinedFingerprints(graph, c.g.nameOf(own), c.g.nameOf(other)), made);
  return c.g.cast(both, 'int64');
}

/** Each value of a column with each of the others, in rows; the last column changes first. */
function crossed(c: NodeContext, columns: readonly HashedColumn[], key: TensorValue): HashedColumn {
  const rank = columns.length + 1;
  const spread = (x: TensorValue, at: number): TensorValue => {
    const axes = Array.from({ length: rank - 1 }, (_, i) => i + 1).filter((axis) => axis !== at + 1);
    const shape = new Array<null>(rank).fill(null);
    return axes.length === 0 ? x : c.emit('Unsqueeze', [x, c.g.ints(axes)], {}, { dtype: x.dtype, shape });
  };
  const hashes = columns.reduce((hash, column, at) => joined(c, hash, spread(column.hashes, at)), key);
  const there = columns
    .map((column, at) => spread(column.there, at))
    .reduce((all, each) => pair(c, 'And', all, each));
  const rows = c.emit('Shape', [there], { start: 0n, end: 1n }, int64([1]));
  const flat = (x: TensorValue): TensorValue =>
    c.emit(
      'Reshape',
      [x, concatAll(c, [rows, c.g.ints([-1])], 0)],
      {},
      { dtype: x.dtype, shape: [null, null] },
    );
  return { hashes: flat(hashes), there: flat(there) };
}

function entries(c: NodeContext, { hashes, there }: HashedColumn, buckets: number): TensorValue[] {
  const found = transposeBy(c, c.emit('NonZero', [there], {}, int64([2, null])), [1, 0]);
  const values = c.emit('GatherND', [hashes, found], {}, int64([null]));
  const counts = c.emit(
    'ReduceSum',
    [c.g.cast(there, 'int64'), c.g.ints([1])],
    { keepdims: 0n },
    int64([null]),
  );
  const rank = c.emit(
    'CumSum',
    [c.g.cast(there, 'int64'), c.g.int(1)],
    { exclusive: 1n },
    int64([null, null]),
  );
  const column = unsqueezeAt(c, c.emit('GatherND', [rank, found], {}, int64([null])), -1);
  const row = c.emit('Gather', [found, c.g.ints([0])], { axis: 1n }, int64([null, 1]));
  const longest = c.emit('ReduceMax', [withLeast(c, counts, 0), c.g.ints([0])], { keepdims: 1n }, int64([1]));
  const shape = concatAll(c, [rowsOf(c, counts), longest], 0);
  return [concatAll(c, [row, column], 1), hashBucket(c, values, buckets), { ...shape, shape: [2] }];
}

const cross: OperatorRule = (c) => {
  if (!c.flag('hashed_output')) throw c.unsupported('hashed_output', 'false', 'true is');
  const count = c.int('N', 0);
  const dense = c.inputs.length - 3 * count;
  if (dense < 0 || dense + count < 1) throw c.invalid(`${c.inputs.length} inputs`, 'three a sparse column');
  const columns = [
    ...Array.from({ length: count }, (_, at) => sparseColumn(c, at, count)),
    ...Array.from({ length: dense }, (_, at) => denseColumn(c, 3 * count + at)),
  ];
  const key = c.g.int(c.int('hash_key', 0));
  return entries(c, crossed(c, columns, key), c.int('num_buckets', 0));
};

export const CROSS_OPERATORS: OperatorTable = { SparseCross: cross };
