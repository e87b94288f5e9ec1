/**
 * How sets of values of columns are written: of a column whose values are in an order, as thresholds part them, by the first and the last
 * of an interval; of others by a bit each. A box is a set of each column, one after the other.
 */
export interface ValueLayout {
  /** 1 where a column's values are in an order. */
  readonly isOrdered: Uint8Array;
  /** Where the set of each column begins in a box, and after the last one where it ends. */
  readonly slots: Int32Array;
  /** Number of each column's first value, and after the last one the number of values. */
  readonly values: Int32Array;
  /** Number of the row's own value. In an order costs rise on both sides of it, else with the numbers. */
  readonly own: Int32Array;
  /** Cost of each value, and which one of its column it is. */
  readonly costs: Float64Array;
  readonly choice: Int32Array;
}

/** The cheapest value that two sets of a column have in common; -1 where there is none. */
export function cheapestCommon(
  { isOrdered, slots, values, own }: ValueLayout,
  column: number,
  a: Int32Array,
  aAt: number,
  b: Int32Array,
  bAt: number,
): number {
  if (isOrdered[column] === 1) {
    const low = Math.max(a[aAt]!, b[bAt]!);
    const high = Math.min(a[aAt + 1]!, b[bAt + 1]!);
    if (low > high) return -1;
    return Math.min(Math.max(own[column]!, low), high);
  }
  const width = slots[column + 1]! - slots[column]!;
  for (let word = 0; word < width; word++) {
    const bits = a[aAt + word]! & b[bAt + word]!;
    if (bits !== 0) return values[column]! + 32 * word + 31 - Math.clz32(bits & -bits);
  }
  return -1;
}

/** The cheapest value of a column in a box; -1 where there is none. */
export const cheapestValue = (layout: ValueLayout, column: number, box: Int32Array): number =>
  cheapestCommon(layout, column, box, layout.slots[column]!, box, layout.slots[column]!);

/** Whether a set of a column holds a value. */
export function holdsValue(
  { isOrdered, values }: ValueLayout,
  column: number,
  set: Int32Array,
  at: number,
  value: number,
): boolean {
  if (isOrdered[column] === 1) return value >= set[at]! && value <= set[at + 1]!;
  const bit = value - values[column]!;
  return ((set[at + (bit >> 5)]! >>> (bit & 31)) & 1) === 1;
}

/** Leaves in the set of a column what another one holds. */
export function intersect(
  { isOrdered, slots }: ValueLayout,
  column: number,
  set: Int32Array,
  at: number,
  other: Int32Array,
  otherAt: number,
): void {
  if (isOrdered[column] === 1) {
    set[at] = Math.max(set[at]!, other[otherAt]!);
    set[at + 1] = Math.min(set[at + 1]!, other[otherAt + 1]!);
    return;
  }
  const width = slots[column + 1]! - slots[column]!;
  for (let word = 0; word < width; word++) set[at + word]! &= other[otherAt + word]!;
}

/** Takes away the values of a column that cost `limit` or more. */
export function dropFrom(layout: ValueLayout, column: number, box: Int32Array, limit: number): void {
  const { isOrdered, slots, values, own, costs } = layout;
  const at = slots[column]!;
  if (isOrdered[column] === 1) {
    const middle = own[column]!;
    while (box[at]! < middle && costs[box[at]!]! >= limit) box[at]! += 1;
    while (box[at + 1]! > middle && costs[box[at + 1]!]! >= limit) box[at + 1]! -= 1;
    return;
  }
  for (let value = values[column + 1]! - 1; value >= values[column]! && costs[value]! >= limit; value--) {
    const bit = value - values[column]!;
    box[at + (bit >> 5)]! &= ~(1 << (bit & 31));
  }
}

/** The set of all values of a column. */
export function allValues({ isOrdered, slots, values }: ValueLayout, column: number): Int32Array {
  const [first, end] = [values[column]!, values[column + 1]!];
  if (isOrdered[column] === 1) return Int32Array.of(first, end - 1);
  const set = new Int32Array(slots[column + 1]! - slots[column]!);
  for (let bit = 0; bit < end - first; bit++) set[bit >> 5]! |= 1 << (bit & 31);
  return set;
}

/** The box of all values. */
export function wholeBox(layout: ValueLayout): Int32Array {
  const box = new Int32Array(layout.slots.at(-1)!);
  for (let column = 0; column < layout.isOrdered.length; column++)
    box.set(allValues(layout, column), layout.slots[column]!);
  return box;
}

/** Cost of the cheapest row of a box; +∞ of a box without rows. */
export function leastCost(layout: ValueLayout, box: Int32Array): number {
  let sum = 0;
  for (let column = 0; column < layout.isOrdered.length; column++) {
    const value = cheapestValue(layout, column, box);
    if (value < 0) return Number.POSITIVE_INFINITY;
    sum += layout.costs[value]!;
  }
  return sum;
}
