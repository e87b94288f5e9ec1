import { crc32c } from '../../bytes/crc32.ts';
import { ProtoReader } from '../../bytes/protobuf.ts';
import { PlimsollError } from '../../core/errors.ts';
import { newTensor, TYPED_ARRAYS } from '../../model/tensor.ts';
import { ReadBudget } from '../budget.ts';
import type { ByteSource } from '../format.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { fileAbsent } from './file-absent.ts';
import { GraphBudget } from './graph-budget.ts';
import { readShape, type TensorShape } from './shape-proto.ts';
import { copyPart, partOfKey, partShape, type TensorPart } from './slices.ts';
import type { StoredTensor } from './stored-tensor.ts';
import { readSortedTable, unmasked } from './table.ts';
import { dataTypeName, dtypeOfType, fromBytes, type TensorRefusals } from './tensor-proto.ts';

/** Gives the values of variables by their keys in a checkpoint. */
export interface Checkpoint {
  /** @param part null: all of it */
  tensor(key: string, refuse: TensorRefusals, part?: TensorPart | null): StoredTensor;
}

interface BundleEntry {
  readonly type: number;
  readonly shape: TensorShape;
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  readonly crc: number;
  readonly sliced: boolean;
}

/** A file of the model by its path from the model's folder, or null where there is none. */
type OpenModelFile = (path: string) => ByteSource | null;

/**
 * A TensorBundle: `prefix.index` and its shards (tensorflow/core/util/tensor_bundle). Nothing of the shards is read before a tensor is
 * asked for. Errors: READ_*.
 */
export function openBundle(prefix: string, open: OpenModelFile, budget: GraphBudget): Checkpoint | null {
  const table = indexOf(prefix, open, budget);
  if (table === null) return null;
  const names = shardNames(prefix, table);
  const sources = new Map<string, ByteSource>();
  const shard = (number: number): ByteSource => {
    const name = names[number] ?? `${prefix}, shard ${number}`;
    const source = sources.get(name) ?? open(name);
    if (source === null) throw fileAbsent(name);
    sources.set(name, source);
    return source;
  };
  return {
    tensor(key, refuse, part = null) {
      const value = table.get(key);
      if (value === undefined) throw refuse.invalid(`no entry "${key}" in the checkpoint`);
      const entry = entryOf(value, budget);
      const whole = entry.sliced
        ? assembled(entry, key, table, shard, refuse, budget)
        : readEntry(entry, key, shard, refuse, budget);
      return part === null ? whole : partOf(whole, key, part, refuse);
    },
  };
}

/** Bytes of all files of a TensorBundle that are there. Nothing but the index is read. Errors: READ_*. */
export function bundleSize(prefix: string, open: OpenModelFile): number {
  // It is read before the limits are known, which follow from its answer: those of a small file do for an index.
  const budget = new GraphBudget(new ReadBudget({ limits: DEFAULT_LIMITS, now: () => 0 }));
  const table = indexOf(prefix, open, budget);
  const names = table === null ? [] : [`${prefix}.index`, ...shardNames(prefix, table)];
  return names.reduce((sum, name) => sum + (open(name)?.size ?? 0), 0);
}

function indexOf(prefix: string, open: OpenModelFile, budget: GraphBudget): Map<string, Uint8Array> | null {
  const index = open(`${prefix}.index`);
  if (index === null) return null;
  budget.read.check('fileBytes', index.size, `"${index.name}"`, 0);
  return readSortedTable(index.slice(0, index.size), budget);
}

/** Shards that a checkpoint may have: TensorFlow writes one for each of its machines. */
const MAX_SHARDS = 1024;

function shardNames(prefix: string, table: ReadonlyMap<string, Uint8Array>): readonly string[] {
  const shards = shardsOf(table.get(''));
  return Array.from({ length: shards }, (_, i) => `${prefix}.data-${padded(i)}-of-${padded(shards)}`);
}

const padded = (number: number): string => String(number).padStart(5, '0');

function readEntry(
  entry: BundleEntry,
  key: string,
  shard: (number: number) => ByteSource,
  refuse: TensorRefusals,
  budget: GraphBudget,
): StoredTensor {
  const { type, shape } = entry;
  if (shape === null || shape.some((size) => size < 0)) throw refuse.invalid(`"${key}" of unknown shape`);
  const dtype = dtypeOfType(type);
  if (dtype === null || dtype === 'string') throw refuse.unsupported(`"${key}" of ${dataTypeName(type)}`);
  const count = shape.reduce((product, size) => product * size, 1);
  budget.bytes(entry.size, `the variable "${key}"`, entry.offset);
  return { dtype, shape, load: () => fromBytes(type, shape, count, bytesOf(entry, key, shard), refuse) };
}

