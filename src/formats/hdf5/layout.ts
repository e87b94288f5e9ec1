import { ByteCursor } from '../../bytes/cursor.ts';
import {
  corruptHdf5,
  expectVersion,
  type Hdf5Bytes,
  readAddress,
  readSized,
  unsafeHdf5,
} from './file-bytes.ts';
import type { HeaderMessage } from './object-header.ts';

/** Where the elements of a data set are. */
export type DataLayout =
  | { readonly kind: 'compact'; readonly data: Uint8Array }
  | { readonly kind: 'contiguous'; readonly address: number | null; readonly size: number }
  | {
      readonly kind: 'chunked';
      readonly address: number | null;
      /** Elements of a chunk along each axis. */
      readonly chunk: readonly number[];
      readonly index: ChunkIndex;
    };

export type ChunkIndex =
  | { readonly kind: 'tree' }
  | { readonly kind: 'single'; readonly size: number | null; readonly mask: number }
  | { readonly kind: 'implicit' }
  | { readonly kind: 'fixed-array' };

const WHAT = 'a data layout';
const [COMPACT, CONTIGUOUS, CHUNKED, VIRTUAL] = [0, 1, 2, 3];
const [SINGLE, IMPLICIT, FIXED_ARRAY] = [1, 2, 3];

/** Reads a layout message, versions 1 to 4 (specification, section IV.A.2.i). READ_UNSAFE for what lies in other files. */
export function readDataLayout(file: Hdf5Bytes, { body, offset }: HeaderMessage): DataLayout {
  const cursor = new ByteCursor(body);
  const version = expectVersion(cursor, [1, 2, 3, 4], WHAT);
  if (version < 3) return readOld(file, cursor, offset);
  const kind = cursor.u8(WHAT);
  if (kind === COMPACT) return { kind: 'compact', data: cursor.take(cursor.u16(WHAT), WHAT) };
  if (kind === CONTIGUOUS)
    return { kind: 'contiguous', address: readAddress(cursor, WHAT), size: cursor.u64(WHAT) };
  if (kind === VIRTUAL)
    throw unsafeHdf5(WHAT, offset, 'a virtual data set, whose numbers lie in other files');
  if (kind !== CHUNKED) throw corruptHdf5(WHAT, offset, `class ${kind}`, 'a class from 0 to 3');
  return version === 3 ? readChunked(cursor, offset) : readNewChunked(cursor, offset);
}

function readOld(file: Hdf5Bytes, cursor: ByteCursor, offset: number): DataLayout {
  const rank = cursor.u8(WHAT);
  const kind = cursor.u8(WHAT);
  cursor.advance(5, WHAT);
  const address = kind === COMPACT ? null : readAddress(cursor, WHAT);
  file.budget.check('dimensions', rank, WHAT, offset);
  const sizes = Array.from({ length: rank }, () => cursor.u32(WHAT));
  if (kind === COMPACT) return { kind: 'compact', data: cursor.take(cursor.u32(WHAT), WHAT) };
  // The last size is that of an element.
  if (kind === CONTIGUOUS) return { kind: 'contiguous', address, size: sizes.reduce((a, b) => a * b, 1) };
  if (kind !== CHUNKED) throw corruptHdf5(WHAT, offset, `class ${kind}`, 'a class from 0 to 2');
  return { kind: 'chunked', address, chunk: sizes.slice(0, -1), index: { kind: 'tree' } };
}

function readChunked(cursor: ByteCursor, offset: number): DataLayout {
  const rank = cursor.u8(WHAT);
  const address = readAddress(cursor, WHAT);
  const sizes = Array.from({ length: rank }, () => cursor.u32(WHAT));
  return { kind: 'chunked', address, chunk: chunkShape(sizes, offset), index: { kind: 'tree' } };
}

/** Version 4: the way in which chunks are found is stated. */
function readNewChunked(cursor: ByteCursor, offset: number): DataLayout {
  const flags = cursor.u8(WHAT);
  const rank = cursor.u8(WHAT);
  const width = cursor.u8(WHAT);
  if (width < 1 || width > 8) throw corruptHdf5(WHAT, offset, `sizes of ${width} bytes`, '1 to 8');
  const sizes = Array.from({ length: rank }, () => readSized(cursor, width, WHAT));
  const index = readIndex(cursor, flags, offset);
  return { kind: 'chunked', address: readAddress(cursor, WHAT), chunk: chunkShape(sizes, offset), index };
}

function readIndex(cursor: ByteCursor, flags: number, offset: number): ChunkIndex {
  const kind = cursor.u8(WHAT);
  if (kind === SINGLE) {
    // Flag 1: the one chunk is filtered, and its size is stated.
    const filtered = (flags & 2) !== 0;
    return {
      kind: 'single',
      size: filtered ? cursor.u64(WHAT) : null,
      mask: filtered ? cursor.u32(WHAT) : 0,
    };
  }
  if (kind === IMPLICIT) return { kind: 'implicit' };
  if (kind === FIXED_ARRAY) {
    cursor.advance(1, WHAT);
    return { kind: 'fixed-array' };
  }
  throw unsafeHdf5(
    WHAT,
    offset,
    `an index of chunks of kind ${kind}: that is for data sets that grow, which weights do not`,
  );
}

function chunkShape(sizes: readonly number[], offset: number): readonly number[] {
  if (sizes.length === 0 || sizes.some((size) => size === 0))
    throw corruptHdf5(WHAT, offset, `chunks of shape [${sizes}]`, 'sizes from 1 on');
  return sizes.slice(0, -1);
}
