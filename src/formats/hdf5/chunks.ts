import {
  corruptHdf5,
  expectMark,
  expectVersion,
  type Hdf5Bytes,
  readAddress,
  readSized,
} from './file-bytes.ts';
import type { StoredChunk } from './filters.ts';
import type { DataLayout } from './layout.ts';

/** A chunk, and the element at which it begins. */
export interface PlacedChunk extends StoredChunk {
  readonly origin: readonly number[];
}

type ChunkedLayout = Extract<DataLayout, { kind: 'chunked' }>;

const TREE = 'an index of chunks';
const ARRAY = 'an array of chunks';
const CHUNK_NODE = 1;

/** The chunks that are stored; `size` is the bytes of one without filters. */
export function* storedChunks(
  file: Hdf5Bytes,
  layout: ChunkedLayout,
  shape: readonly number[],
  size: number,
): Generator<PlacedChunk> {
  const { address, index, chunk } = layout;
  // Nothing was ever written: all elements have the fill value.
  if (address === null) return;
  if (index.kind === 'tree') return yield* treeChunks(file, address, shape.length, null);
  const origins = chunkOrigins(shape, chunk);
  if (index.kind === 'single') {
    const bytes = file.slice(address, index.size ?? size, ARRAY);
    return yield { data: bytes, address, mask: index.mask, origin: shape.map(() => 0) };
  }
  if (index.kind === 'implicit') {
    for (const [i, origin] of origins) {
      const start = address + i * size;
      file.count(ARRAY, start);
      yield { data: file.slice(start, size, ARRAY), address: start, mask: 0, origin };
    }
    return;
  }
  yield* fixedArrayChunks(file, address, origins, size);
}

/** Chunks in the order of their places, row-major. */
function* chunkOrigins(shape: readonly number[], chunk: readonly number[]): Generator<[number, number[]]> {
  const counts = shape.map((size, axis) => Math.ceil(size / (chunk[axis] ?? 1)));
  const total = counts.reduce((a, b) => a * b, 1);
  for (let i = 0; i < total; i += 1) {
    let rest = i;
    const origin = new Array<number>(shape.length).fill(0);
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const count = counts[axis] ?? 1;
      origin[axis] = (rest % count) * (chunk[axis] ?? 1);
      rest = Math.floor(rest / count);
    }
    yield [i, origin];
  }
}

/** Version 1 B-tree (specification, section III.A.1): each level is one below the one above, so that no circle is followed. */
function* treeChunks(
  file: Hdf5Bytes,
  address: number,
  rank: number,
  wanted: number | null,
): Generator<PlacedChunk> {
  const cursor = file.at(address, TREE);
  expectMark(cursor, 'TREE', TREE);
  const [kind, level, entries] = [cursor.u8(TREE), cursor.u8(TREE), cursor.u16(TREE)];
  if (kind !== CHUNK_NODE || (wanted !== null && level !== wanted))
    throw corruptHdf5(
      TREE,
      address,
      `a node of kind ${kind} at level ${level}`,
      `a node of chunks at level ${wanted ?? 0}`,
    );
  cursor.advance(16, TREE);
  for (let i = 0; i < entries; i += 1) {
    const [size, mask] = [cursor.u32(TREE), cursor.u32(TREE)];
    const origin = Array.from({ length: rank }, () => cursor.u64(TREE));
    cursor.advance(8, TREE);
    const child = readAddress(cursor, TREE);
    if (child === null) throw corruptHdf5(TREE, cursor.offset, 'a chunk nowhere', 'an address');
    if (level > 0) yield* treeChunks(file, child, rank, level - 1);
    else {
      file.count(TREE, cursor.offset);
      yield { data: file.slice(child, size, TREE), address: child, mask, origin };
    }
  }
}

/** Fixed array (specification, section VII.B): one entry a chunk, paged where there are many. */
function* fixedArrayChunks(
  file: Hdf5Bytes,
  address: number,
  origins: Iterable<[number, number[]]>,
  size: number,
): Generator<PlacedChunk> {
  const head = file.at(address, ARRAY);
  expectMark(head, 'FAHD', ARRAY);
  expectVersion(head, [0], ARRAY);
  const [client, width, pageBits] = [head.u8(ARRAY), head.u8(ARRAY), head.u8(ARRAY)];
  const count = head.u64(ARRAY);
  const data = readAddress(head, ARRAY);
  if (data === null) return;
  if (count > 2 ** pageBits)
    throw corruptHdf5(ARRAY, address, `${count} chunks in pages`, `at most ${2 ** pageBits}`);
  const cursor = file.at(data, ARRAY);
  expectMark(cursor, 'FADB', ARRAY);
  cursor.advance(1 + 1 + 8, ARRAY);
  for (const [i, origin] of origins) {
    if (i >= count) throw corruptHdf5(ARRAY, data, `${count} chunks`, 'one for each part of the shape');
    file.count(ARRAY, cursor.offset);
    const child = readAddress(cursor, ARRAY);
    // With filters each entry has the size of its chunk and what was left out.
    const stored = client === 1 ? readSized(cursor, width - 12, ARRAY) : size;
    const mask = client === 1 ? cursor.u32(ARRAY) : 0;
    if (child !== null) yield { data: file.slice(child, stored, ARRAY), address: child, mask, origin };
  }
}