/** A variable that was saved in parts, put together. */
function assembled(
  entry: BundleEntry,
  key: string,
  table: ReadonlyMap<string, Uint8Array>,
  shard: (number: number) => ByteSource,
  refuse: TensorRefusals,
  budget: GraphBudget,
): StoredTensor {
  const { shape } = entry;
  const dtype = dtypeOfType(entry.type);
  if (dtype === null || dtype === 'string')
    throw refuse.unsupported(`"${key}" of ${dataTypeName(entry.type)}`);
  if (shape === null || shape.some((size) => size < 0)) throw refuse.invalid(`"${key}" of unknown shape`);
  const count = shape.reduce((product, size) => product * size, 1);
  budget.bytes(8 * count, `the variable "${key}"`, 0);
  const parts = [...table].flatMap(([name, value]) => {
    const part = partOfKey(name, key);
    return part === null
      ? []
      : [{ part, stored: readEntry(entryOf(value, budget), key, shard, refuse, budget) }];
  });
  const covered = parts.reduce((sum, { stored }) => sum + stored.shape.reduce((p, size) => p * size, 1), 0);
  if (covered !== count) throw refuse.invalid(`"${key}" in parts of ${covered} elements, ${count} there are`);
  return {
    dtype,
    shape,
    load: () => {
      const data = new TYPED_ARRAYS[dtype](count);
      for (const { part, stored } of parts) {
        const own = stored.load();
        const sizes = partShape(shape, part);
        if (own.dtype !== dtype || sizes === null || String(sizes) !== String(own.shape))
          throw refuse.invalid(`a part of "${key}" that does not lie in it`);
        copyPart({ shape, data }, own, part.starts, 'whole');
      }
      return newTensor(dtype, shape, data);
    },
  };
}

function partOf(whole: StoredTensor, key: string, part: TensorPart, refuse: TensorRefusals): StoredTensor {
  const { dtype, shape } = whole;
  const sizes = partShape(shape, part);
  if (dtype === 'string' || sizes === null)
    throw refuse.invalid(`a part of "${key}" that does not lie in it`);
  return {
    dtype,
    shape: sizes,
    load: () => {
      const all = whole.load();
      const data = new TYPED_ARRAYS[dtype](sizes.reduce((product, size) => product * size, 1));
      if (all.dtype !== 'string') copyPart(all, { shape: sizes, data }, part.starts, 'part');
      return newTensor(dtype, sizes, data);
    },
  };
}

function bytesOf(entry: BundleEntry, key: string, shard: (number: number) => ByteSource): Uint8Array {
  const source = shard(entry.shard);
  const bytes = source.slice(entry.offset, entry.offset + entry.size);
  if (crc32c(bytes) !== unmasked(entry.crc)) {
    const found = 'bytes that do not have their CRC';
    throw new PlimsollError('READ_CORRUPT', {
      what: `the variable "${key}"`,
      offset: entry.offset,
      found,
      wanted: 'the tensor as it was written',
    });
  }
  return bytes;
}

function shardsOf(header: Uint8Array | undefined): number {
  let shards = 0;
  const r = new ProtoReader(header ?? new Uint8Array(0), 'the header of a TensorBundle');
  while (r.next()) {
    if (r.field === 1) shards = r.int();
    else if (r.field === 2 && r.int() !== 0) throw r.corrupt('big-endian numbers', 'little-endian ones');
    else if (r.field > 2) r.skip();
  }
  if (shards < 1 || shards > MAX_SHARDS) throw r.corrupt(`${shards} shards`, `from 1 to ${MAX_SHARDS}`);
  return shards;
}

function entryOf(value: Uint8Array, budget: GraphBudget): BundleEntry {
  const r = new ProtoReader(value, 'an entry of a TensorBundle');
  let entry: BundleEntry = { type: 0, shape: [], shard: 0, offset: 0, size: 0, crc: 0, sliced: false };
  while (r.next()) {
    if (r.field === 1) entry = { ...entry, type: r.int() };
    else if (r.field === 2) entry = { ...entry, shape: readShape(r.message('a shape'), budget) };
    else if (r.field === 3) entry = { ...entry, shard: r.int() };
    else if (r.field === 4) entry = { ...entry, offset: r.int() };
    else if (r.field === 5) entry = { ...entry, size: r.int() };
    else if (r.field === 6) entry = { ...entry, crc: r.fixed32() };
    else {
      if (r.field === 7) entry = { ...entry, sliced: true };
      r.skip();
    }
  }
  return entry;
}
