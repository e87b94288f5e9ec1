import { elementAt } from '../../core/element-at.ts';
import type { TreeEnsembleStep } from '../../model/step.ts';
import { joinTrees } from './arena.ts';
import { readCythonTree } from './cython-tree.ts';
import {
  classFractions,
  classGroups,
  isClassifier,
  treeAcceptsMissing,
  treeViews,
  voteOrRegression,
} from './tree.ts';
import type { EstimatorView } from './view.ts';

/** RandomForest*, ExtraTrees*: the mean over the trees, in order (`_accumulate_prediction`). */
export function readForest(view: EstimatorView): TreeEnsembleStep {
  const groups = isClassifier(view) ? classGroups(view) : null;
  const held = treeViews(view, 'estimators_');
  const views = held.slice(0, view.chosenIterations(held.length) ?? held.length);
  const first = readCythonTree(elementAt(views, 0));
  const trees = views.map((one, i) => {
    const tree = i === 0 ? first : readCythonTree(one);
    if (tree.features !== first.features || tree.outputs !== first.outputs)
      throw one.invalid(
        'tree_',
        `${tree.features} columns, ${tree.outputs} outputs`,
        `${first.features} columns, ${first.outputs} outputs`,
      );
    if (groups === null && tree.valuesPerOutput !== 1)
      throw one.invalid('tree_.values', `${tree.valuesPerOutput} a node`, 'one a node');
    return groups === null ? tree : { ...tree, values: classFractions(one, tree, groups) };
  });
  const { scores, head } = voteOrRegression(view, first.outputs, groups);
  return {
    kind: 'tree-ensemble',
    ...view.base(first.features),
    arena: joinTrees(trees, scores),
    input: 'float32',
    split: 'le',
    acceptsMissing: treeAcceptsMissing(elementAt(views, 0), 'forest'),
    scores,
    target: null,
    base: { kind: 'constant', scores: new Float64Array(scores) },
    sums: 'float64',
    aggregate: 'mean',
    head,
  };
}
