import { fromFront, intOf, intsOf } from '../../onnx/check/fact.ts';
import { onlyRows, type RowChanges, type RowRule, statedAxes } from './batch-rule.ts';
import {
  type BatchValue,
  countElements,
  isConstant,
  isPlain,
  type RowAxis,
  rankOf,
  reshapedRows,
  rowsMovedTo,
} from './batch-value.ts';

export const unsqueezeRows: RowRule = (node, inputs) => {
  const data = onlyRows(inputs);
  const axes = statedAxes(node, inputs);
  if (data === null || axes === null) return null;
  const rank = data.rank + axes.length;
  const added = new Set(axes.map((axis) => fromFront(axis, rank)));
  const kept = Array.from({ length: rank }, (_, at) => at).filter((at) => !added.has(at));
  const at = kept[data.rows.at];
  return at === undefined ? null : rowsMovedTo(data.rows, at);
};

export const transposeRows: RowRule = (node, inputs) => {
  const data = onlyRows(inputs);
  if (data === null) return null;
  const perm = intsOf(node, 'perm');
  const at = perm === null ? data.rank - 1 - data.rows.at : perm.indexOf(data.rows.at);
  return at < 0 ? null : rowsMovedTo(data.rows, at);
};

export const flattenRows: RowRule = (node, inputs) => {
  const data = onlyRows(inputs);
  const shape = inputs[0]?.shape;
  if (data === null || shape == null) return null;
  const axis = fromFront(intOf(node, 'axis', 1), data.rank);
  const { at, before, after } = data.rows;
  // Of an axis of its own nothing has to be known.
  if (at === 0 && axis === 1) return data.rows;
  const front = countElements(shape.slice(at < axis ? 0 : axis, at));
  const back = countElements(shape.slice(at + 1, at < axis ? axis : undefined));
  if (front === null || back === null) return null;
  return { at: at < axis ? 0 : 1, before: front * before, after: back * after };
};

/** The rows stay where the elements before and behind them come out. */
export const reshapeRows: RowRule = (node, inputs, { batch, restate }) => {
  const [data, target] = inputs;
  const numbers = target?.numbers;
  if (data?.rows == null || target == null || numbers == null || target.rows !== null) return null;
  // What it says of zeros says nothing where there is none.
  const takesZeros = intOf(node, 'allowzero', 0) !== 0;
  if (takesZeros && numbers.includes(0)) return null;
  const { rows } = data;
  const sizes = statedSizes(data, numbers);
  const found = sizes === null ? null : reshapedRows(data, rows, sizes, batch);
  if (sizes === null || found === null)
    return takesZeros ? null : reshapeOfRows(rows, numbers, target, batch, restate);
  const { at, before, after } = found;
  const [stated, count] = [numbers[at], target.counts?.[at] ?? null];
  if (target.counts?.some((each, place) => each !== null && place !== at)) return null;
  const isSame = rows.at === at && rows.before === before && rows.after === after;
  const follows = stated === -1 || (stated === 0 && isSame) || count === before * after;
  // A 0 elsewhere copies the size of the rows, which is another with each batch.
  if (follows && (numbers[rows.at] !== 0 || rows.at === at)) return found;
  if (!isConstant(target)) return null;
  return restate(1, sizes.with(at, -1)) ? found : null;
};

/** Sizes that a target comes to: 0 copies one, -1 is what is left. null where one is not known. */
function statedSizes(data: BatchValue, numbers: readonly (number | null)[]): number[] | null {
  const copied = numbers.map((size, at) => (size === 0 ? (data.shape?.[at] ?? null) : size));
  const total = countElements(data.shape ?? [null]);
  const rest = countElements(copied.filter((size) => size !== -1));
  const inferred = total !== null && rest !== null && rest > 0 ? total / rest : null;
  const sizes = copied.map((size) => (size === -1 ? inferred : size));
  return sizes.every((size) => size !== null && Number.isInteger(size)) ? (sizes as number[]) : null;
}

/** Where the sizes of a row are not known, its batch in front stays in front: as 0, as a count, or as the frozen size. */
function reshapeOfRows(
  rows: RowAxis,
  [head, ...rest]: readonly (number | null)[],
  target: BatchValue,
  batch: number,
  restate: RowChanges['restate'],
): RowAxis | null {
  if (rows.at !== 0 || !isPlain(rows)) return null;
  if (target.counts !== null)
    return target.counts[0] === 1 && target.counts.slice(1).every((count) => count === null) ? rows : null;
  if (head === 0) return rows;
  if (head !== batch) return null;
  const numbers = rest.filter((size) => size !== null);
  return numbers.length === rest.length && restate(1, [0, ...numbers]) ? rows : null;
}

/** The size of the rows is 1 in the target, which leaves it, or becomes so. */
export const expandRows: RowRule = (_node, inputs, changes) => {
  const { batch, restate } = changes;
  const [data, target] = inputs;
  const rank = rankOf(data);
  const numbers = target?.numbers;
  if (data == null || target == null || rank === null || numbers == null || target.rows !== null) return null;
  const longest = Math.max(rank, numbers.length);
  if (data.rows === null) return constantToRows(data, target, numbers, changes);
  const at = data.rows.at - rank + longest;
  const place = at - longest + numbers.length;
  if (target.counts?.some((count, i) => count !== null && i !== place)) return null;
  const { before, after } = data.rows;
  const stated = place < 0 ? 1 : (numbers[place] ?? null);
  const isCount = (target.counts?.[place] ?? null) === before * after;
  if (isCount || (stated === 1 && (target.counts?.[place] ?? null) === null))
    return rowsMovedTo(data.rows, at);
  if (stated !== before * batch * after || !isConstant(target)) return null;
  const known = numbers.filter((size) => size !== null);
  return known.length === numbers.length && restate(1, known.with(place, 1))
    ? rowsMovedTo(data.rows, at)
    : null;
};

/** A constant that is repeated as often as there are rows. */
function constantToRows(
  data: BatchValue,
  target: BatchValue,
  numbers: readonly unknown[],
  { batch, repeat }: RowChanges,
): RowAxis | null {
  const counts = target.counts ?? [];
  const at = counts.findIndex((count) => count !== null);
  const rank = rankOf(data);
  if (at < 0 || rank === null || rank > numbers.length || !isConstant(data)) return null;
  if (counts.some((count, i) => count !== null && i !== at)) return null;
  const place = at - numbers.length + rank;
  const own = place < 0 ? 1 : data.shape?.[place];
  const after = counts[at] ?? 1;
  const fits = own === 1 || (own === batch && after === 1 && repeat(0, place, rank));
  return fits ? { at, before: 1, after } : null;
}

export const constantOfShapeRows: RowRule = (_node, [target]) => {
  const counts = target?.counts ?? [];
  const at = counts.findIndex((count) => count !== null);
  if (at < 0 || counts.some((count, i) => count !== null && i !== at)) return null;
  return { at, before: 1, after: counts[at] ?? 1 };
};
