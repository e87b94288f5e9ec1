/** Pure. Makes a byte a row of what rows hold. Part of the kernel, in AssemblyScript. */

/** Rows that are asked together. */
const GROUP: usize = 16;
/** A slot of a table of keys: key u64, row u32; rows are numbered from 1, and 0 is an empty slot. */
const SLOT: usize = 16;
/** What a byte is less, to be signed. */
const BIAS: u32 = 128;

/**
 * Counts the borders below each of `rows` float64, `stride` bytes apart, rounded to float32. A number's bucket is
 * (number - low) · scale, cut to 0 … `lastBucket`; `starts` has for each bucket, in a byte, the borders in those before it.
 * A bucket has less than 2·half borders, and `table` room for so many numbers, +∞, after the last. `missing` is what NaN
 * counts.
 */
export function countBorders(
  x: usize,
  stride: usize,
  rows: usize,
  starts: usize,
  lastBucket: i32,
  low: f32,
  scale: f32,
  table: usize,
  half: usize,
  missing: u32,
  counts: usize,
): void {
  const levels = table - 4;
  for (let row: usize = 0; row < rows; row += 4, x += 4 * stride) {
    const a = <f32>load<f64>(x);
    const b = <f32>load<f64>(x + stride);
    const c = <f32>load<f64>(x + 2 * stride);
    const d = <f32>load<f64>(x + 3 * stride);
    const places = f32x4.mul(f32x4.sub(floats(a, b, c, d), f32x4.splat(low)), f32x4.splat(scale));
    const above = i32x4.max_s(i32x4.trunc_sat_f32x4_s(places), i32x4.splat(0));
    const buckets = i32x4.min_s(above, i32x4.splat(lastBucket));
    let i = startOf(starts, i32x4.extract_lane(buckets, 0));
    let j = startOf(starts, i32x4.extract_lane(buckets, 1));
    let k = startOf(starts, i32x4.extract_lane(buckets, 2));
    let l = startOf(starts, i32x4.extract_lane(buckets, 3));
    // Four binary searches side by side, counting in bytes of the table.
    for (let step = half << 2; step >= 4; step >>= 1) {
      const middle = levels + step;
      i += a > load<f32>(middle + i) ? step : 0;
      j += b > load<f32>(middle + j) ? step : 0;
      k += c > load<f32>(middle + k) ? step : 0;
      l += d > load<f32>(middle + l) ? step : 0;
    }
    store<u8>(counts + row, (F32.isNaN(a) ? missing : <u32>(i >> 2)) - BIAS);
    store<u8>(counts + row, (F32.isNaN(b) ? missing : <u32>(j >> 2)) - BIAS, 1);
    store<u8>(counts + row, (F32.isNaN(c) ? missing : <u32>(k >> 2)) - BIAS, 2);
    store<u8>(counts + row, (F32.isNaN(d) ? missing : <u32>(l >> 2)) - BIAS, 3);
  }
}

/** Borders in the buckets before this one, in bytes of the table. */
function startOf(starts: usize, bucket: i32): usize {
  return (<usize>load<u8>(starts + bucket)) << 2;
}

function floats(a: f32, b: f32, c: f32, d: f32): v128 {
  const two = f32x4.replace_lane(f32x4.splat(a), 1, b);
  return f32x4.replace_lane(f32x4.replace_lane(two, 2, c), 3, d);
}

/** Whether each of `rows` hashes is `value`. */
export function equalHashes(hashes: usize, rows: usize, value: i32, flags: usize): void {
  const wanted = i32x4.splat(value);
  const one = i8x16.splat(1);
  for (let row: usize = 0; row < rows; row += GROUP) {
    const from = hashes + (row << 2);
    const ab = i16x8.narrow_i32x4_s(i32x4.eq(v128.load(from), wanted), i32x4.eq(v128.load(from, 16), wanted));
    const cd = i16x8.narrow_i32x4_s(
      i32x4.eq(v128.load(from, 32), wanted),
      i32x4.eq(v128.load(from, 48), wanted),
    );
    const equal = v128.and(i8x16.narrow_i16x8_s(ab, cd), one);
    v128.store(flags + row, i8x16.add(equal, i8x16.splat(-128)));
  }
}

/** catboost/libs/model/hash.h */
const MULTIPLIER: u64 = ((<u64>0x4906ba49) << 32) | 0x4954cb65;

/** Hashes a category into each key. */
export function hashCategories(keys: usize, rows: usize, hashes: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    const at = keys + (row << 3);
    const part = <u64>(<i64>load<i32>(hashes + (row << 2)));
    store<u64>(at, MULTIPLIER * (load<u64>(at) + MULTIPLIER * part));
  }
}

/** Hashes the answer to a question into each key. */
export function hashAnswers(keys: usize, rows: usize, column: usize, threshold: i32): void {
  for (let row: usize = 0; row < rows; row++) {
    const at = keys + (row << 3);
    const part: u64 = u64(<i32>load<i8>(column + row) > threshold);
    store<u64>(at, MULTIPLIER * (load<u64>(at) + MULTIPLIER * part));
  }
}

/** The row of each key in a table of `mask` + 1 slots, numbered from 1; 0 where there is none. */
export function findKeys(keys: usize, rows: usize, slots: usize, mask: u32, found: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    const key = load<u64>(keys + (row << 3));
    let slot = <u32>key & mask;
    let at = slots + <usize>slot * SLOT;
    while (load<u32>(at, 8) !== 0 && load<u64>(at) !== key) {
      slot = (slot + 1) & mask;
      at = slots + <usize>slot * SLOT;
    }
    store<u32>(found + (row << 2), load<u32>(at, 8));
  }
}

/** Puts a key into a table that has a free slot for it. */
export function putKey(slots: usize, mask: u32, low: u32, high: u32, row: u32): void {
  const key = <u64>low | ((<u64>high) << 32);
  let slot = <u32>key & mask;
  while (load<u32>(slots + <usize>slot * SLOT, 8) !== 0) slot = (slot + 1) & mask;
  store<u64>(slots + <usize>slot * SLOT, key);
  store<u32>(slots + <usize>slot * SLOT, row, 8);
}

/** What a table of bytes has for each row that was found. */
export function takeCounts(found: usize, rows: usize, table: usize, counts: usize): void {
  for (let row: usize = 0; row < rows; row++)
    store<u8>(counts + row, load<u8>(table + <usize>load<u32>(found + (row << 2))));
}
