/**
 * The keys of a chunk as 64-bit hashes with their rows, ordered by the first byte of the hash, so that all chunks can be
 * searched a share of the hashes at a time: header, 257 bounds, hashes, rows; little-endian.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt, lastOf } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { writing } from '../../disk/durable.ts';
import { vectorItems } from '../../duckdb/vector-items.ts';
import type { KeyHashes } from './key-table.ts';

export const SHARES = 256;
/** Magic, and the hash of a known text: DuckDB's hashes may be others in another version. */
const HEADER = 16;
const MAGIC = 0x3153_5945_4b4d_4c50n;
const KNOWN = "'plimsoll'";
const BOUNDS = (SHARES + 1) * 4;
const HASH_BYTES = 8;
const ROW_BYTES = 4;
const TEMPORARY = '.tmp';

/** Where the file of a chunk's keys is. */
export const keyFileName = (chunk: number): string => `keys-${String(chunk).padStart(8, '0')}`;

/**
 * Keeps the keys of a chunk. `select` gives two columns: `key`, of any type, and `row`, the row of the chunk from 0,
 * ascending. Rows without a key are left out. Throws DISK_FULL.
 */
export async function keepKeys(db: DuckDBConnection, select: string, path: string): Promise<void> {
  const { hashes, rows } = await read(db, select);
  const bytes = encode(hashes, rows, await probe(db));
  await writing(path + TEMPORARY, bytes.length, () => writeFile(path + TEMPORARY, bytes));
  await rename(path + TEMPORARY, path);
}

/** Whether the keys of a chunk are there, hashed as this DuckDB hashes. */
export async function areKeysKept(db: DuckDBConnection, path: string): Promise<boolean> {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < HEADER + BOUNDS) return false;
  const head = new Uint32Array((HEADER + BOUNDS) / 4);
  reading(path, (file) => fill(file, path, head, 0));
  const [magic, known] = new BigUint64Array(head.buffer, 0, 2);
  const count = lastOf(head);
  const whole = size === HEADER + BOUNDS + count * (HASH_BYTES + ROW_BYTES);
  return whole && magic === MAGIC && known === (await probe(db));
}

async function probe(db: DuckDBConnection): Promise<bigint> {
  const reader = await db.runAndReadAll(`SELECT hash(${KNOWN}) AS hash`);
  const [hash] = elementAt(reader.getRows(), 0);
  if (typeof hash === 'bigint') return hash;
  throw new TypeError(`DuckDB's hash of ${KNOWN} is ${String(hash)}, wanted 64 bits`);
}

async function read(
  db: DuckDBConnection,
  select: string,
): Promise<{ hashes: Uint32Array[]; rows: Uint32Array[] }> {
  const query = `SELECT hash(key::VARCHAR), row::UINTEGER FROM (${select}) WHERE key IS NOT NULL`;
  const result = await db.stream(query);
  const [hashes, rows]: [Uint32Array[], Uint32Array[]] = [[], []];
  for (
    let block = await result.fetchChunk();
    block !== null && block.rowCount > 0;
    block = await result.fetchChunk()
  ) {
    const count = block.rowCount;
    const items = vectorItems(block.getColumnVector(0), BigUint64Array);
    hashes.push(new Uint32Array(items.buffer, items.byteOffset, count * 2).slice());
    rows.push(vectorItems(block.getColumnVector(1), Uint32Array).slice(0, count));
  }
  return { hashes, rows };
}

/** Counting sort by the first byte; within a share the rows stay in order. */
function encode(hashes: readonly Uint32Array[], rows: readonly Uint32Array[], known: bigint): Buffer {
  const bounds = new Uint32Array(SHARES + 1);
  for (const block of hashes) for (let i = 1; i < block.length; i += 2) bounds[(block[i]! >>> 24) + 1]! += 1;
  for (let share = 0; share < SHARES; share += 1) bounds[share + 1]! += bounds[share]!;
  const count = elementAt(bounds, SHARES);
  const file = Buffer.alloc(HEADER + BOUNDS + count * (HASH_BYTES + ROW_BYTES));
  file.writeBigUInt64LE(MAGIC, 0);
  file.writeBigUInt64LE(known, 8);
  Buffer.from(bounds.buffer).copy(file, HEADER);
  const sortedHashes = new Uint32Array(file.buffer, file.byteOffset + HEADER + BOUNDS, count * 2);
  const sortedRows = new Uint32Array(
    file.buffer,
    file.byteOffset + HEADER + BOUNDS + count * HASH_BYTES,
    count,
  );
  const next = bounds.slice();
  hashes.forEach((block, b) => {
    const ownRows = elementAt(rows, b);
    for (let i = 0; i < block.length; i += 2) {
      const at = next[block[i + 1]! >>> 24]!++;
      sortedHashes[at * 2] = block[i]!;
      sortedHashes[at * 2 + 1] = block[i + 1]!;
      sortedRows[at] = ownRows[i >> 1]!;
    }
  });
  return file;
}

/** Where the shares of a file begin, and after the last its number of hashes. */
export function boundsOf(path: string): Uint32Array {
  const bounds = new Uint32Array(SHARES + 1);
  reading(path, (file) => fill(file, path, bounds, HEADER));
  return bounds;
}

/** Entries of several chunks, each with its row; those of a chunk follow one another. */
export class KeyEntries implements KeyHashes {
  readonly halves: Uint32Array;
  readonly rows: Uint32Array;
  count = 0;

  constructor(size: number) {
    this.halves = new Uint32Array(size * 2);
    this.rows = new Uint32Array(size);
  }

  /**
   * Adds shares `[from, to)` of a file, at once: of many chunks these are many small pieces, which take less than to wait for
   * them. Throws INTERNAL where it is no longer as long as it was.
   */
  add(path: string, bounds: Uint32Array, from: number, to: number): void {
    const all = elementAt(bounds, SHARES);
    const [begin, end] = [elementAt(bounds, from), elementAt(bounds, to)];
    const [at, next] = [this.count, this.count + end - begin];
    const hashesAt = HEADER + BOUNDS;
    const rowsAt = hashesAt + all * HASH_BYTES;
    reading(path, (file) => {
      fill(file, path, this.halves.subarray(at * 2, next * 2), hashesAt + begin * HASH_BYTES);
      fill(file, path, this.rows.subarray(at, next), rowsAt + begin * ROW_BYTES);
    });
    this.count = next;
  }
}

function reading(path: string, work: (file: number) => void): void {
  const file = openSync(path, 'r');
  try {
    work(file);
  } finally {
    closeSync(file);
  }
}

function fill(file: number, path: string, target: Uint32Array, at: number): void {
  if (readSync(file, target, 0, target.byteLength, at) === target.byteLength) return;
  throw new PlimsollError('INTERNAL', {
    action: 'searching for duplicate keys',
    reason: `${path} is cut short`,
  });
}
