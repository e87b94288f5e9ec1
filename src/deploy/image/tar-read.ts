import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { BLOCK } from './tar.ts';

/** A file or a symbolic link in an archive that others wrote; folders and the rest are left out. */
export interface TarMember {
  readonly path: string;
  /** Bytes of a file, a view of the archive. */
  readonly bytes: Uint8Array;
  /** Where a link points, or null for a file. */
  readonly target: string | null;
  /** Permissions, as `chmod` takes them. */
  readonly mode: number;
}

const latin = new TextDecoder('latin1');
const utf8 = new TextDecoder();
const text = (block: Uint8Array, from: number, to: number): string =>
  elementAt(utf8.decode(block.subarray(from, to)).split('\0'), 0);

/**
 * Files and links of a tar archive (ustar, pax and GNU long names), by their paths without `./`. Its bytes have been proved
 * by their digest, so that what is not understood is a defect of the lock. Throws READ_CORRUPT, READ_TRUNCATED.
 */
export function readTar(archive: Uint8Array): TarMember[] {
  const found: TarMember[] = [];
  let long: PaxNames = {};
  let offset = 0;
  while (offset + BLOCK <= archive.length && archive[offset] !== 0) {
    const block = archive.subarray(offset, offset + BLOCK);
    const size = long.size ?? sizeOf(block, offset);
    const bytes = archive.subarray(offset + BLOCK, offset + BLOCK + size);
    if (bytes.length < size) throw truncated(offset, bytes.length, size);
    const type = latin.decode(block.subarray(156, 157));
    if (type === 'x') long = { ...long, ...paxNames(bytes) };
    else if (type === 'L') long = { ...long, path: text(bytes, 0, size) };
    else if (type === 'K') long = { ...long, target: text(bytes, 0, size) };
    else {
      const path = (long.path ?? nameOf(block)).replace(/^\.\//, '');
      const mode = Number.parseInt(text(block, 100, 108), 8) & 0o7777;
      if (type === '0' || type === '\0') found.push({ path, bytes, target: null, mode });
      if (type === '2') found.push({ path, bytes, target: long.target ?? text(block, 157, 257), mode });
      long = {};
    }
    offset += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return found;
}

function sizeOf(block: Uint8Array, offset: number): number {
  const digits = text(block, 124, 136).trim();
  if (/^[0-7]+$/.test(digits)) return Number.parseInt(digits, 8);
  const details = { what: 'an archive', offset: offset + 124, found: JSON.stringify(digits) };
  throw new PlimsollError('READ_CORRUPT', { ...details, wanted: 'a size in octal digits' });
}

const truncated = (offset: number, found: number, wanted: number): PlimsollError =>
  new PlimsollError('READ_TRUNCATED', { what: 'an archive', offset, found, wanted });

function nameOf(block: Uint8Array): string {
  const prefix = text(block, 257, 262) === 'ustar' ? text(block, 345, 500) : '';
  return prefix === '' ? text(block, 0, 100) : `${prefix}/${text(block, 0, 100)}`;
}

/** What a pax header says of the next member. */
interface PaxNames {
  path?: string;
  target?: string;
  size?: number;
}

function paxNames(bytes: Uint8Array): PaxNames {
  const names: PaxNames = {};
  for (let offset = 0; offset < bytes.length; ) {
    const space = bytes.indexOf(0x20, offset);
    const length = Number(utf8.decode(bytes.subarray(offset, space)));
    if (space < 0 || !(length > space - offset)) throw truncated(offset, bytes.length - offset, length);
    const record = utf8.decode(bytes.subarray(space + 1, offset + length - 1));
    if (record.startsWith('path=')) names.path = record.slice('path='.length);
    if (record.startsWith('linkpath=')) names.target = record.slice('linkpath='.length);
    if (record.startsWith('size=')) names.size = Number(record.slice('size='.length));
    offset += length;
  }
  return names;
}
