/**
 * Pure. Takes groups of packed rows through trees. Part of the kernel, in AssemblyScript.
 *
 * Every question is `x > threshold`, which is false for NaN. The top of a tree is asked as a whole, without a branch: a word
 * has a bit for each exit, left to right; each question answered yes rules out the exits under its first child, and the
 * lowest bit left is the row's exit (QuickScorer: Lucchese et al., SIGIR 2015; its order of work is by tree here, so that
 * the word stays in a register). Exits of a tree asked whole are leaves; from the others rows walk on, eight in flight.
 */
import { COLUMN, GROUP } from './layout.as';

/**
 * A tree: its pairs of words, u32 each the first and the one after the last; whether it is walked on u32; leaf values u32;
 * offset of its score u32.
 */
const TREE_ENTRY: usize = 20;
/**
 * Two words, of 64 exits: of the first and of the second the numeric questions, the categorical ones and the lookups, u32
 * each; the end of the last u32; exits u32. Only the last pair of a tree may have no questions in its second word.
 */
const PAIR_ENTRY: usize = 32;
const SECOND_WORD: usize = 12;
/**
 * A question: threshold f32, column offset u32, exits under the first child u32. A categorical one has a table u32 in
 * the place of the threshold: a bit for each category, set where it goes to the first child, and sixteen bytes of -1
 * where what is no category does. A lookup has a table u32 too, of words: the exits that all questions of its column
 * rule out for a category.
 */
const QUESTION: usize = 12;
/**
 * A node: threshold f32, first child u32, column offset u32. A leaf is its own child, and its threshold a NaN that
 * bears its number.
 */
const NODE: u32 = 12;
const LEAF_NUMBER: u32 = 0x3fffff;
/** Words a row, between asking and adding; the exits of rows in the place of the first one. */
const LOW: usize = 0;
const HIGH: usize = 64;
const EARLIER: usize = 128;

/**
 * Adds the trees from entry `first` to `last` to the scores of every group, in the order of the trees. A group of
 * packed rows takes `groupBytes`, a leaf `width` cells of `cellBytes`, float64 or float32, the scores of a row `rowBytes`.
 */
export function score(
  first: usize,
  last: usize,
  groups: i32,
  x: usize,
  groupBytes: usize,
  scores: usize,
  rowBytes: usize,
  width: u32,
  cellBytes: u32,
): void {
  for (; groups > 0; groups--, x += groupBytes, scores += GROUP * rowBytes) {
    for (let tree = first; tree < last; tree += TREE_ENTRY) {
      findExits(tree, x);
      if (load<u32>(tree, 8) !== 0) {
        const values = load<u32>(tree, 12);
        walk(LOW, x, values, width * cellBytes);
        walk(LOW + 32, x + 32, values, width * cellBytes);
      }
      if (cellBytes === 4) addSingle(scores + <usize>load<u32>(tree, 16), rowBytes, width);
      else add(scores + <usize>load<u32>(tree, 16), rowBytes, width);
    }
  }
}

/** Asks the top of a tree; leaves the exit of every row in LOW: the address of a leaf's values, or of a node. */
function findExits(tree: usize, x: usize): void {
  const first = <usize>load<u32>(tree);
  let pair = <usize>load<u32>(tree, 4) - PAIR_ENTRY;
  const exits = <usize>load<u32>(pair, 28);
  ask(pair, x, LOW);
  if (load<u32>(pair, SECOND_WORD) === load<u32>(pair, 24)) {
    for (let row: usize = 0; row < COLUMN; row += 4)
      store<u32>(LOW + row, load<u32>(exits + <usize>(ctz(load<u32>(LOW + row)) << 2)));
  } else {
    ask(pair + SECOND_WORD, x, HIGH);
    for (let row: usize = 0; row < COLUMN; row += 4)
      store<u32>(LOW + row, load<u32>(exits + ((<usize>ctz(bothWords(LOW + row, HIGH + row))) << 2)));
  }
  while (pair > first) {
    pair -= PAIR_ENTRY;
    findEarlier(pair, x);
  }
}

