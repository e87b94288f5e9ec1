import { ByteCursor } from '../../bytes/cursor.ts';
import { corruptHdf5, expectVersion, HDF5, readAddress } from './file-bytes.ts';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const WHAT = 'the superblock';

export const isHdf5 = (head: Uint8Array): boolean => SIGNATURE.every((byte, i) => head[i] === byte);

/** Where the root group is: the address of its object header. */
export interface Superblock {
  readonly base: number;
  readonly root: number;
}

/** Reads the superblock at the start of the file, versions 0 to 3 (specification, section II.A). */
export function readSuperblock(bytes: Uint8Array): Superblock {
  if (!isHdf5(bytes)) throw corruptHdf5(WHAT, 0, 'other first bytes', `the signature of ${HDF5}`);
  const cursor = new ByteCursor(bytes, SIGNATURE.length);
  const version = expectVersion(cursor, [0, 1, 2, 3], WHAT);
  return version < 2 ? readOld(cursor, version) : readNew(cursor);
}

/** Versions 0 and 1: the root group is an entry of a symbol table. */
function readOld(cursor: ByteCursor, version: number): Superblock {
  cursor.advance(4, WHAT);
  expectWidths(cursor);
  cursor.advance(1, WHAT);
  // Sizes of nodes in groups and flags; version 1 adds the size of nodes in chunked storage.
  cursor.advance(version === 0 ? 8 : 12, WHAT);
  const base = readBase(cursor);
  cursor.advance(3 * 8, WHAT);
  cursor.advance(8, WHAT);
  return { base, root: rootOf(cursor) };
}

function readNew(cursor: ByteCursor): Superblock {
  expectWidths(cursor);
  cursor.advance(1, WHAT);
  const base = readBase(cursor);
  cursor.advance(2 * 8, WHAT);
  return { base, root: rootOf(cursor) };
}

function expectWidths(cursor: ByteCursor): void {
  const at = cursor.offset;
  const [offsets, lengths] = [cursor.u8(WHAT), cursor.u8(WHAT)];
  if (offsets !== 8 || lengths !== 8)
    throw corruptHdf5(
      WHAT,
      at,
      `addresses of ${offsets} and lengths of ${lengths} bytes`,
      '8 bytes for both',
    );
}

function readBase(cursor: ByteCursor): number {
  const at = cursor.offset;
  const base = readAddress(cursor, WHAT);
  if (base !== 0) throw corruptHdf5(WHAT, at, `base address ${base}`, '0');
  return base;
}

function rootOf(cursor: ByteCursor): number {
  const at = cursor.offset;
  const root = readAddress(cursor, WHAT);
  if (root === null) throw corruptHdf5(WHAT, at, 'no root group', 'its address');
  return root;
}
