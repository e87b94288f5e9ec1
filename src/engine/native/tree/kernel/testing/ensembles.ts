import type { TreeEnsembleStep } from '../../../../../model/step.ts';
import type { CategoryCast, TreeArena } from '../../../../../model/tree.ts';

type Kind = Pick<TreeEnsembleStep, 'input' | 'split' | 'acceptsMissing'> & {
  readonly sums?: TreeEnsembleStep['sums'];
};

interface Split {
  readonly feature: number;
  readonly threshold: number;
  readonly missingLeft: boolean;
  readonly zeroMissing?: boolean;
  /** As many words of the categories that go left and of those known; a numeric split has none. */
  readonly categories?: { readonly left: readonly number[]; readonly known: readonly number[] };
}

/** A split and its children, or the number of a leaf. */
export type KernelTree = number | readonly [split: Split, left: KernelTree, right: KernelTree];

/** An ensemble that sums its leaves, whose values are made of their numbers. */
export function ensembleOf(
  trees: readonly KernelTree[],
  kind: Kind,
  features: number,
  width: number,
  leafValue: (leaf: number, k: number) => number,
  categories: CategoryCast = 'uint8-or-missing',
): TreeEnsembleStep {
  const left: number[] = [];
  const right: number[] = [];
  const splits: (Split | null)[] = [];
  const values: number[] = [];
  const roots = trees.map((root) => {
    const first = left.length;
    const open: { tree: KernelTree; parent: number; side: number[] }[] = [
      { tree: root, parent: -1, side: left },
    ];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { tree, parent, side } = next;
      const node = left.push(-1) - 1;
      right.push(-1);
      if (parent >= 0) side[parent] = node;
      const leaf = typeof tree === 'number';
      splits.push(leaf ? null : tree[0]);
      for (let k = 0; k < width; k++) values.push(leaf ? leafValue(tree, k) : 0);
      if (!leaf)
        open.push({ tree: tree[2], parent: node, side: right }, { tree: tree[1], parent: node, side: left });
    }
    return first;
  });
  const sets = splits.flatMap((split) => (split?.categories ? [split.categories] : []));
  let set = 0;
  let words = 0;
  const arena: TreeArena = {
    roots: Int32Array.from(roots),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    feature: Int32Array.from(splits, (split) => split?.feature ?? -1),
    threshold: Float64Array.from(splits, (split) => split?.threshold ?? -2),
    missingLeft: Uint8Array.from(splits, (split) => (split?.missingLeft ? 1 : 0)),
    zeroMissing: splits.some((split) => split?.zeroMissing)
      ? Uint8Array.from(splits, (split) => (split?.zeroMissing ? 1 : 0))
      : null,
    categorical:
      sets.length === 0 ? null : Int32Array.from(splits, (split) => (split?.categories ? set++ : -1)),
    setOffsets: Uint32Array.from([0, ...sets.map((one) => (words += one.left.length))]),
    bitsets: Uint32Array.from(sets.flatMap(({ left: words }) => words)),
    knownBitsets: categories.startsWith('uint8')
      ? Uint32Array.from(sets.flatMap(({ known }) => known))
      : null,
    categories,
    values: Float64Array.from(values),
    valueWidth: width,
  };
  return {
    sums: 'float64',
    ...kind,
    kind: 'tree-ensemble',
    origin: { path: '', class: 'random', offset: 0 },
    features,
    featureNames: null,
    arena,
    scores: width,
    target: null,
    aggregate: 'sum',
    base: { kind: 'constant', scores: new Float64Array(width) },
    head: { kind: 'regression', link: 'identity', flat: false },
  };
}

/** Trees of one split each, of column 0. */
export function stumps(splits: readonly Omit<Split, 'feature'>[], kind: Kind): TreeEnsembleStep {
  const trees = splits.map((split): KernelTree => [{ ...split, feature: 0 }, 0, 1]);
  return ensembleOf(trees, kind, 1, 1, (leaf) => leaf);
}
