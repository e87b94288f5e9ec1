/**
 * Pure. Interventional Shapley values of trees for one row. Part of the kernel, in AssemblyScript; `background-image.ts` writes the
 * memory it works in.
 *
 * The pattern of a row at a leaf has a bit for each player of the leaf's path, set where the row passes all questions of that player. With
 * o the pattern of the row and b that of a row of the background, a leaf counts where every player has one of them: a players are
 * met by the row alone, c by the other alone. A leaf v gives each of the first v (a - 1)! c! / (a + c)!, and takes v a! (c - 1)! / (a + c)!
 * from each of the second. What that comes to over the background stands in a table by o, or is summed over the background's patterns.
 */

/** A tree: nodes from and to, leaves from and to, scores of a leaf, its place among the values; u32 each. */
/**
 * A node that asks, parents first: threshold f64, column, flags, bit of its player, patterns of itself, of its left and of its right child;
 * u32 each.
 */
const NODE: usize = 32;
const LESS: u32 = 1;
const MISSING_LEFT: u32 = 2;
/** The player was not asked above. */
const FIRST: u32 = 4;
/**
 * A leaf: its pattern, players, places of the players among the values, values, table, patterns of the background from and to (0 and 0 where
 * there is a table); u32 each.
 */
const LEAF: usize = 28;
/** A pattern of the background and its share: u32, padding, f64. */
const SEEN: usize = 16;
/** Weights by a and c: the rows of one a. */
const WEIGHT_ROW: usize = 264;

/** Leaves the patterns of a row at the children of the nodes of a tree. */
export function findPatterns(tree: usize, x: usize): void {
  const to = <usize>load<u32>(tree, 4);
  for (let node = <usize>load<u32>(tree); node < to; node += NODE) {
    const flags = load<u32>(node, 12);
    const bit = load<u32>(node, 16);
    const pattern = load<u32>(<usize>load<u32>(node, 20)) | (flags & FIRST ? bit : 0);
    const value = load<f64>(x + <usize>load<u32>(node, 8));
    const threshold = load<f64>(node);
    const left = asked(value, threshold, flags);
    store<u32>(<usize>load<u32>(node, 24), left ? pattern : pattern & ~bit);
    store<u32>(<usize>load<u32>(node, 28), left ? pattern & ~bit : pattern);
  }
}

/** Whether a number goes left; one that is missing compares as false. */
function asked(value: f64, threshold: f64, flags: u32): bool {
  if (flags & MISSING_LEFT) return !(flags & LESS ? value >= threshold : value > threshold);
  return flags & LESS ? value < threshold : value <= threshold;
}

/** Adds the values of a tree to those of `rows` rows of so many bytes; those of a score take `stride` bytes. */
export function explainAgainst(
  tree: usize,
  rows: u32,
  x: usize,
  rowBytes: usize,
  values: usize,
  valueBytes: usize,
  stride: usize,
  weights: usize,
): void {
  for (; rows > 0; rows--, x += rowBytes, values += valueBytes) {
    findPatterns(tree, x);
    addLeaves(tree, values, stride, weights);
  }
}

function addLeaves(tree: usize, values: usize, stride: usize, weights: usize): void {
  const to = <usize>load<u32>(tree, 12);
  const scores = load<u32>(tree, 16);
  const first = values + <usize>load<u32>(tree, 20);
  for (let leaf = <usize>load<u32>(tree, 8); leaf < to; leaf += LEAF) {
    const pattern = load<u32>(<usize>load<u32>(leaf));
    const players = load<u32>(leaf, 4);
    const seen = <usize>load<u32>(leaf, 20);
    if (seen === 0) {
      const row = <usize>load<u32>(leaf, 16) + ((<usize>(pattern * players)) << 3);
      add(leaf, players, row, first, scores, stride);
    } else {
      compare(leaf, players, pattern, seen, <usize>load<u32>(leaf, 24), weights, first, scores, stride);
    }
  }
}

/** Adds a row of a table, times the values of the leaf. */
function add(leaf: usize, players: u32, row: usize, values: usize, scores: u32, stride: usize): void {
  const places = <usize>load<u32>(leaf, 8);
  let value = <usize>load<u32>(leaf, 12);
  for (let score: u32 = 0; score < scores; score++, values += stride, value += 8) {
    const v = load<f64>(value);
    for (let i: u32 = 0; i < players; i++) {
      const at = values + <usize>load<u32>(places + ((<usize>i) << 2));
      store<f64>(at, load<f64>(at) + v * load<f64>(row + ((<usize>i) << 3)));
    }
  }
}

/** Sums what a leaf gives each of its players over the patterns of the background, from address 0 on, and adds it. */
function compare(
  leaf: usize,
  players: u32,
  pattern: u32,
  seen: usize,
  end: usize,
  weights: usize,
  values: usize,
  scores: u32,
  stride: usize,
): void {
  const all: u32 = players === 32 ? 0xffffffff : (1 << players) - 1;
  let some = false;
  for (; seen < end; seen += SEEN) {
    const other = load<u32>(seen);
    if ((pattern | other) !== all) continue;
    if (!some) memory.fill(0, 0, (<usize>players) << 3);
    some = true;
    const alone = pattern & ~other;
    const missed = other & ~pattern;
    const a = popcnt(alone);
    const c = popcnt(missed);
    const share = load<f64>(seen, 8);
    const weight = weights + <usize>a * WEIGHT_ROW + ((<usize>c) << 3);
    // a! (c - 1)! / (a + c)! is what (a - 1)! c! / (a + c)! is with a and c the other way round.
    give(alone, share * load<f64>(weight));
    give(missed, -share * load<f64>(weights + <usize>c * WEIGHT_ROW + ((<usize>a) << 3)));
  }
  if (some) add(leaf, players, 0, values, scores, stride);
}

/** Adds to each of some players. */
function give(players: u32, amount: f64): void {
  for (; players !== 0; players &= players - 1) {
    const at = (<usize>ctz(players)) << 3;
    store<f64>(at, load<f64>(at) + amount);
  }
}
