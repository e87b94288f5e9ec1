/**
 * Pure. Packs groups of sixteen rows, column after column, each column as its questions want it. Part of the kernel, in
 * AssemblyScript.
 */
import { COLUMN, GROUP } from './layout.as';

/**
 * A column: offset in a row u32; how it is packed u32, as `questions.ts` says; the address u32 eight bytes before its
 * levels, for the search counts from one; bytes of half of them u32, or of indexed categories how many there are.
 */
const COLUMN_ENTRY: usize = 16;
const LEFT: u32 = 0;
const BOTH: u32 = 2;
const UNASKED: u32 = 3;
/** Categories by their casts: uint8 of which negative ones are missing, uint8, int32, whole numbers. */
const CATEGORY: u32 = 4;
const INT32: u32 = 6;
const WHOLE: u32 = 7;
/** The last two again, of so many categories that tables have a word for each. */
const INDEX: u32 = 8;
const WHOLE_INDEX: u32 = 9;
/** Set where zeros are missing; the other bits say how the column is packed. */
const ZERO_MISSING: u32 = 16;
const KIND: u32 = 15;
const ZERO_BOUND: f32 = 1e-35;

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
          const a = <f64>f32x4.extract_lane(four, 0);
          const b = <f64>f32x4.extract_lane(four, 1);
          const c = <f64>f32x4.extract_lane(four, 2);
          const d = <f64>f32x4.extract_lane(four, 3);
          putCategories(x, row, packing, <u32>load<u32>(entry, 12), a, b, c, d);
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
          putCategories(x, row, packing, <u32>half, a, b, c, d);
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

/** Stores the categories of four rows, of which the first has its column's word at `row`; `count` is of those with an index. */
function putCategories(x: usize, row: usize, packing: u32, count: u32, a: f64, b: f64, c: f64, d: f64): void {
  if (packing >= INDEX) {
    putIndex(x + row, packing, count, a);
    putIndex(x + row + 4, packing, count, b);
    putIndex(x + row + 8, packing, count, c);
    putIndex(x + row + 12, packing, count, d);
  } else {
    putCategory(x + (row >> 2), packing, a);
    putCategory(x + (row >> 2) + 1, packing, b);
    putCategory(x + (row >> 2) + 2, packing, c);
    putCategory(x + (row >> 2) + 3, packing, d);
  }
}

/**
 * Stores a row's category as the offset of its word in a table: of one beyond those with an index the word after them, of
 * a missing one the word after that.
 */
function putIndex(x: usize, packing: u32, count: u32, value: f64): void {
  const category = packing === WHOLE_INDEX ? Math.floor(value) : Math.trunc(value);
  let index = count + 1;
  if (category >= 0 && category < <f64>count) index = <u32>category;
  else if (value < 0 || value >= 0) index = count;
  store<u32>(x, index << 2);
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
