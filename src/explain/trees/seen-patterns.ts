import { popcount, shapleyWeight } from '../../statistics/shapley.ts';

/** Patterns of the background at a leaf, each once, and the share of the rows that have it. */
export interface SeenPatterns {
  readonly patterns: Uint32Array;
  readonly shares: Float64Array;
}

/** Players up to which every pattern has a place of its own, and a leaf a table. */
export const TABLE_PLAYERS = 8;

/** Counts the patterns of rows at one leaf. */
export class PatternCounter {
  readonly #dense: Uint32Array | null;
  readonly #sparse = new Map<number, number>();

  constructor(players: number) {
    this.#dense = players <= TABLE_PLAYERS ? new Uint32Array(2 ** players) : null;
  }

  add(pattern: number): void {
    if (this.#dense === null) this.#sparse.set(pattern, (this.#sparse.get(pattern) ?? 0) + 1);
    else this.#dense[pattern]! += 1;
  }

  /** Of so many rows in all; patterns ascend. */
  seen(rows: number): SeenPatterns {
    const counts =
      this.#dense === null
        ? [...this.#sparse].sort(([a], [b]) => a - b)
        : [...this.#dense.entries()].filter(([, count]) => count > 0);
    return {
      patterns: Uint32Array.from(counts, ([pattern]) => pattern),
      shares: Float64Array.from(counts, ([, count]) => count / rows),
    };
  }
}

/** What a leaf of 1 gives each of `players` players, by the pattern of the row: `[2 ** players, players]`. */
export function leafTable({ patterns, shares }: SeenPatterns, players: number): Float64Array {
  const all = 2 ** players - 1;
  const table = new Float64Array((all + 1) * players);
  for (const [i, other] of patterns.entries()) {
    // The row has what the other lacks, and any of what the other has.
    const alone = all & ~other;
    const [a, most] = [popcount(alone), popcount(other)];
    const by = Array.from({ length: most + 1 }, (_, c) => shapleyWeight(a, c) * shares[i]!);
    const from = Array.from({ length: most + 1 }, (_, c) => shapleyWeight(c, a) * shares[i]!);
    for (let also = other; ; also = (also - 1) & other) {
      const missed = other & ~also;
      const c = popcount(missed);
      const row = (alone | also) * players;
      const [given, taken] = [by[c]!, from[c]!];
      for (let rest = alone; rest !== 0; rest &= rest - 1) table[row + lowest(rest)]! += given;
      for (let rest = missed; rest !== 0; rest &= rest - 1) table[row + lowest(rest)]! -= taken;
      if (also === 0) break;
    }
  }
  return table;
}

/** Number of the lowest bit. */
const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits);