/** Puts the exits of a pair in the place of those found in later pairs, for rows that have one left in it. */
function findEarlier(pair: usize, x: usize): void {
  const exits = <usize>load<u32>(pair, 28);
  ask(pair, x, EARLIER);
  ask(pair + SECOND_WORD, x, HIGH);
  for (let row: usize = 0; row < COLUMN; row += 4) {
    const both = bothWords(EARLIER + row, HIGH + row);
    if (both !== 0) store<u32>(LOW + row, load<u32>(exits + ((<usize>ctz(both)) << 2)));
  }
}

function bothWords(low: usize, high: usize): u64 {
  return <u64>load<u32>(low) | ((<u64>load<u32>(high)) << 32);
}

/** Asks one word's questions of sixteen rows, numeric, categorical, by lookup; writes the exits that none rules out. */
function ask(runs: usize, x: usize, words: usize): void {
  const categorical = <usize>load<u32>(runs, 4);
  const lookups = <usize>load<u32>(runs, 8);
  const end = <usize>load<u32>(runs, 12);
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  let c = i32x4.splat(0);
  let d = i32x4.splat(0);
  for (let question = <usize>load<u32>(runs); question < categorical; question += QUESTION) {
    const threshold = v128.load32_splat(question);
    const column = x + <usize>load<u32>(question, 4);
    const under = v128.load32_splat(question, 8);
    a = v128.or(a, v128.and(under, f32x4.gt(v128.load(column), threshold)));
    b = v128.or(b, v128.and(under, f32x4.gt(v128.load(column, 16), threshold)));
    c = v128.or(c, v128.and(under, f32x4.gt(v128.load(column, 32), threshold)));
    d = v128.or(d, v128.and(under, f32x4.gt(v128.load(column, 48), threshold)));
  }
  for (let question = categorical; question < lookups; question += QUESTION) {
    const others = outside(<usize>load<u32>(question), x + <usize>load<u32>(question, 4));
    const under = v128.load32_splat(question, 8);
    const ab = i16x8.extend_low_i8x16_s(others);
    const cd = i16x8.extend_high_i8x16_s(others);
    a = v128.or(a, v128.and(under, i32x4.extend_low_i16x8_s(ab)));
    b = v128.or(b, v128.and(under, i32x4.extend_high_i16x8_s(ab)));
    c = v128.or(c, v128.and(under, i32x4.extend_low_i16x8_s(cd)));
    d = v128.or(d, v128.and(under, i32x4.extend_high_i16x8_s(cd)));
  }
  for (let question = lookups; question < end; question += QUESTION) {
    const table = <usize>load<u32>(question);
    const column = x + <usize>load<u32>(question, 4);
    a = v128.or(a, lookUp(table, column));
    b = v128.or(b, lookUp(table, column + 16));
    c = v128.or(c, lookUp(table, column + 32));
    d = v128.or(d, lookUp(table, column + 48));
  }
  v128.store(words, v128.not(a));
  v128.store(words, v128.not(b), 16);
  v128.store(words, v128.not(c), 32);
  v128.store(words, v128.not(d), 48);
}

/** The words of four rows in a table. */
function lookUp(table: usize, column: usize): v128 {
  let words = v128.load32_zero(table + <usize>load<u32>(column));
  words = v128.load32_lane(table + <usize>load<u32>(column, 4), words, 1);
  words = v128.load32_lane(table + <usize>load<u32>(column, 8), words, 2);
  return v128.load32_lane(table + <usize>load<u32>(column, 12), words, 3);
}

/** Which of sixteen categories go to the second child, a byte each. */
function outside(table: usize, column: usize): v128 {
  const low = i8x16.swizzle(v128.load(table), v128.load(column));
  const high = i8x16.swizzle(v128.load(table, 16), v128.load(column, 16));
  const inside = v128.and(v128.or(low, high), v128.load(column, 32));
  const none = v128.and(v128.load(table, 32), v128.load(column, 48));
  return i8x16.eq(v128.or(inside, none), i8x16.splat(0));
}

