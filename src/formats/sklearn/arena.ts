import type { CategoryCast, TreeArena } from '../../model/tree.ts';

/** Words of a set: categories are below 256. */
const WORDS = 8;

/** One tree before it joins its ensemble: parallel arrays, children by index within the tree, -1 at leaves. */
export interface FlatTree {
  readonly left: ArrayLike<number>;
  readonly right: ArrayLike<number>;
  readonly feature: ArrayLike<number>;
  readonly threshold: ArrayLike<number>;
  readonly missingLeft: ArrayLike<number> | null;
  /** `[nodes, width]`, final leaf values. */
  readonly values: Float64Array;
  /** Weight of the training rows at each node; null where it is not kept. */
  readonly cover: Float64Array | null;
  /** Per node: index into `bitsets` of this tree, -1 for numeric splits; null where none is categorical. */
  readonly categorical: ArrayLike<number> | null;
  /** Eight words a bitset. */
  readonly bitsets: Uint32Array;
  readonly knownBitsets: Uint32Array;
}

/** What is wrong with a tree, in words; null where nothing is. */
export type TreeFault = string | null;

/**
 * Checks what every walk relies on: children in range, after their parent and with one parent each; features in
 * range. scikit-learn's builders number nodes so (`_tree.pyx`: a node is added after its parent).
 */
export function treeFault(tree: FlatTree, features: number): TreeFault {
  const count = tree.left.length;
  if (count === 0) return 'no nodes';
  const seen = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const left = tree.left[i]!;
    const right = tree.right[i]!;
    if (left === -1) {
      if (right !== -1) return `node ${i} with one child`;
      continue;
    }
    if (!(left > i && left < count && right > i && right < count) || left === right)
      return `node ${i} with children ${left} and ${right}`;
    if (seen[left] === 1 || seen[right] === 1) return `node ${i} with a child of another node`;
    seen[left] = seen[right] = 1;
    const feature = tree.feature[i]!;
    if (!(feature >= 0 && feature < features)) return `node ${i} testing column ${feature} of ${features}`;
  }
  return null;
}

/** All trees in one arena; root order is summation order. */
export function joinTrees(
  trees: readonly FlatTree[],
  valueWidth: number,
  categories: CategoryCast = 'uint8-or-missing',
): TreeArena {
  const nodes = trees.reduce((sum, tree) => sum + tree.left.length, 0);
  const words = trees.reduce((sum, tree) => sum + tree.bitsets.length, 0);
  const categorical = trees.some((tree) => tree.categorical !== null) ? new Int32Array(nodes).fill(-1) : null;
  const hasCover = trees.every(({ cover }) => cover !== null);
  const arena = {
    roots: new Int32Array(trees.length),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    missingLeft: new Uint8Array(nodes),
    zeroMissing: null,
    categorical,
    setOffsets: Uint32Array.from({ length: words / WORDS + 1 }, (_, set) => set * WORDS),
    bitsets: new Uint32Array(words),
    knownBitsets: new Uint32Array(words),
    categories,
    values: new Float64Array(nodes * valueWidth),
    valueWidth,
    ...(hasCover ? { cover: new Float64Array(nodes) } : {}),
  };
  let node = 0;
  let word = 0;
  for (const [t, tree] of trees.entries()) {
    arena.roots[t] = node;
    copyNodes(tree, arena, node, word / WORDS);
    arena.bitsets.set(tree.bitsets, word);
    arena.knownBitsets.set(tree.knownBitsets, word);
    arena.values.set(tree.values, node * valueWidth);
    if (tree.cover !== null) arena.cover?.set(tree.cover, node);
    node += tree.left.length;
    word += tree.bitsets.length;
  }
  return arena;
}

function copyNodes(tree: FlatTree, arena: TreeArena, start: number, firstBitset: number): void {
  for (let i = 0; i < tree.left.length; i++) {
    const left = tree.left[i]!;
    const leaf = left === -1;
    arena.left[start + i] = leaf ? -1 : left + start;
    arena.right[start + i] = leaf ? -1 : tree.right[i]! + start;
    arena.feature[start + i] = leaf ? -1 : tree.feature[i]!;
    arena.threshold[start + i] = leaf ? i : tree.threshold[i]!;
    arena.missingLeft[start + i] = leaf ? 0 : (tree.missingLeft?.[i] ?? 0);
    const bitset = leaf ? -1 : (tree.categorical?.[i] ?? -1);
    if (arena.categorical !== null && bitset >= 0) arena.categorical[start + i] = bitset + firstBitset;
  }
}
