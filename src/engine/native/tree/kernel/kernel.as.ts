/**
 * Pure. The inner loops of batch scoring, in AssemblyScript: rows in groups of sixteen, side by side, through all
 * trees. `tools/checks/kernel-module.ts` compiles it; `image.ts` writes the memory it works in and makes every address,
 * so that nothing is checked here.
 *
 * A group of packed rows holds, column after column, sixteen float32. Every question is `x > threshold`, which is false
 * for NaN. The top of a tree is asked as a whole, without a branch: a word has a bit for each exit, left to right; each
 * question answered yes rules out the exits under its first child, and the lowest bit left is the row's exit
 * (QuickScorer: Lucchese et al., SIGIR 2015; its order of work is by tree here, so that the word stays in a register).
 * Exits of a tree asked whole are leaves; from the others rows walk on, eight in flight.
 */

/** Rows of a group, and bytes of one packed column of it. */
const GROUP: usize = 16;
const COLUMN: usize = 64;
/**
 * A column: offset in a row u32; how it is packed u32, as `questions.ts` says; the address u32 eight bytes before its
 * levels, for the search counts from one; bytes of half of them u32.
 */
const COLUMN_ENTRY: usize = 16;
const LEFT: u32 = 0;
const BOTH: u32 = 2;
const UNASKED: u32 = 3;
/** Categories by their casts: uint8 of which negative ones are missing, uint8, int32, whole numbers. */
const CATEGORY: u32 = 4;
const INT32: u32 = 6;
const WHOLE: u32 = 7;
/** Set where zeros are missing; the other bits say how the column is packed. */
const ZERO_MISSING: u32 = 8;
const KIND: u32 = 7;
const ZERO_BOUND: f32 = 1e-35;
/**
 * A tree: of the first word and of the second its numeric and its categorical questions, u32 each; exits u32; whether
 * it is walked on u32; leaf values u32; offset of its score u32.
 */
const TREE_ENTRY: usize = 32;
/**
 * A question: threshold f32, column offset u32, exits under the first child u32. A categorical one has a table u32 in
 * the place of the threshold: a bit for each category, set where it goes to the first child, and sixteen bytes of -1
 * where what is no category does.
 */
const QUESTION: usize = 12;
/**
 * A node: threshold f32, first child u32, column offset u32. A leaf is its own child, and its threshold a NaN that
 * bears its number.
 */
const NODE: u32 = 12;
const LEAF_NUMBER: u32 = 0x3fffff;
/** Two words a row, between asking and adding. */
const LOW: usize = 0;
const HIGH: usize = 64;

/**
 * Packs groups of float64 rows, `stride` bytes each, rounded to float32.
 * Returns 1 where a number is not finite, 2 more where one is infinite.
 */
export function packFloat32(
  rows: usize,
  stride: usize,
  groups: i32,
  columns: usize,
  last: usize,
  x: usize,
): i32 {
  const infinity = f32x4.splat(f32(Infinity));
  let odd = i32x4.splat(0);
  let infinite = i32x4.splat(0);
  for (; groups > 0; groups--, rows += GROUP * stride) {
    for (let entry = columns; entry < last; entry += COLUMN_ENTRY) {
      const packed = load<u32>(entry, 4);
      const packing = packed & KIND;
      let from = rows + <usize>load<u32>(entry);
      for (let row: usize = 0; row < COLUMN; row += 16, from += 4 * stride) {
        const four = floats(
          <f32>load<f64>(from),
          <f32>load<f64>(from + stride),
          <f32>load<f64>(from + 2 * stride),
          <f32>load<f64>(from + 3 * stride),
        );
        odd = v128.or(odd, f32x4.sub(four, four));
        infinite = v128.or(infinite, f32x4.eq(f32x4.abs(four), infinity));
        if (packing >= CATEGORY) {
          putCategory(x + (row >> 2), packing, <f64>f32x4.extract_lane(four, 0));
          putCategory(x + (row >> 2) + 1, packing, <f64>f32x4.extract_lane(four, 1));
          putCategory(x + (row >> 2) + 2, packing, <f64>f32x4.extract_lane(four, 2));
          putCategory(x + (row >> 2) + 3, packing, <f64>f32x4.extract_lane(four, 3));
        } else put(x + row, packing, four, known(four, packed));
      }
      x += packedBytes(packing);
    }
  }
  return i32(v128.any_true(odd)) | (i32(v128.any_true(infinite)) << 1);
}

