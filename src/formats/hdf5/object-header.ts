import { ByteCursor } from '../../bytes/cursor.ts';
import { corruptHdf5, expectMark, type Hdf5Bytes, readAddress, unsafeHdf5 } from './file-bytes.ts';

/** Types of header messages that are read (specification, section IV.A.2). */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** One message of an object: its bytes, and where they lie. */
export interface HeaderMessage {
  readonly type: number;
  readonly body: Uint8Array;
  readonly offset: number;
}

const WHAT = 'an object header';
/** The message lies elsewhere, in another object. */
const SHARED = 1 << 1;
/** Flags of a header of version 2. */
const [CREATION_ORDER, PHASE_CHANGE, TIMES] = [1 << 2, 1 << 4, 1 << 5];

interface Block {
  readonly start: number;
  readonly size: number;
}

/** All messages of the object at an address, versions 1 and 2. */
export function readObjectHeader(file: Hdf5Bytes, address: number): readonly HeaderMessage[] {
  const cursor = file.at(address, WHAT);
  return cursor.peek() === 1 ? readOld(file, cursor) : readNew(file, cursor);
}

function readOld(file: Hdf5Bytes, cursor: ByteCursor): HeaderMessage[] {
  cursor.advance(8, WHAT);
  const size = cursor.u32(WHAT);
  cursor.advance(4, WHAT);
  return readBlocks(file, { start: cursor.offset, size }, (block, add) => {
    const part = new ByteCursor(block);
    while (part.left >= 8) {
      const [type, length, flags] = [part.u16(WHAT), part.u16(WHAT), part.u8(WHAT)];
      part.advance(3, WHAT);
      add({ type, flags, body: part.take(length, WHAT) });
    }
  });
}

function readNew(file: Hdf5Bytes, cursor: ByteCursor): HeaderMessage[] {
  expectMark(cursor, 'OHDR', WHAT);
  const at = cursor.offset;
  const version = cursor.u8(WHAT);
  if (version !== 2) throw corruptHdf5(WHAT, at, `version ${version}`, 'version 1, 2');
  const flags = cursor.u8(WHAT);
  if (flags & TIMES) cursor.advance(16, WHAT);
  if (flags & PHASE_CHANGE) cursor.advance(4, WHAT);
  const size = [cursor.u8, cursor.u16, cursor.u32, cursor.u64][flags & 3]?.call(cursor, WHAT) ?? 0;
  const head = flags & CREATION_ORDER ? 6 : 4;
  return readBlocks(file, { start: cursor.offset, size }, (block, add, isFirst) => {
    // A block that continues has a mark in front and a checksum behind.
    const part = new ByteCursor(block, 0, isFirst ? block.length : Math.max(0, block.length - 4));
    if (!isFirst) expectMark(part, 'OCHK', WHAT);
    while (part.left >= head) {
      const [type, length, messageFlags] = [part.u8(WHAT), part.u16(WHAT), part.u8(WHAT)];
      if (head === 6) part.advance(2, WHAT);
      add({ type, flags: messageFlags, body: part.take(length, WHAT) });
    }
  });
}

interface RawMessage {
  readonly type: number;
  readonly flags: number;
  readonly body: Uint8Array;
}

/** Reads a first block and all that continue it, in the order in which they are found. */
function readBlocks(
  file: Hdf5Bytes,
  first: Block,
  read: (block: Uint8Array, add: (message: RawMessage) => void, isFirst: boolean) => void,
): HeaderMessage[] {
  const blocks = [first];
  const messages: HeaderMessage[] = [];
  const add = ({ type, flags, body }: RawMessage): void => {
    const offset = body.byteOffset - file.bytes.byteOffset;
    file.count(WHAT, offset);
    if (type === MESSAGE.continuation) blocks.push(continuation(body, offset));
    else if (type !== 0 && flags & SHARED)
      throw unsafeHdf5(WHAT, offset, 'a message that lies in another object');
    else if (type !== 0) messages.push({ type, body, offset });
  };
  for (const [index, { start, size }] of blocks.entries())
    read(file.slice(start, size, WHAT), add, index === 0);
  return messages;
}

function continuation(body: Uint8Array, offset: number): Block {
  const cursor = new ByteCursor(body);
  const start = readAddress(cursor, WHAT);
  if (start === null) throw corruptHdf5(WHAT, offset, 'a continuation nowhere', 'an address');
  return { start, size: cursor.u64(WHAT) };
}
