import type { TreeArena } from '../../model/tree.ts';
import type { BoosterModel, BoosterTree } from './booster.ts';
import { boosterInvalid } from './failure.ts';

/** What is filled tree by tree. */
interface ArenaDraft {
  readonly roots: Int32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  readonly missingLeft: Uint8Array;
  readonly categorical: Int32Array | null;
  readonly values: Float64Array;
  readonly cover: Float64Array | null;
  readonly sets: Uint32Array[];
  nodes: number;
}

/**
 * All trees in one arena, parents first: XGBoost gives the numbers of pruned nodes to new ones, so that a child may have a
 * smaller number than its parent, and what no root leads to is left out. Leaves of tree t are multiplied by
 * `weightOf(t)` in float32. A member of a set goes right there and left here: the children of such a node change places.
 * Errors: MODEL_INVALID for cycles, children and columns out of range, thresholds that are no number.
 */
export function plantTrees(
  trees: readonly BoosterTree[],
  { features, leafWidth }: Pick<BoosterModel, 'features' | 'leafWidth'>,
  leafOf: (value: number, tree: number) => number,
): TreeArena {
  const count = trees.reduce((sum, tree) => sum + tree.left.length, 0);
  const hasSets = trees.some(({ sets }) => sets.size > 0);
  const draft: ArenaDraft = {
    roots: new Int32Array(trees.length),
    left: new Int32Array(count).fill(-1),
    right: new Int32Array(count).fill(-1),
    feature: new Int32Array(count).fill(-1),
    threshold: new Float64Array(count),
    missingLeft: new Uint8Array(count),
    categorical: hasSets ? new Int32Array(count).fill(-1) : null,
    values: new Float64Array(count * leafWidth),
    cover: trees.every((tree) => tree.cover !== null || tree.isMade) ? new Float64Array(count) : null,
    sets: [],
    nodes: 0,
  };
  for (const [t, tree] of trees.entries()) {
    draft.roots[t] = draft.nodes;
    plant(draft, tree, features, leafWidth, (value) => leafOf(value, t));
  }
  const { nodes, sets, ...arrays } = draft;
  const offsets = new Uint32Array(sets.length + 1);
  for (const [i, words] of sets.entries()) offsets[i + 1] = (offsets[i] ?? 0) + words.length;
  const bitsets = new Uint32Array(offsets.at(-1) ?? 0);
  for (const [i, words] of sets.entries()) bitsets.set(words, offsets[i]);
  return {
    roots: arrays.roots,
    left: arrays.left.subarray(0, nodes),
    right: arrays.right.subarray(0, nodes),
    feature: arrays.feature.subarray(0, nodes),
    threshold: arrays.threshold.subarray(0, nodes),
    missingLeft: arrays.missingLeft.subarray(0, nodes),
    zeroMissing: null,
    categorical: arrays.categorical?.subarray(0, nodes) ?? null,
    setOffsets: offsets,
    bitsets,
    knownBitsets: null,
    categories: 'whole',
    values: arrays.values.subarray(0, nodes * leafWidth),
    valueWidth: leafWidth,
    ...(arrays.cover === null ? {} : { cover: arrays.cover.subarray(0, nodes) }),
  };
}

/** Writes one tree behind the others, its root first and each left child behind its parent. */
function plant(
  draft: ArenaDraft,
  tree: BoosterTree,
  features: number,
  width: number,
  leafOf: (value: number) => number,
): void {
  const count = tree.left.length;
  if (count === 0) throw boosterInvalid(tree.place, 'tree_param.num_nodes', '0', 'a root');
  const seen = new Uint8Array(count);
  /** Nodes to come, and the array that their number is to go to. */
  const open: { readonly node: number; readonly parent: number; readonly side: Int32Array }[] = [
    { node: 0, parent: -1, side: draft.left },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, parent, side } = next;
    if (!(node >= 0 && node < count) || seen[node] === 1) {
      const found = `node ${node}${seen[node] === 1 ? ', which is a child already' : ''}`;
      throw boosterInvalid(tree.place, 'children', found, `each of the nodes up to ${count - 1} once`);
    }
    seen[node] = 1;
    const at = draft.nodes++;
    if (parent >= 0) side[parent] = at;
    if (draft.cover !== null) draft.cover[at] = tree.cover?.[node] ?? 1;
    if (tree.left[node] === -1) {
      draft.threshold[at] = tree.isMade ? -1 : node;
      const row = tree.leafRow(node) * width;
      for (let k = 0; k < width; k++)
        draft.values[at * width + k] = leafOf(tree.values[row + k] ?? Number.NaN);
      continue;
    }
    const swaps = plantSplit(draft, tree, node, at, features);
    const [left, right] = swaps ? [draft.right, draft.left] : [draft.left, draft.right];
    open.push(
      { node: tree.right[node] ?? -1, parent: at, side: right },
      { node: tree.left[node] ?? -1, parent: at, side: left },
    );
  }
}

/** Writes a split's question; true where its children change places. */
function plantSplit(
  draft: ArenaDraft,
  tree: BoosterTree,
  node: number,
  at: number,
  features: number,
): boolean {
  const feature = tree.feature[node] ?? -1;
  if (!(feature >= 0 && feature < features))
    throw boosterInvalid(tree.place, `split_indices[${node}]`, String(feature), `a column below ${features}`);
  draft.feature[at] = feature;
  const defaultLeft = tree.defaultLeft[node] === 1;
  const words = tree.sets.get(node);
  if (words !== undefined && draft.categorical !== null) {
    draft.categorical[at] = draft.sets.push(words) - 1;
    draft.missingLeft[at] = defaultLeft ? 0 : 1;
    return true;
  }
  const threshold = Math.fround(tree.threshold[node] ?? Number.NaN);
  if (Number.isNaN(threshold))
    throw boosterInvalid(tree.place, `split_conditions[${node}]`, 'NaN', 'a number to compare with');
  draft.threshold[at] = threshold;
  draft.missingLeft[at] = defaultLeft ? 1 : 0;
  return false;
}
