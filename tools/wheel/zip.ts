/**
 * ZIP archives (PKWARE's APPNOTE 6.3.10) that are the same bytes for the same members: no times, no owners, members in the
 * order given. Without ZIP64, so up to 65,535 members and 4 GB. Pure.
 */
import { crc32, deflateRawSync } from 'node:zlib';

interface ZipMember {
  /** Path with slashes, in ASCII: other names need a flag and are not written. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Version needed to read: 2.0, for DEFLATE (4.4.3.2). */
const NEEDED = 20;
/** Made on Unix (4.4.2.2), whose modes the upper half of the external attributes holds. */
const MADE_BY = (3 << 8) | NEEDED;
const MODE = 0o100_644;
const DEFLATE = 8;
/** 1980-01-01, the first day there is (4.4.6), at midnight. */
const [DATE, TIME] = [(1 << 5) | 1, 0];
const COUNT_MAX = 0xffff;
const BYTES_MAX = 0xffff_ffff;

/** Widths in bytes by field, in the order of the record; written as little-endian numbers. */
function record(signature: number, fields: readonly (readonly [width: 2 | 4, value: number])[]): Buffer {
  const size = fields.reduce((sum, [width]) => sum + width, 4);
  const bytes = Buffer.alloc(size);
  let at = bytes.writeUInt32LE(signature, 0);
  for (const [width, value] of fields) at = bytes.writeUIntLE(value, at, width);
  return bytes;
}

/** What local and central headers have in common (4.3.7, 4.3.12): from the version needed to the length of extra fields. */
const described = (name: string, bytes: Uint8Array, packed: Uint8Array) =>
  [
    [2, NEEDED],
    [2, 0],
    [2, DEFLATE],
    [2, TIME],
    [2, DATE],
    [4, crc32(bytes)],
    [4, packed.length],
    [4, bytes.length],
    [2, name.length],
    [2, 0],
  ] as const;

/** Throws a RangeError for what this form of the format does not hold. */
export function zip(members: readonly ZipMember[]): Buffer {
  if (members.length > COUNT_MAX)
    throw new RangeError(`${members.length} members are more than an archive without ZIP64 holds`);
  const pieces: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of members) {
    if (!/^[\x21-\x7e]{1,255}$/.test(name)) throw new RangeError(`"${name}" is no name of a member in ASCII`);
    const packed = deflateRawSync(bytes, { level: 9 });
    const facts = described(name, bytes, packed);
    // Comment, disk and internal attributes: none.
    const own = [
      [2, 0],
      [2, 0],
      [2, 0],
      [4, MODE * 0x1_0000],
      [4, offset],
    ] as const;
    central.push(record(0x0201_4b50, [[2, MADE_BY], ...facts, ...own]), Buffer.from(name));
    const local = [record(0x0403_4b50, facts), Buffer.from(name), packed];
    pieces.push(...local);
    offset += local.reduce((sum, { length }) => sum + length, 0);
  }
  const directory = Buffer.concat(central);
  if (offset + directory.length > BYTES_MAX)
    throw new RangeError(`${offset} bytes are more than an archive without ZIP64 holds`);
  const counts = [
    [2, members.length],
    [2, members.length],
  ] as const;
  const end = record(0x0605_4b50, [[2, 0], [2, 0], ...counts, [4, directory.length], [4, offset], [2, 0]]);
  return Buffer.concat([...pieces, directory, end]);
}
