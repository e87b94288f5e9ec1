import { crc32c } from '../../bytes/crc32.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { GraphBudget } from './graph-budget.ts';

/** What is read here, for messages. */
const WHAT = 'the index of a TensorBundle';
const FOOTER = 48;
/** The last eight bytes of a table, little-endian (tensorflow/tsl/lib/io/format.h). */
const MAGIC = 0xdb4775248b80fb57n;
/** Type and masked CRC after every block. */
const TRAILER = 5;
const RAW = 0;

interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

/**
 * Entries of a sorted table, key by key: the format of LevelDB's tables, in which TensorFlow keeps the index of a checkpoint
 * (https://github.com/google/leveldb/blob/main/doc/table_format.md).
 * Errors: READ_CORRUPT, READ_TRUNCATED, READ_LIMIT.
 */
export function readSortedTable(bytes: Uint8Array, budget: GraphBudget): Map<string, Uint8Array> {
  if (bytes.length < FOOTER) throw corrupt(0, `${bytes.length} bytes`, `a footer of ${FOOTER}`);
  const end = bytes.length - FOOTER;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = view.getBigUint64(bytes.length - 8, true);
  if (magic !== MAGIC)
    throw corrupt(bytes.length - 8, `${magic.toString(16)}`, `the magic number ${MAGIC.toString(16)}`);
  const footer = new TableCursor(bytes, end, bytes.length - 8);
  footer.handle();
  const entries = new Map<string, Uint8Array>();
  const index = blockAt(bytes, footer.handle(), end);
  for (const handle of entriesOf(index, budget)) {
    const data = blockAt(bytes, new TableCursor(handle.value, 0, handle.value.length).handle(), end);
    for (const { key, value } of entriesOf(data, budget)) entries.set(key, value);
  }
  return entries;
}

function blockAt(bytes: Uint8Array, { offset, size }: BlockHandle, end: number): Uint8Array {
  if (offset + size + TRAILER > end)
    throw corrupt(offset, `a block of ${size} bytes`, `one that ends before byte ${end}`);
  const kind = bytes[offset + size];
  if (kind !== RAW) throw corrupt(offset + size, `compression ${kind}`, 'a block that is not compressed');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stated = unmasked(view.getUint32(offset + size + 1, true));
  if (crc32c(bytes.subarray(offset, offset + size + 1)) !== stated)
    throw corrupt(offset, 'bytes that do not have their CRC', 'the block as it was written');
  return bytes.subarray(offset, offset + size);
}

/** TensorFlow stores checksums turned and shifted, since they may lie in what is summed again (tsl/lib/hash/crc32c.h). */
export const unmasked = (masked: number): number => {
  const turned = (masked - 0xa282ead8) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
};

/** Entries of a block: each key repeats the beginning of the one before. */
function* entriesOf(block: Uint8Array, budget: GraphBudget): Generator<{ key: string; value: Uint8Array }> {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  if (block.length < 4) throw corrupt(0, `a block of ${block.length} bytes`, 'a count of restarts');
  const restarts = view.getUint32(block.length - 4, true);
  const end = block.length - 4 - 4 * restarts;
  if (end < 0) throw corrupt(0, `${restarts} restarts`, 'as many as fit the block');
  const cursor = new TableCursor(block, 0, end);
  let key = new Uint8Array(0);
  while (cursor.left > 0) {
    const shared = cursor.varint();
    const suffix = cursor.varint();
    const length = cursor.varint();
    if (shared > key.length) throw corrupt(cursor.at, `${shared} shared bytes`, `at most ${key.length}`);
    budget.bytes(128 + shared + suffix, 'keys of the index', cursor.at);
    const rest = cursor.take(suffix);
    const next = new Uint8Array(shared + suffix);
    next.set(key.subarray(0, shared));
    next.set(rest, shared);
    key = next;
    yield { key: keyOf(key), value: cursor.take(length) };
  }
}

const keyText = new TextDecoder('utf-8');

/** Keys of parts of tensors begin with 0 and are no texts: they have one character a byte. */
const keyOf = (key: Uint8Array): string =>
  key[0] === 0 ? Buffer.from(key).toString('latin1') : keyText.decode(key);

class TableCursor {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  get left(): number {
    return this.#end - this.at;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 7; i += 1) {
      const [byte = 0] = this.take(1);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw corrupt(this.at, 'a number of more than seven bytes', 'a position in this file');
  }

  handle(): BlockHandle {
    return { offset: this.varint(), size: this.varint() };
  }

  take(length: number): Uint8Array {
    const start = this.at;
    if (length > this.left) {
      const found = this.left;
      throw new PlimsollError('READ_TRUNCATED', { what: WHAT, offset: start, found, wanted: length });
    }
    this.at += length;
    return this.#bytes.subarray(start, start + length);
  }
}

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });
