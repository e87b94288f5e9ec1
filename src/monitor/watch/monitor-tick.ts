/**
 * A tick: what came within a slot of time, as counts. Packed for the store, a few bytes for each bin that is not empty.
 * Layout: format (1 byte), profile (float64), then as LEB128: requests, rows seen, dropped, rows, three lists of arrays, the
 * length of the rest; an array is its length, how many bins are not empty, and for each of them the gap to the one before and
 * its count. The rest is what quality keeps, as JSON. Pure.
 */
import { ByteCursor } from '../../bytes/cursor.ts';
import { PlimsollError } from '../../core/errors.ts';
import { addTickCounts } from '../reference/bin-counter.ts';
import type { TickCounts } from '../reference/reference-profile.ts';
import { addQuality, type QualityTick } from './quality-tick.ts';

export interface MonitorTick {
  /** When the profile was made whose bins these are, in milliseconds since the epoch; 0: there was none, and no counts. */
  readonly profile: number;
  /** Requests and rows that were answered, captured or not. */
  readonly requests: number;
  readonly rowsSeen: number;
  /** Rows that were to be captured and were not. */
  readonly dropped: number;
  readonly counts: TickCounts;
  /** What the quality of these rows was; null where there was no profile. */
  readonly quality: QualityTick | null;
}

/** The sum of two of the same profile. */
export const addTicks = (a: MonitorTick, b: MonitorTick): MonitorTick => ({
  profile: a.profile,
  requests: a.requests + b.requests,
  rowsSeen: a.rowsSeen + b.rowsSeen,
  dropped: a.dropped + b.dropped,
  counts: addTickCounts(a.counts, b.counts),
  quality:
    a.quality === null || b.quality === null ? (a.quality ?? b.quality) : addQuality(a.quality, b.quality),
});

const FORMAT = 1;
/** More arrays, or bins of one, are no tick of ours. */
const ARRAYS_MAX = 1_000_000;
const BINS_MAX = 1_000_000;

export function packTick({ profile, requests, rowsSeen, dropped, counts, quality }: MonitorTick): Uint8Array {
  const out = new Writer();
  out.byte(FORMAT);
  out.float(profile);
  for (const count of [requests, rowsSeen, dropped, counts.rows]) out.count(count);
  for (const arrays of [counts.features, counts.outputs, counts.joint]) {
    out.count(arrays.length);
    for (const array of arrays) writeArray(out, array);
  }
  const rest = quality === null ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(quality));
  out.count(rest.length);
  out.bytes(rest);
  return out.finish();
}

function writeArray(out: Writer, array: Float64Array): void {
  let filled = 0;
  for (const count of array) if (count !== 0) filled++;
  out.count(array.length);
  out.count(filled);
  let last = -1;
  array.forEach((count, bin) => {
    if (count === 0) return;
    out.count(bin - last - 1);
    out.count(count);
    last = bin;
  });
}

/** Throws READ_CORRUPT, READ_LIMIT or READ_TRUNCATED where these bytes are no packed tick. */
export function unpackTick(bytes: Uint8Array): MonitorTick {
  const cursor = new ByteCursor(bytes);
  const format = cursor.u8('a tick');
  if (format !== FORMAT) throw corrupt(0, `format ${format}`, `format ${FORMAT}`);
  const profile = readFloat(cursor);
  const [requests, rowsSeen, dropped, rows] = [0, 0, 0, 0].map(() => readCount(cursor)) as Four;
  const [features, outputs, joint] = [0, 0, 0].map(() => readArrays(cursor)) as Three;
  const rest = cursor.take(readCount(cursor), 'the quality of a tick');
  const quality = rest.length === 0 ? null : (JSON.parse(new TextDecoder().decode(rest)) as QualityTick);
  return { profile, requests, rowsSeen, dropped, counts: { rows, features, outputs, joint }, quality };
}

type Four = [number, number, number, number];
type Three = [Float64Array[], Float64Array[], Float64Array[]];

function readArrays(cursor: ByteCursor): Float64Array[] {
  const length = atMost(ARRAYS_MAX, readCount(cursor), cursor, 'arrays');
  // Every array takes two bytes at least: a length that lies is found before anything is made.
  if (length * 2 > cursor.left)
    throw corrupt(cursor.offset, `${length} arrays`, `at most ${cursor.left / 2}`);
  return Array.from({ length }, () => readArray(cursor));
}

function readArray(cursor: ByteCursor): Float64Array {
  const array = new Float64Array(atMost(BINS_MAX, readCount(cursor), cursor, 'bins'));
  let bin = -1;
  for (let filled = readCount(cursor); filled > 0; filled--) {
    bin += readCount(cursor) + 1;
    if (bin >= array.length) throw corrupt(cursor.offset, `bin ${bin}`, `less than ${array.length}`);
    array[bin] = readCount(cursor);
  }
  return array;
}

function atMost(limit: number, found: number, cursor: ByteCursor, name: string): number {
  if (found <= limit) return found;
  throw new PlimsollError('READ_LIMIT', { what: 'a tick', offset: cursor.offset, found, limit, name });
}

function readCount(cursor: ByteCursor): number {
  let value = 0;
  for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
    const byte = cursor.u8('a tick');
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
  throw corrupt(cursor.offset, 'a count beyond 2^53', 'a smaller one');
}

const readFloat = (cursor: ByteCursor): number => cursor.f64be('a tick');

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: 'a tick', offset, found, wanted });

/** Bytes that grow. */
class Writer {
  #bytes = new Uint8Array(1024);
  #used = 0;

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#used++] = value;
  }

  float(value: number): void {
    this.#room(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#used, value);
    this.#used += 8;
  }

  /** A whole number from 0 to 2^53. */
  count(value: number): void {
    let left = Math.max(0, Math.round(value));
    while (left > 127) {
      this.byte((left % 128) | 128);
      left = Math.floor(left / 128);
    }
    this.byte(left);
  }

  bytes(values: Uint8Array): void {
    this.#room(values.length);
    this.#bytes.set(values, this.#used);
    this.#used += values.length;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#used);
  }

  #room(more: number): void {
    if (this.#used + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#used + more));
    grown.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = grown;
  }
}