/**
 * As `packFloat32`, but a number becomes the count of its column's levels below it; returns 1 for infinite numbers too.
 */
export function packRanks(
  rows: usize,
  stride: usize,
  groups: i32,
  columns: usize,
  last: usize,
  x: usize,
): i32 {
  let odd: i64 = 0;
  for (; groups > 0; groups--, rows += GROUP * stride) {
    for (let entry = columns; entry < last; entry += COLUMN_ENTRY) {
      const packed = load<u32>(entry, 4);
      const packing = packed & KIND;
      const levels = <usize>load<u32>(entry, 8);
      const half = <usize>load<u32>(entry, 12);
      let from = rows + <usize>load<u32>(entry);
      for (let row: usize = 0; row < COLUMN; row += 16, from += 4 * stride) {
        let a = load<f64>(from);
        let b = load<f64>(from + stride);
        let c = load<f64>(from + 2 * stride);
        let d = load<f64>(from + 3 * stride);
        odd |= reinterpret<i64>(a - a) | reinterpret<i64>(b - b);
        odd |= reinterpret<i64>(c - c) | reinterpret<i64>(d - d);
        if ((packed & ZERO_MISSING) !== 0) {
          a = nonZero(a);
          b = nonZero(b);
          c = nonZero(c);
          d = nonZero(d);
        }
        if (packing >= CATEGORY) {
          putCategory(x + (row >> 2), packing, a);
          putCategory(x + (row >> 2) + 1, packing, b);
          putCategory(x + (row >> 2) + 2, packing, c);
          putCategory(x + (row >> 2) + 3, packing, d);
          continue;
        }
        // Four binary searches side by side, counting in bytes of the table.
        let i: usize = 0;
        let j: usize = 0;
        let k: usize = 0;
        let l: usize = 0;
        for (let step = half; step >= 8; step >>= 1) {
          const middle = levels + step;
          i += a > load<f64>(middle + i) ? step : 0;
          j += b > load<f64>(middle + j) ? step : 0;
          k += c > load<f64>(middle + k) ? step : 0;
          l += d > load<f64>(middle + l) ? step : 0;
        }
        const ranks = f32x4.convert_i32x4_s(i32x4.shr_u(lanes(i, j, k, l), 3));
        const given = floats(<f32>a, <f32>b, <f32>c, <f32>d);
        put(x + row, packing, ranks, f32x4.eq(given, given));
      }
      x += packedBytes(packing);
    }
  }
  return i32(odd !== 0);
}

/** A number, NaN where it is as good as zero. */
function nonZero(value: f64): f64 {
  return abs(value) <= <f64>ZERO_BOUND ? NaN : value;
}

/** Which of four numbers are not missing. */
function known(four: v128, packed: u32): v128 {
  const numbers = f32x4.eq(four, four);
  if ((packed & ZERO_MISSING) === 0) return numbers;
  return v128.and(numbers, f32x4.gt(f32x4.abs(four), f32x4.splat(ZERO_BOUND)));
}

/** Stores four rows of a column; where they are not known, NaN, or +∞, or both in two columns. */
function put(x: usize, packing: u32, four: v128, known: v128): void {
  const left = v128.or(four, v128.not(known));
  const right = v128.bitselect(four, f32x4.splat(f32(Infinity)), known);
  if (packing === BOTH) {
    v128.store(x, left);
    v128.store(x, right, COLUMN);
  } else if (packing !== UNASKED) v128.store(x, packing === LEFT ? left : right);
}

/**
 * Stores a row's category as four bytes, sixteen apart: the byte of a table's 32 that has its bit, less nothing and
 * less sixteen, for tables are looked up by halves; the bit in it; -1 where it is missing, whose byte is beyond both
 * halves. So is that of what no table has a bit for, which is not missing: it is outside of every set.
 */
function putCategory(x: usize, packing: u32, value: f64): void {
  let byte: i32 = -1;
  let bit: i32 = 0;
  if (packing >= INT32) {
    const category = packing === WHOLE ? Math.floor(value) : Math.trunc(value);
    if (category >= 0 && category < 256) {
      byte = <i32>category >> 3;
      bit = 1 << (<i32>category & 7);
    } else if (value < 0 || value >= 0) bit = 1;
  } else if (value >= 0 || (value < 0 && packing !== CATEGORY)) {
    // What does not fit an int32 is cast to -2³¹, whose low eight bits are 0.
    const category = value > -2147483649.0 && value < 2147483648.0 ? <i32>value & 255 : 0;
    byte = category >> 3;
    bit = 1 << (category & 7);
  }
  store<u8>(x, byte);
  store<u8>(x, byte - 16, 16);
  store<u8>(x, bit, 32);
  store<u8>(x, bit === 0 ? -1 : 0, 48);
}

