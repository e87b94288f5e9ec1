import type { KeyValues } from './key-values.ts';
import { bitsetWordsOf, doublesOf, integersOf, listOf } from './number-lists.ts';

/** Leaves that compute a sum: `constants` plus coefficient times column, in order; NaN in one of them: the leaf's value. */
export interface LinearBlock {
  readonly constants: Float64Array;
  /** Where the terms of each leaf begin, and after the last leaf where they end. */
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
  readonly coefficients: Float64Array;
}

/** One `Tree=` block: splits numbered from 0, a child below 0 is leaf `~child`. */
export interface LightgbmTree {
  readonly leaves: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly column: Int32Array;
  readonly threshold: Float64Array;
  /** Bits as `decisionBits` names them. */
  readonly decision: Uint8Array;
  /** Where the words of each set begin, and after the last set where they end. */
  readonly setOffsets: Int32Array;
  readonly setWords: Uint32Array;
  /** Training rows at the splits, and at the leaves; null where they are not kept. */
  readonly counts: { readonly splits: Float64Array; readonly leaves: Float64Array } | null;
  readonly linear: LinearBlock | null;
}

/** Bits of `decision_type` (LightGBM's `tree.h`: kCategoricalMask, kDefaultLeftMask, and two bits of the missing type). */
export const DECISION = { categorical: 1, defaultLeft: 2 } as const;
export const MISSING = { none: 0, zero: 1, nan: 2 } as const;
export const missingType = (decision: number): number => (decision >> 2) & 3;

/** What a node of a tree takes of memory, and a term of a leaf that computes. */
const NODE_BYTES = 40;
const TERM_BYTES = 12;
/** Leaves of one tree: their indexes have to fit an int32 with a sign. */
const MAX_LEAVES = 2 ** 30;

/**
 * Reads the lines after a `Tree=` line. Lists are as long as `num_leaves` says, or the file is refused before anything is
 * allocated for them. Throws READ_CORRUPT, READ_LIMIT.
 */
export function readTreeBlock(block: KeyValues, columns: number): LightgbmTree {
  const count = block.count('num_leaves', [1, MAX_LEAVES]);
  listOf(block, 'leaf_value', count);
  charge(block, (2 * count - 1) * NODE_BYTES);
  const splits = count - 1;
  const leaves = doublesOf(block, 'leaf_value', count);
  if (leaves.some(Number.isNaN))
    throw block.lines.corrupt(block.required('leaf_value').offset, 'NaN in leaf_value', 'numbers');
  const linear = block.count('is_linear', [0, 1], 0) === 1 ? readLinear(block, count, columns) : null;
  const counts = readCounts(block, count);
  if (splits === 0) return { ...NO_SPLITS, leaves, counts, linear };
  const sets = block.count('num_cat', [0, splits], 0);
  const decision = block.has('decision_type')
    ? Uint8Array.from(integersOf(block, 'decision_type', splits, [0, 15]))
    : new Uint8Array(splits);
  const tree: LightgbmTree = {
    leaves,
    left: integersOf(block, 'left_child', splits),
    right: integersOf(block, 'right_child', splits),
    column: integersOf(block, 'split_feature', splits, [0, columns - 1]),
    threshold: doublesOf(block, 'threshold', splits),
    decision,
    ...readSets(block, sets),
    counts,
    linear,
  };
  checkSplits(block, tree, sets);
  checkShape(block, tree);
  return tree;
}

/** What a tree of one leaf has of splits. */
const NO_SPLITS = {
  left: new Int32Array(0),
  right: new Int32Array(0),
  column: new Int32Array(0),
  threshold: new Float64Array(0),
  decision: new Uint8Array(0),
  setOffsets: new Int32Array(1),
  setWords: new Uint32Array(0),
};

/** Older files may have no counts; a tree of one leaf has none, and needs none. */
function readCounts(block: KeyValues, leaves: number): LightgbmTree['counts'] {
  if (!block.lines.budget.covers || !block.has('leaf_count')) return null;
  if (leaves === 1) return { splits: new Float64Array(0), leaves: Float64Array.of(1) };
  charge(block, 8 * (2 * leaves - 1));
  return {
    splits: doublesOf(block, 'internal_count', leaves - 1),
    leaves: doublesOf(block, 'leaf_count', leaves),
  };
}

