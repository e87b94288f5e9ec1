/**
 * Where rows are in a value: `before × batch × after` elements along the axis `at`, in row-major order. Of a plain axis both factors
 * are 1; a reshape may have put the batch together with its neighbours, as exports of attention do (batch × heads).
 */
export interface RowAxis {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/** What the proof knows of a value while it walks the graph at the frozen batch size. */
export interface BatchValue {
  /** Where its rows are: what belongs to row i depends on row i of the inputs alone. null: no row plays a part in it. */
  readonly rows: RowAxis | null;
  /** Sizes at the frozen batch. */
  readonly shape: readonly (number | null)[] | null;
  readonly numbers: readonly (number | null)[] | null;
  /** Of the numbers, those that are so many times the batch, as Shape gives them; null where none is. */
  readonly counts: readonly (number | null)[] | null;
}

export const plainAxis = (at: number): RowAxis => ({ at, before: 1, after: 1 });

export const rankOf = (value: BatchValue | null | undefined): number | null => value?.shape?.length ?? null;

/** No rows, and no count of them. */
export const isConstant = (value: BatchValue | null | undefined): boolean =>
  value == null || (value.rows === null && value.counts === null);

export const isPlain = (rows: RowAxis): boolean => rows.before === 1 && rows.after === 1;

/** The same factors, at another place. */
export const rowsMovedTo = (rows: RowAxis, at: number): RowAxis => ({ ...rows, at });

/** Elements of sizes, or null where one is unknown or they are more than a number holds. */
export function countElements(sizes: readonly (number | null)[]): number | null {
  let product = 1;
  for (const size of sizes) {
    if (size === null || size < 0) return null;
    product *= size;
  }
  return Number.isSafeInteger(product) ? product : null;
}

/**
 * Where the rows of a value are after a reshape to sizes that hold at the frozen batch, or null where they are in no one axis. An
 * axis of the batch alone goes before one where it has company.
 */
export function reshapedRows(
  value: BatchValue,
  rows: RowAxis,
  sizes: readonly number[],
  batch: number,
): RowAxis | null {
  const front = countElements(value.shape?.slice(0, rows.at) ?? [null]);
  const back = countElements(value.shape?.slice(rows.at + 1) ?? [null]);
  if (front === null || back === null) return null;
  const [before, after] = [front * rows.before, back * rows.after];
  const found: RowAxis[] = [];
  for (const [at, size] of sizes.entries()) {
    const left = countElements(sizes.slice(0, at));
    const right = countElements(sizes.slice(at + 1));
    if (left === null || right === null || left === 0 || right === 0) continue;
    const axis = { at, before: before / left, after: after / right };
    const whole = Number.isInteger(axis.before) && Number.isInteger(axis.after);
    if (whole && axis.before > 0 && axis.before * batch * axis.after === size) found.push(axis);
  }
  return likeliest(found, value.shape ?? [], sizes);
}

/**
 * Of several places that a batch of one may have, that from which proofs go on: an axis of its own; else not the last, which are
 * features, and not with an axis in front that stays as it is, such as time. Which one is taken changes what is proved, never
 * whether it is true.
 */
function likeliest(
  found: readonly RowAxis[],
  old: readonly (number | null)[],
  sizes: readonly number[],
): RowAxis | null {
  const kept = sizes.findIndex((size, at) => size !== old[at]);
  const inner = found.filter(({ at }) => at < sizes.length - 1);
  return found.find(isPlain) ?? inner.find(({ at }) => at >= kept) ?? inner[0] ?? found[0] ?? null;
}
