import { ByteCursor } from '../../bytes/cursor.ts';
import { decodeUtf8 } from '../pickle/text.ts';
import {
  corruptHdf5,
  expectMark,
  expectVersion,
  type Hdf5Bytes,
  readAddress,
  readSized,
  unsafeHdf5,
} from './file-bytes.ts';
import { type HeaderMessage, MESSAGE } from './object-header.ts';

/** Addresses of the objects of a group, by name. A link that leads elsewhere is refused only where somebody follows it. */
export type GroupLinks = ReadonlyMap<string, number | 'soft link' | 'external link'>;
type LinkMap = Map<string, number | 'soft link' | 'external link'>;

const WHAT = 'a group';
const GROUP_NODE = 0;
const SOFT = 2;
const [HARD_LINK, SOFT_LINK] = [0, 1];

/** All links of a group, of old style (symbol table) and of new style (messages). */
export function readLinks(file: Hdf5Bytes, messages: readonly HeaderMessage[]): GroupLinks {
  const links: LinkMap = new Map();
  for (const message of messages) {
    if (message.type === MESSAGE.symbolTable) readSymbolTable(file, message, links);
    if (message.type === MESSAGE.linkInfo) refuseHeap(message, 8);
    if (message.type === MESSAGE.link) readLink(file, message.body, message.offset, links);
  }
  return links;
}

function addLink(
  file: Hdf5Bytes,
  links: LinkMap,
  name: string,
  target: number | 'soft link' | 'external link',
  offset: number,
): void {
  file.budget.check('nameChars', name.length, 'the name of a link', offset);
  if (links.has(name)) throw unsafeHdf5(WHAT, offset, `two objects called ${JSON.stringify(name)}`);
  links.set(name, target);
}

/** Where there are many, links and attributes lie in a heap of their own, which no file of Keras has. READ_UNSAFE then. */
export function refuseHeap({ body, offset }: HeaderMessage, indexSize: number): void {
  const cursor = new ByteCursor(body);
  cursor.advance(1, WHAT);
  // Flag 0: the highest index of creation is stated.
  if (cursor.u8(WHAT) & 1) cursor.advance(indexSize, WHAT);
  if (readAddress(cursor, WHAT) !== null)
    throw unsafeHdf5(
      WHAT,
      offset,
      'links or attributes in a fractal heap: write the file without libver="latest"',
    );
}

/** Old style: a B-tree of tables whose names lie in a local heap (specification, sections III.A.1, III.B, III.C, III.D). */
function readSymbolTable(file: Hdf5Bytes, { body, offset }: HeaderMessage, links: LinkMap): void {
  const cursor = new ByteCursor(body);
  const [tree, heap] = [readAddress(cursor, WHAT), readAddress(cursor, WHAT)];
  if (tree === null || heap === null)
    throw corruptHdf5(WHAT, offset, 'a symbol table nowhere', 'its addresses');
  readTree(file, tree, null, { names: localHeap(file, heap), links });
}

interface TableReading {
  /** The text at an offset of the heap. */
  readonly names: (offset: number) => string;
  readonly links: LinkMap;
}

function readTree(file: Hdf5Bytes, address: number, wanted: number | null, reading: TableReading): void {
  const cursor = file.at(address, WHAT);
  expectMark(cursor, 'TREE', WHAT);
  const [kind, level, entries] = [cursor.u8(WHAT), cursor.u8(WHAT), cursor.u16(WHAT)];
  if (kind !== GROUP_NODE || (wanted !== null && level !== wanted))
    throw corruptHdf5(
      WHAT,
      address,
      `a node of kind ${kind} at level ${level}`,
      `a node of names at level ${wanted ?? 0}`,
    );
  cursor.advance(16, WHAT);
  for (let i = 0; i < entries; i += 1) {
    cursor.advance(8, WHAT);
    const child = readAddress(cursor, WHAT);
    if (child === null) throw corruptHdf5(WHAT, cursor.offset, 'a node nowhere', 'an address');
    if (level > 0) readTree(file, child, level - 1, reading);
    else readTable(file, child, reading);
  }
}

function readTable(file: Hdf5Bytes, address: number, { names, links }: TableReading): void {
  const cursor = file.at(address, WHAT);
  expectMark(cursor, 'SNOD', WHAT);
  expectVersion(cursor, [1], WHAT);
  cursor.advance(1, WHAT);
  const count = cursor.u16(WHAT);
  for (let i = 0; i < count; i += 1) {
    file.count(WHAT, cursor.offset);
    const name = names(cursor.u64(WHAT));
    const at = cursor.offset;
    const target = readAddress(cursor, WHAT);
    const cache = cursor.u32(WHAT);
    cursor.advance(20, WHAT);
    if (target === null && cache !== SOFT) throw corruptHdf5(WHAT, at, 'an object nowhere', 'an address');
    addLink(file, links, name, cache === SOFT || target === null ? 'soft link' : target, at);
  }
}

function localHeap(file: Hdf5Bytes, address: number): (offset: number) => string {
  const cursor = file.at(address, WHAT);
  expectMark(cursor, 'HEAP', WHAT);
  expectVersion(cursor, [0], WHAT);
  cursor.advance(3, WHAT);
  const size = cursor.u64(WHAT);
  cursor.advance(8, WHAT);
  const data = readAddress(cursor, WHAT);
  if (data === null) throw corruptHdf5(WHAT, address, 'names nowhere', 'their address');
  const bytes = file.slice(data, size, WHAT);
  return (offset) => {
    const end = bytes.subarray(0, offset + file.budget.limits.nameChars + 1).indexOf(0, offset);
    if (end < 0)
      throw corruptHdf5(WHAT, data + offset, 'a name without an end', 'a name of a sensible length');
    return decodeUtf8(bytes.subarray(offset, end), 'the name of a link', data + offset);
  };
}

/** New style: a message for each link (specification, section IV.A.2.g). */
function readLink(file: Hdf5Bytes, body: Uint8Array, offset: number, links: LinkMap): void {
  const cursor = new ByteCursor(body);
  expectVersion(cursor, [1], WHAT);
  const flags = cursor.u8(WHAT);
  const kind = flags & 8 ? cursor.u8(WHAT) : HARD_LINK;
  if (flags & 4) cursor.advance(8, WHAT);
  if (flags & 16) cursor.advance(1, WHAT);
  const length = readSized(cursor, 2 ** (flags & 3), WHAT);
  const name = decodeUtf8(cursor.take(length, WHAT), 'the name of a link', offset);
  const target = kind === HARD_LINK ? readAddress(cursor, WHAT) : null;
  if (kind === HARD_LINK && target === null)
    throw corruptHdf5(WHAT, offset, 'an object nowhere', 'an address');
  addLink(file, links, name, target ?? (kind === SOFT_LINK ? 'soft link' : 'external link'), offset);
}
