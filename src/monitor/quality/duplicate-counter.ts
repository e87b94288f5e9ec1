/**
 * How many rows are exact repetitions of one before, in bounded memory: of all hashes only those are kept that end in so
 * many zero bits, with how often each came; one more bit whenever there is no room (Gibbons, "Distinct sampling", VLDB 2001). Pure.
 */
import type { ProfiledColumns } from '../reference/bin-counter.ts';
import { hashRows, type RowHashes } from './row-hash.ts';

/** Hashes that are kept. */
const KEPT_MAX = 4096;

export interface DuplicateCounterState {
  /** Bits that must be zero. */
  readonly bits: number;
  /** Hash, as 16 hex digits, and how often it came. */
  readonly seen: readonly (readonly [string, number])[];
}

export class DuplicateCounter {
  #bits: number;
  readonly #seen: Map<string, number>;

  constructor(state: DuplicateCounterState = { bits: 0, seen: [] }) {
    this.#bits = state.bits;
    this.#seen = new Map(state.seen);
  }

  add({ high, low }: RowHashes, from = 0, to = low.length): void {
    for (let i = from; i < to; i++) {
      const [upper, lower] = [high[i]!, low[i]!];
      if ((lower & this.#mask) === 0) this.#count(hex(upper) + hex(lower), 1);
    }
  }

  merge({ bits, seen }: DuplicateCounterState): void {
    if (bits > this.#bits) {
      this.#bits = bits;
      this.#thin();
    }
    for (const [hash, count] of seen) if ((lowOf(hash) & this.#mask) === 0) this.#count(hash, count);
  }

  /** Share of rows that repeat one before, of those that are kept; 0 where there are none. */
  get share(): number {
    let rows = 0;
    for (const count of this.#seen.values()) rows += count;
    return rows === 0 ? 0 : (rows - this.#seen.size) / rows;
  }

  /** Rows that `share` is of. */
  get rows(): number {
    let rows = 0;
    for (const count of this.#seen.values()) rows += count;
    return rows;
  }

  state(): DuplicateCounterState {
    return { bits: this.#bits, seen: [...this.#seen] };
  }

  get #mask(): number {
    return this.#bits === 0 ? 0 : 2 ** this.#bits - 1;
  }

  #count(hash: string, count: number): void {
    this.#seen.set(hash, (this.#seen.get(hash) ?? 0) + count);
    while (this.#seen.size > KEPT_MAX && this.#bits < 31) {
      this.#bits++;
      this.#thin();
    }
  }

  #thin(): void {
    for (const hash of this.#seen.keys()) if ((lowOf(hash) & this.#mask) !== 0) this.#seen.delete(hash);
  }
}

/** Rows among which repetitions are looked for, at most as many as the reference has: more rows repeat more. */
export const DUPLICATE_WINDOW_ROWS = 100_000;

/** Share of the first rows that repeat one before. */
export function duplicateShare(rows: number, columns: ProfiledColumns): number {
  const repeats = new DuplicateCounter();
  repeats.add(hashRows(Math.min(rows, DUPLICATE_WINDOW_ROWS), columns));
  return repeats.share;
}

const hex = (word: number): string => word.toString(16).padStart(8, '0');
const lowOf = (hash: string): number => Number.parseInt(hash.slice(8), 16);
