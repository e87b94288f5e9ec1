import { isType } from '../pickle/value.ts';
import { recordColumn } from './arrays.ts';
import { pairwiseSum } from './pairwise-sum.ts';
import { show } from './show.ts';
import { treeViews } from './tree.ts';
import type { EstimatorView } from './view.ts';

const TREES = /^(DecisionTree|ExtraTree)(Classifier|Regressor)$/;
const FORESTS = /^(RandomForest|ExtraTrees)(Classifier|Regressor)$/;
const BOOSTED = /^GradientBoosting(Classifier|Regressor)$/;

/**
 * How much each column matters to a fitted estimator, as `_get_feature_importances` says with `transform_func='norm'`:
 * |coef_|, its norm over the rows where there are several, or `feature_importances_`. [columns]
 */
export function importancesOf(view: EstimatorView, order: number): Float64Array {
  if (view.has('coef_')) return coefficientNorms(view, order);
  if (TREES.test(view.className)) return normalized(impurityDecreases(view));
  if (FORESTS.test(view.className))
    return meanOfTrees(treeViews(view, 'estimators_'), (tree) => normalized(impurityDecreases(tree)));
  if (BOOSTED.test(view.className)) return meanOfTrees(treeViews(view, 'estimators_'), impurityDecreases);
  throw view.unsupported(
    'the importances',
    view.className,
    'those of linear models (coef_), of trees, forests and GradientBoosting are',
  );
}

/** `numpy.linalg.norm(coef_, axis=0, ord=order)`: rows are added one after the other. */
function coefficientNorms(view: EstimatorView, order: number): Float64Array {
  const { rows, cols, data } = view.matrix('coef_');
  const norms = new Float64Array(cols);
  const add = NORMS.get(order);
  if (add === undefined && rows > 1) throw view.unsupported('norm_order', String(order), '1, 2 and inf are');
  if (rows === 1 || add === undefined) return data.map(Math.abs);
  for (let k = 0; k < data.length; k++) norms[k % cols] = add(norms[k % cols]!, data[k]!);
  return order === 2 ? norms.map(Math.sqrt) : norms;
}

const NORMS: ReadonlyMap<number, (sum: number, value: number) => number> = new Map([
  [1, (sum: number, value: number) => sum + Math.abs(value)],
  [2, (sum: number, value: number) => sum + value * value],
  [Infinity, (most: number, value: number) => Math.max(most, Math.abs(value))],
]);

/** `Tree.compute_feature_importances(normalize=False)`: what the splits on each column take from the impurity. */
function impurityDecreases(view: EstimatorView): Float64Array {
  const tree = view.child('tree_');
  const nodes = tree.array('nodes');
  const [left, right, feature, impurity, weight] = [
    ...['left_child', 'right_child', 'feature', 'impurity', 'weighted_n_node_samples'],
  ].map((name) => {
    const column = recordColumn(nodes, name);
    if (column === null) throw view.invalid(`tree_.nodes.${name}`, 'missing', 'a field of numbers');
    return column;
  }) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const features = view.base().features;
  if (features === null || weight.length === 0) throw view.invalid('tree_.nodes', 'empty', 'nodes');
  const decreases = new Float64Array(features);
  const impure = (node: number): number => weight[node]! * impurity[node]!;
  for (let node = 0; node < left.length; node++) {
    const [a, b, column] = [left[node]!, right[node]!, feature[node]!];
    if (a === -1) continue;
    if (!(a > node && b > node && a < left.length && b < left.length && column >= 0 && column < features))
      throw view.invalid('tree_.nodes', `node ${node}`, 'nodes after their parent and columns that exist');
    decreases[column]! += impure(node) - impure(a) - impure(b);
  }
  return decreases.map((decrease) => decrease / weight[0]!);
}

function normalized(importances: Float64Array): Float64Array {
  const sum = pairwiseSum(importances, 0, importances.length);
  return sum > 0 ? importances.map((value) => value / sum) : importances;
}

/** The mean over the trees that split at all, divided by its sum. */
function meanOfTrees(
  trees: readonly EstimatorView[],
  importances: (tree: EstimatorView) => Float64Array,
): Float64Array {
  const splitting = trees.filter((tree) => nodeCount(tree) > 1);
  const [first, ...rest] = splitting.map(importances);
  if (first === undefined) return new Float64Array(trees[0]?.base().features ?? 0);
  for (const one of rest) {
    if (one.length !== first.length)
      throw trees[0]!.invalid(
        'estimators_',
        `trees of ${one.length} columns`,
        `${first.length}, as the first`,
      );
    for (let k = 0; k < first.length; k++) first[k]! += one[k]!;
  }
  const mean = first.map((sum) => sum / splitting.length);
  const total = pairwiseSum(mean, 0, mean.length);
  return mean.map((value) => value / total);
}

function nodeCount(view: EstimatorView): number {
  const nodes = view.child('tree_').required('nodes');
  if (!isType(nodes, 'array')) throw view.invalid('tree_.nodes', show(nodes), 'a record array');
  return nodes.shape[0] ?? 0;
}
