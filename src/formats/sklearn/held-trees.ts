/** Trees that ensembles of any estimators hold most: they become one arena instead of a step each. */
import type { TreeEnsembleStep } from '../../model/step.ts';
import type { TreeHead } from '../../model/tree.ts';
import { isType } from '../pickle/value.ts';
import { joinTrees } from './arena.ts';
import { toNumbers } from './arrays.ts';
import { type CythonTree, readCythonTree } from './cython-tree.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** A tree, and the estimator that it is of. */
export interface HeldTree {
  readonly view: EstimatorView;
  readonly tree: CythonTree;
}

const TREES = /^sklearn\.tree\..*\b(?:DecisionTree|ExtraTree)(?:Classifier|Regressor)$/;

/** The trees of `estimators_`; null where it holds anything else. */
export function heldTrees(view: EstimatorView): readonly HeldTree[] | null {
  const items = view.items('estimators_');
  const isTree = items.map(
    (item) => isType(item, 'object') && TREES.test(`${item.cls.module}.${item.cls.name}`),
  );
  if (items.length === 0 || isTree.includes(false)) return null;
  return items.map((item, i) => {
    const one = view.reading.view(item, view.pathTo(`estimators_[${i}]`), view.release);
    return { view: one, tree: readCythonTree(one) };
  });
}

/** `estimators_features_`: the columns that each estimator sees; each a column of `width`. */
export function seenColumns(
  view: EstimatorView,
  count: number,
  width: number,
): readonly (readonly number[])[] {
  const items = view.items('estimators_features_');
  if (items.length !== count)
    throw view.invalid('estimators_features_', `${items.length} long`, `${count}, one an estimator`);
  return items.map((item) => {
    const columns = isType(item, 'array') ? toNumbers(item) : null;
    if (columns === null || !columns.every((column) => column >= 0 && column < width))
      throw view.invalid('estimators_features_', show(item), `columns of ${width}`);
    view.reading.repeat(columns.length, view.origin);
    return [...columns];
  });
}

/** The tree over all `width` columns, of which it was fitted on `columns`. */
export function placedTree({ view, tree }: HeldTree, columns: readonly number[], width: number): CythonTree {
  if (tree.features !== columns.length)
    throw view.invalid('tree_', `${tree.features} columns`, `${columns.length}, as are chosen for it`);
  const feature = Float64Array.from(tree.feature, (column) => columns[column] ?? -1);
  return { ...tree, features: width, feature };
}

/** Sums of the leaves of trees as numbers: `scores` a leaf, or one added to the `target` of its tree. */
export function treeSums(
  view: EstimatorView,
  trees: readonly CythonTree[],
  of: {
    readonly scores: number;
    readonly target?: Int32Array;
    readonly acceptsMissing?: boolean;
    readonly head?: TreeHead;
    readonly aggregate?: 'sum' | 'mean';
  },
): TreeEnsembleStep {
  const { scores, target = null } = of;
  const first = trees[0]!;
  const uneven = trees.find(({ features }) => features !== first.features);
  if (uneven !== undefined)
    throw view.invalid('estimators_', `${uneven.features} columns wide`, `${first.features}, as the others`);
  return {
    kind: 'tree-ensemble',
    ...view.base(first.features),
    arena: joinTrees(trees, target === null ? scores : 1),
    input: 'float32',
    split: 'le',
    acceptsMissing: of.acceptsMissing ?? false,
    scores,
    target,
    base: { kind: 'constant', scores: new Float64Array(scores) },
    sums: 'float64',
    aggregate: of.aggregate ?? 'sum',
    head: of.head ?? { kind: 'regression', link: 'identity', flat: false },
  };
}