/** Walks eight rows on from their nodes to their leaves; replaces the nodes by the addresses of the leaves' values. */
function walk(places: usize, x: usize, values: u32, leafBytes: u32): void {
  let a = load<u32>(places);
  let b = load<u32>(places, 4);
  let c = load<u32>(places, 8);
  let d = load<u32>(places, 12);
  let e = load<u32>(places, 16);
  let f = load<u32>(places, 20);
  let g = load<u32>(places, 24);
  let h = load<u32>(places, 28);
  let moved: u32 = 1;
  while (moved !== 0) {
    const a1 = load<u32>(a, 4) + u32(load<f32>(x + load<u32>(a, 8)) > load<f32>(a)) * NODE;
    const b1 = load<u32>(b, 4) + u32(load<f32>(x + load<u32>(b, 8), 4) > load<f32>(b)) * NODE;
    const c1 = load<u32>(c, 4) + u32(load<f32>(x + load<u32>(c, 8), 8) > load<f32>(c)) * NODE;
    const d1 = load<u32>(d, 4) + u32(load<f32>(x + load<u32>(d, 8), 12) > load<f32>(d)) * NODE;
    const e1 = load<u32>(e, 4) + u32(load<f32>(x + load<u32>(e, 8), 16) > load<f32>(e)) * NODE;
    const f1 = load<u32>(f, 4) + u32(load<f32>(x + load<u32>(f, 8), 20) > load<f32>(f)) * NODE;
    const g1 = load<u32>(g, 4) + u32(load<f32>(x + load<u32>(g, 8), 24) > load<f32>(g)) * NODE;
    const h1 = load<u32>(h, 4) + u32(load<f32>(x + load<u32>(h, 8), 28) > load<f32>(h)) * NODE;
    moved = (a1 ^ a) | (b1 ^ b) | (c1 ^ c) | (d1 ^ d) | (e1 ^ e) | (f1 ^ f) | (g1 ^ g) | (h1 ^ h);
    a = a1;
    b = b1;
    c = c1;
    d = d1;
    e = e1;
    f = f1;
    g = g1;
    h = h1;
  }
  store<u32>(places, values + (load<u32>(a) & LEAF_NUMBER) * leafBytes);
  store<u32>(places, values + (load<u32>(b) & LEAF_NUMBER) * leafBytes, 4);
  store<u32>(places, values + (load<u32>(c) & LEAF_NUMBER) * leafBytes, 8);
  store<u32>(places, values + (load<u32>(d) & LEAF_NUMBER) * leafBytes, 12);
  store<u32>(places, values + (load<u32>(e) & LEAF_NUMBER) * leafBytes, 16);
  store<u32>(places, values + (load<u32>(f) & LEAF_NUMBER) * leafBytes, 20);
  store<u32>(places, values + (load<u32>(g) & LEAF_NUMBER) * leafBytes, 24);
  store<u32>(places, values + (load<u32>(h) & LEAF_NUMBER) * leafBytes, 28);
}

/** Adds the leaf values whose addresses are in LOW to the scores of sixteen rows. */
function add(scores: usize, rowBytes: usize, width: u32): void {
  if (width === 1) {
    for (let row: usize = 0; row < COLUMN; row += 4, scores += rowBytes)
      store<f64>(scores, load<f64>(scores) + load<f64>(load<u32>(LOW + row)));
  } else if (width === 2) {
    for (let row: usize = 0; row < COLUMN; row += 4, scores += rowBytes)
      v128.store(scores, f64x2.add(v128.load(scores), v128.load(load<u32>(LOW + row))));
  } else {
    for (let row: usize = 0; row < COLUMN; row += 4, scores += rowBytes) {
      const leaf = <usize>load<u32>(LOW + row);
      const even = (<usize>(width >> 1)) << 4;
      for (let at: usize = 0; at < even; at += 16)
        v128.store(scores + at, f64x2.add(v128.load(scores + at), v128.load(leaf + at)));
      if ((width & 1) !== 0) store<f64>(scores + even, load<f64>(scores + even) + load<f64>(leaf + even));
    }
  }
}

/** As `add`, of float32. */
function addSingle(scores: usize, rowBytes: usize, width: u32): void {
  if (width === 1) {
    for (let row: usize = 0; row < COLUMN; row += 4, scores += rowBytes)
      store<f32>(scores, load<f32>(scores) + load<f32>(load<u32>(LOW + row)));
  } else {
    for (let row: usize = 0; row < COLUMN; row += 4, scores += rowBytes) {
      const leaf = <usize>load<u32>(LOW + row);
      const bytes = (<usize>width) << 2;
      for (let at: usize = 0; at < bytes; at += 4)
        store<f32>(scores + at, load<f32>(scores + at) + load<f32>(leaf + at));
    }
  }
}
