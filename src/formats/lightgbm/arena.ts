import { nextDown } from '../../core/float.ts';
import { type LinearLeaves, type TreeArena, ZERO_BOUND } from '../../model/tree.ts';
import { DECISION, type LightgbmTree, MISSING, missingType } from './tree-block.ts';

/**
 * All trees in one arena: of each tree first its splits, then its leaves, so that children come after their parents. Where
 * a missing value goes is settled for each split (`Tree::NumericalDecision` of LightGBM's `tree.h`).
 */
export function arenaOf(trees: readonly LightgbmTree[]): TreeArena {
  const sizeOf = (count: (tree: LightgbmTree) => number) => trees.reduce((sum, tree) => sum + count(tree), 0);
  const nodes = sizeOf(({ left, leaves }) => left.length + leaves.length);
  const sets = sizeOf(({ setOffsets }) => setOffsets.length - 1);
  const some = (is: (decision: number) => boolean) => trees.some(({ decision }) => decision.some(is));
  const arena = {
    roots: new Int32Array(trees.length),
    left: new Int32Array(nodes).fill(-1),
    right: new Int32Array(nodes).fill(-1),
    feature: new Int32Array(nodes).fill(-1),
    threshold: new Float64Array(nodes),
    missingLeft: new Uint8Array(nodes),
    zeroMissing: some(isZeroMissing) ? new Uint8Array(nodes) : null,
    categorical: some(isCategorical) ? new Int32Array(nodes).fill(-1) : null,
    setOffsets: new Uint32Array(sets + 1),
    bitsets: new Uint32Array(sizeOf(({ setWords }) => setWords.length)),
    knownBitsets: null,
    categories: 'int32',
    values: new Float64Array(nodes),
    valueWidth: 1,
    ...(trees.some(({ linear }) => linear !== null) ? { linear: linearLeaves(trees, nodes) } : {}),
  } as const;
  const place = { node: 0, set: 0, word: 0 };
  for (const [index, tree] of trees.entries()) {
    arena.roots[index] = place.node;
    placeSplits(tree, arena, place.node, place.set);
    arena.values.set(tree.leaves, place.node + tree.left.length);
    for (const [set, from] of tree.setOffsets.entries())
      arena.setOffsets[place.set + set] = place.word + from;
    arena.bitsets.set(tree.setWords, place.word);
    place.node += tree.left.length + tree.leaves.length;
    place.set += tree.setOffsets.length - 1;
    place.word += tree.setWords.length;
  }
  return arena;
}

/** A leaf that does not compute is a constant without terms. */
function linearLeaves(trees: readonly LightgbmTree[], nodes: number): LinearLeaves {
  const terms = trees.reduce((sum, { linear }) => sum + (linear?.columns.length ?? 0), 0);
  const linear = {
    constants: new Float64Array(nodes),
    offsets: new Int32Array(nodes + 1),
    columns: new Int32Array(terms),
    coefficients: new Float64Array(terms),
  };
  let node = 0;
  let term = 0;
  for (const { left, leaves, linear: own } of trees) {
    const leaf = node + left.length;
    linear.constants.set(own?.constants ?? leaves, leaf);
    linear.offsets.fill(term, node, leaf);
    for (let i = 0; i < leaves.length; i++) linear.offsets[leaf + i] = term + (own?.offsets[i] ?? 0);
    linear.columns.set(own?.columns ?? [], term);
    linear.coefficients.set(own?.coefficients ?? [], term);
    node = leaf + leaves.length;
    term += own?.columns.length ?? 0;
  }
  linear.offsets[nodes] = term;
  return linear;
}

const isCategorical = (decision: number): boolean => (decision & DECISION.categorical) !== 0;
const isZeroMissing = (decision: number): boolean =>
  !isCategorical(decision) && missingType(decision) === MISSING.zero;

function placeSplits(tree: LightgbmTree, arena: TreeArena, first: number, firstSet: number): void {
  const leaf = first + tree.left.length;
  const nodeOf = (child: number): number => (child < 0 ? leaf + ~child : first + child);
  for (const [split, bits] of tree.decision.entries()) {
    const node = first + split;
    const threshold = tree.threshold[split]!;
    arena.left[node] = nodeOf(tree.left[split]!);
    arena.right[node] = nodeOf(tree.right[split]!);
    arena.feature[node] = tree.column[split]!;
    if (isCategorical(bits) && arena.categorical !== null) {
      // NaN is a member of no set, whatever the missing type says.
      arena.categorical[node] = firstSet + threshold;
      continue;
    }
    arena.threshold[node] = aroundZero(threshold);
    // Without a missing type NaN is 0; with zeros it is one of them, and goes where missing values go.
    const goesLeft =
      missingType(bits) === MISSING.none ? threshold >= 0 : (bits & DECISION.defaultLeft) !== 0;
    arena.missingLeft[node] = goesLeft ? 1 : 0;
    if (isZeroMissing(bits) && arena.zeroMissing !== null) arena.zeroMissing[node] = 1;
  }
}

/**
 * Numbers of at most `ZERO_BOUND` in magnitude reach LightGBM's trees as 0 (`RowPairFunctionFromDenseMatric` of its
 * `c_api.cpp`): a threshold among them sends all of them the way of 0.
 */
function aroundZero(threshold: number): number {
  if (!(Math.abs(threshold) <= ZERO_BOUND)) return threshold;
  return threshold >= 0 ? ZERO_BOUND : nextDown(-ZERO_BOUND);
}
