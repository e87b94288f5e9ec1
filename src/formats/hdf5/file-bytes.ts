import { ByteCursor } from '../../bytes/cursor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import type { DecompressionCodec } from '../format.ts';

/** What messages call the file. */
export const HDF5 = 'an HDF5 file';

/** Stands for an address that is not there. */
const UNDEFINED_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** Bytes that one structure of the file takes in memory, about. */
const STRUCTURE_BYTES = 200;

/**
 * The bytes of one HDF5 file, found by address (HDF5 File Format Specification 3.0). Every structure that is opened is counted,
 * so that files whose parts lead in circles end at a limit.
 */
export class Hdf5Bytes {
  readonly bytes: Uint8Array;
  readonly budget: ReadBudget;
  readonly codecs: readonly DecompressionCodec[];
  /** Where the file begins in the bytes: addresses count from here. */
  readonly base: number;

  constructor(bytes: Uint8Array, codecs: readonly DecompressionCodec[], budget: ReadBudget, base: number) {
    this.bytes = bytes;
    this.codecs = codecs;
    this.budget = budget;
    this.base = base;
  }

  /** A cursor at an address; the structure there counts against the limits. */
  at(address: number, what: string): ByteCursor {
    this.count(what, address);
    this.budget.checkTime(what, address);
    return this.#cursor(address, what);
  }

  /** Counts one more structure, or a part of one. */
  count(what: string, address: number): void {
    this.budget.count('hdf5Structures', what, address);
    this.budget.charge(STRUCTURE_BYTES, what, address);
  }

  /** The `size` bytes at an address, as a view. */
  slice(address: number, size: number, what: string): Uint8Array {
    return this.#cursor(address, what).take(size, what);
  }

  #cursor(address: number, what: string): ByteCursor {
    const start = this.base + address;
    if (start > this.bytes.length)
      throw corruptHdf5(
        what,
        address,
        `an address behind the end at ${this.bytes.length}`,
        'one in the file',
      );
    return new ByteCursor(this.bytes, start);
  }
}

export const corruptHdf5 = (what: string, offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: `${what} of ${HDF5}`, offset, found, wanted });

export const unsafeHdf5 = (what: string, offset: number, found: string): PlimsollError =>
  new PlimsollError('READ_UNSAFE', { what: `${what} of ${HDF5}`, offset, found });

/** An address, or null where it is undefined. */
export function readAddress(cursor: ByteCursor, what: string): number | null {
  const at = cursor.offset;
  const bytes = cursor.take(8, what);
  const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (value === UNDEFINED_ADDRESS) return null;
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw corruptHdf5(what, at, `the address ${value}`, 'one in the file');
  return Number(value);
}

/** Throws READ_CORRUPT where the four letters that mark a structure are others. */
export function expectMark(cursor: ByteCursor, mark: string, what: string): void {
  const at = cursor.offset;
  const found = String.fromCharCode(...cursor.take(mark.length, what));
  if (found !== mark) throw corruptHdf5(what, at, JSON.stringify(found), `the mark "${mark}"`);
}

/** Throws READ_CORRUPT where a version is none of those that are read. */
export function expectVersion(cursor: ByteCursor, known: readonly number[], what: string): number {
  const at = cursor.offset;
  const version = cursor.u8(what);
  if (!known.includes(version))
    throw corruptHdf5(what, at, `version ${version}`, `version ${known.join(', ')}`);
  return version;
}

/** An unsigned number of 1 to 8 bytes, little-endian. */
export function readSized(cursor: ByteCursor, size: number, what: string): number {
  const at = cursor.offset;
  const bytes = cursor.take(size, what);
  let value = 0;
  for (let i = size - 1; i >= 0; i -= 1) value = value * 256 + (bytes[i] ?? 0);
  if (!Number.isSafeInteger(value)) throw corruptHdf5(what, at, `the number ${value}`, 'one below 2^53');
  return value;
}
