import { ByteCursor } from '../../bytes/cursor.ts';
import { unpack } from '../codecs/unpack.ts';
import { corruptHdf5, expectVersion, type Hdf5Bytes, unsafeHdf5 } from './file-bytes.ts';
import type { HeaderMessage } from './object-header.ts';

/** One filter of a pipeline. */
export interface Hdf5Filter {
  readonly id: number;
  readonly values: readonly number[];
}

const WHAT = 'a filter pipeline';
const [DEFLATE, SHUFFLE, FLETCHER32] = [1, 2, 3];
const MAX_FILTERS = 32;
const CHECKSUM_BYTES = 4;

/** Filters in the order in which they were applied (specification, section IV.A.2.l). */
export function readFilters({ body, offset }: HeaderMessage): readonly Hdf5Filter[] {
  const cursor = new ByteCursor(body);
  const version = expectVersion(cursor, [1, 2], WHAT);
  const count = cursor.u8(WHAT);
  if (count > MAX_FILTERS) throw corruptHdf5(WHAT, offset, `${count} filters`, `at most ${MAX_FILTERS}`);
  if (version === 1) cursor.advance(6, WHAT);
  return Array.from({ length: count }, () => readFilter(cursor, version));
}

function readFilter(cursor: ByteCursor, version: number): Hdf5Filter {
  const id = cursor.u16(WHAT);
  const named = version === 1 || id >= 256;
  const nameLength = named ? cursor.u16(WHAT) : 0;
  cursor.advance(2, WHAT);
  const count = cursor.u16(WHAT);
  cursor.advance(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength, WHAT);
  const values = Array.from({ length: count }, () => cursor.u32(WHAT));
  if (version === 1 && count % 2 === 1) cursor.advance(4, WHAT);
  return { id, values };
}

/** One chunk as it is stored. */
export interface StoredChunk {
  readonly data: Uint8Array;
  readonly address: number;
  /** A bit set for each filter that was left out for this chunk. */
  readonly mask: number;
}

/** Undoes the filters of a chunk, the last one first; what comes out has `size` bytes. READ_UNSAFE for filters that are not read. */
export function unfilter(
  file: Hdf5Bytes,
  filters: readonly Hdf5Filter[],
  chunk: StoredChunk,
  size: number,
): Uint8Array {
  let { data } = chunk;
  for (let i = filters.length - 1; i >= 0; i -= 1) {
    const filter = filters[i];
    if (filter === undefined || chunk.mask & (1 << i)) continue;
    data = undo(file, filter, { ...chunk, data }, size);
  }
  if (data.length !== size)
    throw corruptHdf5('a chunk', chunk.address, `${data.length} bytes`, `${size} bytes for its shape`);
  return data;
}

function undo(file: Hdf5Bytes, filter: Hdf5Filter, { data, address }: StoredChunk, size: number): Uint8Array {
  if (filter.id === DEFLATE) {
    // A checksum of the inner data may follow it, which is taken off afterwards: no size is stated for it.
    const stream = {
      data,
      id: 'zlib',
      size: null,
      what: 'a chunk of an HDF5 file',
      offset: address,
    } as const;
    const output = unpack(stream, file.codecs, file.budget);
    if (output.length > size + CHECKSUM_BYTES)
      throw corruptHdf5('a chunk', address, `${output.length} bytes`, `${size} bytes for its shape`);
    return output;
  }
  if (filter.id === SHUFFLE) return unshuffle(data, filter.values[0] ?? 1);
  if (filter.id === FLETCHER32) return data.subarray(0, Math.max(0, data.length - CHECKSUM_BYTES));
  throw unsafeHdf5(
    'a chunk',
    address,
    `the filter ${filter.id}, of which only deflate, shuffle and fletcher32 are read`,
  );
}

/** Shuffled data have the first bytes of all elements first, then all second bytes, and so on. */
function unshuffle(data: Uint8Array, width: number): Uint8Array {
  if (width <= 1) return data;
  const count = Math.floor(data.length / width);
  const output = new Uint8Array(data.length);
  for (let byte = 0; byte < width; byte += 1)
    for (let i = 0; i < count; i += 1) output[i * width + byte] = data[byte * count + i] ?? 0;
  output.set(data.subarray(count * width), count * width);
  return output;
}