function readSets(block: KeyValues, sets: number): Pick<LightgbmTree, 'setOffsets' | 'setWords'> {
  if (sets === 0) return { setOffsets: NO_SPLITS.setOffsets, setWords: NO_SPLITS.setWords };
  const setOffsets = integersOf(block, 'cat_boundaries', sets + 1, [0, 2 ** 31 - 1]);
  const { offset } = block.required('cat_boundaries');
  if (setOffsets[0] !== 0 || setOffsets.some((at, i) => i > 0 && at < (setOffsets[i - 1] ?? 0)))
    throw block.lines.corrupt(offset, 'cat_boundaries that fall', 'cat_boundaries that rise from 0');
  const words = setOffsets.at(-1) ?? 0;
  listOf(block, 'cat_threshold', words);
  charge(block, 4 * words);
  return { setOffsets, setWords: bitsetWordsOf(block, 'cat_threshold', words) };
}

function checkSplits(block: KeyValues, { decision, threshold }: LightgbmTree, sets: number): void {
  for (const [split, bits] of decision.entries()) {
    const value = threshold[split] ?? Number.NaN;
    if (Number.isNaN(value)) throw splitFault(block, 'threshold', split, 'is NaN', 'a number');
    if (missingType(bits) > MISSING.nan)
      throw splitFault(block, 'decision_type', split, `is ${bits}`, 'missing values of type 0, 1 or 2');
    const isSet = (bits & DECISION.categorical) !== 0;
    if (isSet && !(Number.isInteger(value) && value >= 0 && value < sets))
      throw splitFault(block, 'threshold', split, `names set ${value}`, `one of the ${sets} sets of num_cat`);
  }
}

/** Every split but the first, and every leaf, is the child of one split that comes before it. */
function checkShape(block: KeyValues, { left, right, leaves }: LightgbmTree): void {
  const splits = left.length;
  const seen = new Uint8Array(splits + leaves.length);
  for (const [key, children] of [
    ['left_child', left],
    ['right_child', right],
  ] as const)
    for (const [split, child] of children.entries()) {
      const leaf = child < 0 ? ~child : -1;
      const known = leaf >= 0 ? leaf < leaves.length : child > split && child < splits;
      const place = leaf >= 0 ? splits + leaf : child;
      if (!known || seen[place] === 1)
        throw splitFault(
          block,
          key,
          split,
          `is ${child}`,
          'a later split or a leaf, each the child of one split',
        );
      seen[place] = 1;
    }
}

const charge = ({ lines, offset }: KeyValues, bytes: number): void => {
  lines.budget.charge(bytes, lines.what, offset);
};

const splitFault = (block: KeyValues, key: string, split: number, found: string, wanted: string) =>
  block.lines.corrupt(block.get(key)?.offset ?? block.offset, `${key} of split ${split} ${found}`, wanted);

function readLinear(block: KeyValues, leaves: number, columns: number): LinearBlock {
  const constants = doublesOf(block, 'leaf_const', leaves);
  const counts = integersOf(block, 'num_features', leaves, [0, columns]);
  const offsets = new Int32Array(leaves + 1);
  let total = 0;
  for (const [leaf, count] of counts.entries()) {
    total += count;
    // More terms than bytes in the file cannot follow; the sum must not overflow the array of offsets.
    if (total > 2 ** 31 - 1)
      throw block.lines.corrupt(block.required('num_features').offset, `${total} terms`, 'fewer');
    offsets[leaf + 1] = total;
  }
  listOf(block, 'leaf_features', total);
  charge(block, TERM_BYTES * (total + leaves));
  return {
    constants,
    offsets,
    columns: integersOf(block, 'leaf_features', total, [0, columns - 1]),
    coefficients: doublesOf(block, 'leaf_coeff', total),
  };
}
