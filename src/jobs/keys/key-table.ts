/** Finds 64-bit hashes that occur more than once, in one pass over as many as fit into memory. Pure. */

/** Hashes in the order in which their rows come: the lower and the upper 32 bits of each, one after the other. */
export interface KeyHashes {
  readonly halves: Uint32Array;
  readonly count: number;
}

const EMPTY = -1;
/** Knuth's multiplicative hash, 2^32 divided by the golden ratio (The Art of Computer Programming 3, 6.4). */
const GOLDEN = 0x9e3779b1;

/**
 * Tells `take` each entry whose hash an earlier one has, with the first one of that hash, in order. Open addressing with
 * linear probing, at most half full.
 */
export function repeated({ halves, count }: KeyHashes, take: (entry: number, first: number) => void): void {
  const bits = Math.max(4, 33 - Math.clz32(count));
  const slots = new Int32Array(2 ** bits).fill(EMPTY);
  const mask = slots.length - 1;
  for (let i = 0; i < count; i += 1) {
    const low = halves[2 * i]!;
    const high = halves[2 * i + 1]!;
    let at = Math.imul(low, GOLDEN) >>> (32 - bits);
    let first = slots[at]!;
    while (first !== EMPTY && (halves[2 * first] !== low || halves[2 * first + 1] !== high)) {
      at = (at + 1) & mask;
      first = slots[at]!;
    }
    if (first === EMPTY) slots[at] = i;
    else take(i, first);
  }
}
