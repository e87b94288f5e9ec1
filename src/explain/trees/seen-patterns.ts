/** Patterns of the background at a leaf, each once, and the share of the rows that have it. */
export interface SeenPatterns {
  readonly patterns: Uint32Array;
  readonly shares: Float64Array;
}

/** Counts patterns, one a row. */
export function seenPatterns(given: Uint32Array): SeenPatterns {
  const sorted = given.slice().sort();
  const patterns: number[] = [];
  const shares: number[] = [];
  for (const pattern of sorted) {
    if (pattern === patterns.at(-1)) shares[shares.length - 1]! += 1 / given.length;
    else {
      patterns.push(pattern);
      shares.push(1 / given.length);
    }
  }
  return { patterns: Uint32Array.from(patterns), shares: Float64Array.from(shares) };
}

/** (a - 1)! c! / (a + c)!, the weight of one of `a` players against `c`; 0 where there is none. */
export function weightOf(a: number, c: number): number {
  if (a === 0) return 0;
  // 1 / (a · C(a + c, a)).
  let ways = 1;
  for (let k = 1; k <= a; k++) ways = (ways * (c + k)) / k;
  return 1 / (a * ways);
}

/** What a leaf of 1 gives each of `players` players, by the pattern of the row: `[2 ** players, players]`. */
export function leafTable({ patterns, shares }: SeenPatterns, players: number): Float64Array {
  const all = 2 ** players - 1;
  const table = new Float64Array((all + 1) * players);
  for (const [i, other] of patterns.entries()) {
    const share = shares[i]!;
    // The row has what the other lacks, and any of what the other has.
    for (let also = other; ; also = (also - 1) & other) {
      const pattern = (all & ~other) | also;
      const [a, c] = [bits(pattern & ~other), bits(other & ~pattern)];
      const [given, taken] = [share * weightOf(a, c), share * weightOf(c, a)];
      for (let k = 0; k < players; k++) {
        if ((pattern >> k) & 1 && !((other >> k) & 1)) table[pattern * players + k]! += given;
        if ((other >> k) & 1 && !((pattern >> k) & 1)) table[pattern * players + k]! -= taken;
      }
      if (also === 0) break;
    }
  }
  return table;
}

function bits(given: number): number {
  let count = 0;
  for (let rest = given; rest !== 0; rest &= rest - 1) count++;
  return count;
}
