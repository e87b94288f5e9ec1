import type { TreeEnsembleStep } from '../../model/step.ts';
import type { LabelSet } from '../../model/tensor.ts';
import type { TreeHead } from '../../model/tree.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { joinTrees } from './arena.ts';
import { arrayItemsOf } from './arrays.ts';
import { type CythonTree, readCythonTree } from './cython-tree.ts';
import { pairwiseSum } from './pairwise-sum.ts';
import { show } from './show.ts';
import type { SklearnRelease } from './state.ts';
import type { EstimatorView } from './view.ts';

/** Classes of each output: `classes_` is an array, or a list of arrays for several outputs. */
export function classGroups(view: EstimatorView): readonly LabelSet[] {
  const value = view.required('classes_');
  const outputs = view.count('n_outputs_', 1);
  const several = outputs > 1 || !isType(value, 'array');
  const groups = (several ? view.items('classes_') : [value]).map((one: PyValue) =>
    view.toLabels('classes_', one),
  );
  if (groups.length !== outputs)
    throw view.invalid('classes_', `${groups.length} outputs`, `${outputs} outputs`);
  return groups;
}

/**
 * Class fractions of every node, `[nodes, outputs * stride]`. Trees hold weighted counts up to 1.3 and fractions from
 * 1.4; counts are divided by their sum, a sum of 0 by 1 (`DecisionTreeClassifier.predict_proba`).
 */
export function classFractions(
  view: EstimatorView,
  tree: CythonTree,
  groups: readonly LabelSet[],
): Float64Array {
  const stride = tree.valuesPerOutput;
  const widest = widestOf(groups);
  if (stride !== widest || tree.outputs !== groups.length) {
    throw view.invalid(
      'tree_.values',
      `${tree.outputs} outputs of ${stride} classes`,
      `${groups.length} outputs of ${widest} classes`,
    );
  }
  if (!holdsCounts(view.release, tree)) return tree.values;
  const out = new Float64Array(tree.values.length);
  for (let row = 0; row < tree.left.length; row++) {
    for (const [k, group] of groups.entries()) {
      const start = (row * groups.length + k) * stride;
      const sum = pairwiseSum(tree.values, start, group.values.length) || 1;
      for (let c = 0; c < group.values.length; c++) out[start + c] = tree.values[start + c]! / sum;
    }
  }
  return out;
}

const widestOf = (groups: readonly LabelSet[]): number =>
  groups.reduce((most, group) => Math.max(most, group.values.length), 0);

/** By release; a file that does not say is judged by its root, whose fractions sum to about 1. */
function holdsCounts(release: SklearnRelease | null, tree: CythonTree): boolean {
  if (release !== null) return release.major === 0 || (release.major === 1 && release.minor < 4);
  return Math.abs(pairwiseSum(tree.values, 0, tree.valuesPerOutput) - 1) > 1e-9;
}

/**
 * Whether `predict` lets NaN pass, as `_support_missing_values` says in each release: since 1.3 for single trees and
 * 1.4 for forests with a best splitter (from 1.6 a random one too), one of the tested criteria and (up to 1.8) no
 * monotonic constraints.
 */
export function treeAcceptsMissing(
  view: EstimatorView,
  kind: 'tree' | 'forest',
  splitter = view.get('splitter'),
): boolean {
  if (view.release === null || !(kind === 'tree' ? view.since(1, 3) : view.since(1, 4))) return false;
  const extra = view.className.startsWith('Extra');
  if (view.since(1, 9)) return !extra || splitter === 'random';
  const constraint = view.get('monotonic_cst');
  if (constraint !== undefined && constraint !== null) return false;
  const splitters = !view.since(1, 6)
    ? ['best']
    : extra && view.className.endsWith('Classifier')
      ? ['random']
      : ['best', 'random'];
  const criteria = view.className.endsWith('Classifier')
    ? ['gini', 'log_loss', 'entropy']
    : ['squared_error', 'friedman_mse', 'poisson'];
  return (
    typeof splitter === 'string' &&
    splitters.includes(splitter) &&
    typeof view.get('criterion') === 'string' &&
    criteria.includes(view.get('criterion') as string)
  );
}

export const isClassifier = (view: EstimatorView): boolean => view.className.endsWith('Classifier');

/** Fields that trees, forests and their mean share. */
export function voteOrRegression(
  view: EstimatorView,
  outputs: number,
  groups: readonly LabelSet[] | null,
): { scores: number; head: TreeHead } {
  if (groups === null)
    return { scores: outputs, head: { kind: 'regression', link: 'identity', flat: outputs === 1 } };
  const stride = widestOf(groups);
  if (new Set(groups.map((group) => group.type)).size > 1)
    throw view.unsupported('classes_', 'outputs with labels of several types', 'one type for all outputs is');
  return { scores: groups.length * stride, head: { kind: 'vote', groups, stride } };
}

/** DecisionTree*, ExtraTree*. */
export function readTree(view: EstimatorView): TreeEnsembleStep {
  const tree = readCythonTree(view);
  const groups = isClassifier(view) ? classGroups(view) : null;
  const values = groups === null ? tree.values : classFractions(view, tree, groups);
  if (groups === null && tree.valuesPerOutput !== 1)
    throw view.invalid('tree_.values', `${tree.valuesPerOutput} a node`, 'one a node');
  const { scores, head } = voteOrRegression(view, tree.outputs, groups);
  return {
    kind: 'tree-ensemble',
    ...view.base(tree.features),
    arena: joinTrees([{ ...tree, values }], scores),
    input: 'float32',
    split: 'le',
    acceptsMissing: treeAcceptsMissing(view, 'tree'),
    scores,
    target: null,
    base: { kind: 'constant', scores: new Float64Array(scores) },
    sums: 'float64',
    aggregate: 'sum',
    head,
  };
}

/** Trees kept in a list or object array, as views. */
export function treeViews(view: EstimatorView, name: string): readonly EstimatorView[] {
  const items = arrayItemsOf(view.required(name));
  if (items === null || items.length === 0) throw view.invalid(name, show(view.get(name)), 'trees');
  return items.map((item, i) => view.reading.view(item, view.pathTo(`${name}[${i}]`), view.release));
}
