/** A hash of 64 bits of each row, a column at a time. Equal rows have equal hashes, in every process. Pure. */
import type { ProfiledColumns } from '../reference/bin-counter.ts';
import type { ValueColumn } from '../reference/reference-profile.ts';

export interface RowHashes {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/** Words that stand for what has no bits of its own. */
const NULL = 0x9e3779b9;
const NAN = 0x7f4a7c15;

export function hashRows(rows: number, columns: ProfiledColumns): RowHashes {
  const high = new Uint32Array(rows).fill(0x243f6a88);
  const low = new Uint32Array(rows).fill(0x85a308d3);
  const texts = new Map<string, number>();
  for (const column of columns) {
    if (column === null) continue;
    if (column.kind === 'number') mixNumbers(column, rows, high, low);
    else
      for (let i = 0; i < rows; i++) {
        const text = column.values[i] ?? null;
        mix(high, low, i, text === null ? NULL : textWord(text, texts), text?.length ?? 0);
      }
  }
  for (let i = 0; i < rows; i++) {
    high[i] = finish(high[i]! ^ low[i]!);
    low[i] = finish(low[i]! + high[i]!);
  }
  return { high, low };
}

function mixNumbers(
  { values, nulls }: Extract<ValueColumn, { kind: 'number' }>,
  rows: number,
  high: Uint32Array,
  low: Uint32Array,
): void {
  const aligned = values.byteOffset % 4 === 0 ? values : values.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, rows * 2);
  for (let i = 0; i < rows; i++) {
    const x = values[i]!;
    if (nulls?.[i] === 1) mix(high, low, i, NULL, 0);
    else if (x === 0) mix(high, low, i, 0, 0);
    else if (Number.isNaN(x)) mix(high, low, i, NAN, 0);
    else mix(high, low, i, words[2 * i]!, words[2 * i + 1]!);
  }
}

/** Two multiplications a word (the constants are those of MurmurHash3, Austin Appleby, public domain). */
function mix(high: Uint32Array, low: Uint32Array, i: number, a: number, b: number): void {
  const h = Math.imul(high[i]! ^ a, 0xcc9e2d51);
  const l = Math.imul(low[i]! ^ b ^ (h >>> 15), 0x1b873593);
  high[i] = h ^ (l >>> 13);
  low[i] = l + h;
}

function finish(word: number): number {
  let x = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

const TEXTS_MAX = 10_000;

function textWord(text: string, known: Map<string, number>): number {
  const found = known.get(text);
  if (found !== undefined) return found;
  let word = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) word = Math.imul(word ^ text.charCodeAt(i), 0x01000193);
  if (known.size < TEXTS_MAX) known.set(text, word >>> 0);
  return word >>> 0;
}
