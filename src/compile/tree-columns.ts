import { type CategoryCast, type TreeArena, ZERO_BOUND } from '../model/tree.ts';
import type { GraphBuilderApi, ValueName } from '../onnx/graph.ts';

/** Columns that trees ask of: those given, then those whose zeros are missing, then those that hold categories. */
export interface AskedColumns {
  /** Sources of the columns behind the given ones. */
  readonly zeros: readonly number[];
  readonly categories: readonly number[];
  /** Column of a split node. */
  readonly ofNode: (node: number) => number;
}

/** What the splits of an arena ask of rows of `width` columns. */
export function askedColumns(
  { left, feature, zeroMissing, categorical }: TreeArena,
  width: number,
): AskedColumns {
  const zeros = new Map<number, number>();
  const categories = new Map<number, number>();
  const kindOf = (node: number): Map<number, number> | null => {
    if ((categorical?.[node] ?? -1) >= 0) return categories;
    return zeroMissing?.[node] === 1 ? zeros : null;
  };
  if (categorical !== null || zeroMissing !== null) {
    for (const [node, child] of left.entries()) {
      const kind = child < 0 ? null : kindOf(node);
      const column = feature[node]!;
      if (kind !== null && !kind.has(column)) kind.set(column, kind.size);
    }
  }
  return {
    zeros: [...zeros.keys()],
    categories: [...categories.keys()],
    ofNode: (node) => {
      const kind = kindOf(node);
      const column = feature[node]!;
      if (kind === null) return column;
      return width + (kind === categories ? zeros.size : 0) + kind.get(column)!;
    },
  };
}

/** What is asked of, made of the given columns `x`; constants are made by `number`, in the type of `x`. */
export function emitAsked(
  g: GraphBuilderApi,
  x: ValueName,
  { zeros, categories }: AskedColumns,
  cast: CategoryCast,
  number: (constant: number) => ValueName,
): ValueName {
  const pick = (columns: readonly number[]): ValueName =>
    g.add('Gather', [x, g.int64([...columns], [columns.length])], { axis: 1n });
  const parts = [x];
  if (zeros.length > 0) {
    const given = pick(zeros);
    const isZero = g.add('LessOrEqual', [g.add('Abs', [given]), number(ZERO_BOUND)]);
    parts.push(g.add('Where', [isZero, number(Number.NaN), given]));
  }
  if (categories.length > 0) parts.push(categoryOf(g, pick(categories), cast, number));
  return parts.length === 1 ? x : g.add('Concat', parts, { axis: 1n });
}

/**
 * The category that is looked up, NaN where it is missing. Of scikit-learn's casts the number cut towards zero, 0 where
 * that is no int32, less the whole 256s in it; the others are cut, and no set holds what has no category.
 */
function categoryOf(
  g: GraphBuilderApi,
  given: ValueName,
  cast: CategoryCast,
  number: (constant: number) => ValueName,
): ValueName {
  if (cast === 'whole') return g.add('Floor', [given]);
  const isNegative = g.add('Less', [given, number(0)]);
  const whole = g.add('Where', [isNegative, g.add('Ceil', [given]), g.add('Floor', [given])]);
  if (cast === 'int32') return whole;
  const rest = g.add('Mul', [g.add('Floor', [g.add('Div', [whole, number(256)])]), number(256)]);
  // Written so that NaN is not beyond.
  const isBeyond = g.add('Greater', [g.add('Abs', [g.add('Add', [whole, number(0.5)])]), number(2 ** 31)]);
  const category = g.add('Where', [isBeyond, number(0), g.add('Sub', [whole, rest])]);
  return cast === 'uint8-or-missing' ? g.add('Where', [isNegative, number(Number.NaN), category]) : category;
}
