import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';

/**
 * Archives as POSIX pax and ustar have them (IEEE 1003.1, "pax Interchange Format"): what is written depends on nothing but
 * the entries. Owner is 0:0 without names, times are 0, modes are what is given.
 */

/** One member of an archive; its path has no leading slash, a folder's no trailing one. */
export type TarEntry =
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly size: number }
  | { readonly kind: 'folder'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

export const BLOCK = 512;
const NAME_BYTES = 100;
const PREFIX_BYTES = 155;
const LINK_MODE = 0o777;
/** Eleven octal digits; what is larger is said in a pax header, and the field is 0. */
const SIZE_MAX = 0o77777777777;
const TYPES = { file: '0', link: '2', folder: '5', pax: 'x' } as const;
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What follows the last member. */
export const TAR_END: Uint8Array = new Uint8Array(2 * BLOCK);

/** Zeros after a member of `size` bytes. */
export const padding = (size: number): Uint8Array => new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);

/** Order of archives: by bytes, so that a folder comes before what it holds, whatever the locale. */
export const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  compareBytes(bytesOf(a.path), bytesOf(b.path));

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++)
    if (a[i] !== b[i]) return elementAt(a, i) - elementAt(b, i);
  return a.length - b.length;
}

/**
 * Header of a member, with a pax header before it where its name or its size does not fit. The bytes of a file follow it,
 * then `padding`. Throws INTERNAL for a path that leaves the archive.
 */
export function tarHeader(entry: TarEntry): Uint8Array {
  checkPath(entry.path);
  const path = entry.kind === 'folder' ? `${entry.path}/` : entry.path;
  const target = entry.kind === 'link' ? entry.target : '';
  const split = splitPath(path);
  const size = entry.kind === 'file' ? entry.size : 0;
  const records = [
    ...(size > SIZE_MAX ? [paxRecord('size', String(size))] : []),
    ...(split === null ? [paxRecord('path', path)] : []),
    ...(isPlain(target) && target.length <= NAME_BYTES ? [] : [paxRecord('linkpath', target)]),
  ].join('');
  const mode = entry.kind === 'link' ? LINK_MODE : entry.mode;
  const short = split ?? { prefix: '', name: ascii(path).slice(0, NAME_BYTES) };
  const own = header({ ...short, mode, size, type: TYPES[entry.kind], target: ascii(target) });
  if (records === '') return own;
  const pax = bytesOf(records);
  const paxHeader = { prefix: '', name: 'PaxHeaders/path', mode: 0o644, size: pax.length };
  return joined([header({ ...paxHeader, type: TYPES.pax, target: '' }), pax, padding(pax.length), own]);
}

function checkPath(path: string): void {
  const isSafe = path !== '' && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
  if (isSafe && !path.includes('\0')) return;
  throw new PlimsollError('INTERNAL', { action: 'writing an archive', reason: `"${path}" is no path in it` });
}

const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
const ascii = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '_');

/** Name and prefix of ustar, or null where the path needs a pax record. */
function splitPath(path: string): { prefix: string; name: string } | null {
  if (!isPlain(path)) return null;
  if (path.length <= NAME_BYTES) return { prefix: '', name: path };
  // The slash between the two is not written; a name must not be empty.
  const slash = path.indexOf('/', path.length - NAME_BYTES - 1);
  if (slash <= 0 || slash > PREFIX_BYTES || slash >= path.length - 1) return null;
  return { prefix: path.slice(0, slash), name: path.slice(slash + 1) };
}

/** `LENGTH key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = bytesOf(` ${key}=${value}\n`).length;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

interface Fields {
  readonly prefix: string;
  readonly name: string;
  readonly mode: number;
  readonly size: number;
  readonly type: string;
  readonly target: string;
}

function header({ prefix, name, mode, size, type, target }: Fields): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const put = (offset: number, text: string): void => block.set(bytesOf(text), offset);
  const octal = (offset: number, digits: number, value: number): void =>
    put(offset, value.toString(8).padStart(digits, '0'));
  put(0, name);
  octal(100, 7, mode);
  octal(108, 7, 0); // uid
  octal(116, 7, 0); // gid
  octal(124, 11, size > SIZE_MAX ? 0 : size);
  octal(136, 11, 0); // mtime
  put(148, ' '.repeat(8));
  put(156, type);
  put(157, target.slice(0, NAME_BYTES));
  put(257, 'ustar\u000000');
  octal(329, 7, 0);
  octal(337, 7, 0);
  put(345, prefix);
  octal(
    148,
    6,
    block.reduce((sum, byte) => sum + byte, 0),
  );
  put(154, '\0 ');
  return block;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