/** Bytes of what is packed of a column. */
function packedBytes(packing: u32): usize {
  if (packing === UNASKED) return 0;
  return packing === BOTH ? 2 * COLUMN : COLUMN;
}

function floats(a: f32, b: f32, c: f32, d: f32): v128 {
  const two = f32x4.replace_lane(f32x4.splat(a), 1, b);
  return f32x4.replace_lane(f32x4.replace_lane(two, 2, c), 3, d);
}

function lanes(a: usize, b: usize, c: usize, d: usize): v128 {
  const two = i32x4.replace_lane(i32x4.splat(<i32>a), 1, <i32>b);
  return i32x4.replace_lane(i32x4.replace_lane(two, 2, <i32>c), 3, <i32>d);
}

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
      if (load<u32>(tree, 20) !== 0) {
        const values = load<u32>(tree, 24);
        walk(LOW, x, values, width * cellBytes);
        walk(LOW + 32, x + 32, values, width * cellBytes);
      }
      if (cellBytes === 4) addSingle(scores + <usize>load<u32>(tree, 28), rowBytes, width);
      else add(scores + <usize>load<u32>(tree, 28), rowBytes, width);
    }
  }
}

/** Asks the top of a tree; leaves the exit of every row in LOW: the address of a leaf's values, or of a node. */
function findExits(tree: usize, x: usize): void {
  const high = <usize>load<u32>(tree, 8);
  const exits = <usize>load<u32>(tree, 16);
  ask(<usize>load<u32>(tree), <usize>load<u32>(tree, 4), high, x, LOW);
  if (high === exits) {
    for (let row: usize = 0; row < COLUMN; row += 4)
      store<u32>(LOW + row, load<u32>(exits + <usize>(ctz(load<u32>(LOW + row)) << 2)));
  } else {
    ask(high, <usize>load<u32>(tree, 12), exits, x, HIGH);
    for (let row: usize = 0; row < COLUMN; row += 4) {
      const both = <u64>load<u32>(LOW + row) | ((<u64>load<u32>(HIGH + row)) << 32);
      store<u32>(LOW + row, load<u32>(exits + ((<usize>ctz(both)) << 2)));
    }
  }
}

/** Asks one word's questions of sixteen rows, numeric and then categorical; writes the exits that none rules out. */
function ask(numeric: usize, categorical: usize, end: usize, x: usize, words: usize): void {
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  let c = i32x4.splat(0);
  let d = i32x4.splat(0);
  for (let question = numeric; question < categorical; question += QUESTION) {
    const threshold = v128.load32_splat(question);
    const column = x + <usize>load<u32>(question, 4);
    const under = v128.load32_splat(question, 8);
    a = v128.or(a, v128.and(under, f32x4.gt(v128.load(column), threshold)));
    b = v128.or(b, v128.and(under, f32x4.gt(v128.load(column, 16), threshold)));
    c = v128.or(c, v128.and(under, f32x4.gt(v128.load(column, 32), threshold)));
    d = v128.or(d, v128.and(under, f32x4.gt(v128.load(column, 48), threshold)));
  }
  for (let question = categorical; question < end; question += QUESTION) {
    const others = outside(<usize>load<u32>(question), x + <usize>load<u32>(question, 4));
    const under = v128.load32_splat(question, 8);
    const ab = i16x8.extend_low_i8x16_s(others);
    const cd = i16x8.extend_high_i8x16_s(others);
    a = v128.or(a, v128.and(under, i32x4.extend_low_i16x8_s(ab)));
    b = v128.or(b, v128.and(under, i32x4.extend_high_i16x8_s(ab)));
    c = v128.or(c, v128.and(under, i32x4.extend_low_i16x8_s(cd)));
    d = v128.or(d, v128.and(under, i32x4.extend_high_i16x8_s(cd)));
  }
  v128.store(words, v128.not(a));
  v128.store(words, v128.not(b), 16);
  v128.store(words, v128.not(c), 32);
  v128.store(words, v128.not(d), 48);
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
