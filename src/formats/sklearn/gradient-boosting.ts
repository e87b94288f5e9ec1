import { elementAt } from '../../core/element-at.ts';
import type { DummyStep } from '../../model/dummy.ts';
import type { TreeEnsembleStep } from '../../model/step.ts';
import type { LabelSet } from '../../model/tensor.ts';
import type { BaseLink, TreeHead } from '../../model/tree.ts';
import { isType } from '../pickle/value.ts';
import { joinTrees } from './arena.ts';
import { type CythonTree, readCythonTree } from './cython-tree.ts';
import { exactExp, exactLog, exactLog1p } from './exact-math.ts';
import { pairwiseSum } from './pairwise-sum.ts';
import { globalName, show } from './show.ts';
import { isClassifier } from './tree.ts';
import type { EstimatorView } from './view.ts';

const EPS32 = 2 ** -23;
const EPS64 = 2 ** -52;

type Base = TreeEnsembleStep['base'];

/**
 * GradientBoostingClassifier and -Regressor: `raw = init; raw += learning_rate * leaf` tree by tree, stage by stage
 * (`_gradient_boosting.pyx`). The product is taken here once, which gives the same bits.
 */
export function readGradientBoosting(view: EstimatorView): TreeEnsembleStep {
  const classes = isClassifier(view) ? view.labels('classes_') : null;
  const scores = classes === null || classes.values.length <= 2 ? 1 : classes.values.length;
  const held = stageTrees(view, scores);
  const stages = view.chosenIterations(held.length / scores);
  const trees = held.slice(0, stages === null ? held.length : stages * scores);
  const features = elementAt(trees, 0).features;
  const rate = view.number('learning_rate');
  const scaled = trees.map((tree) => ({ ...tree, values: tree.values.map((value) => rate * value) }));
  return {
    kind: 'tree-ensemble',
    ...view.base(features),
    arena: joinTrees(scaled, 1),
    input: 'float32',
    split: 'le',
    acceptsMissing: false,
    scores,
    target: scores === 1 ? null : Int32Array.from(trees, (_, i) => i % scores),
    base: baseOf(view, classes, scores),
    sums: 'float64',
    aggregate: 'sum',
    head: headOf(view, classes),
  };
}

/** `estimators_` is an object array `[stages, scores]` of regression trees. */
function stageTrees(view: EstimatorView, scores: number): readonly CythonTree[] {
  const array = view.array('estimators_');
  const items = array.data;
  if (
    items instanceof Uint8Array ||
    array.shape.length !== 2 ||
    array.shape[1] !== scores ||
    items.length === 0
  ) {
    throw view.invalid('estimators_', show(array), `an array of trees, ${scores} a stage`);
  }
  return items.map((item, i) => {
    const one = view.reading.view(
      item,
      view.pathTo(`estimators_[${Math.floor(i / scores)}, ${i % scores}]`),
      view.release,
    );
    const tree = readCythonTree(one);
    if (tree.outputs !== 1 || tree.valuesPerOutput !== 1)
      throw one.invalid('tree_', `${tree.outputs} outputs`, 'one');
    const width = view.get('n_features_in_', 'n_features_');
    if (width !== undefined && width !== null) view.base(tree.features);
    return tree;
  });
}

/** Exponential loss answers σ(2s). A score of 0 is class 1 in `predict` of 1.4 and later, and for that loss before. */
function headOf(view: EstimatorView, classes: LabelSet | null): TreeHead {
  if (classes === null) return { kind: 'regression', link: 'identity', flat: true };
  const exponential = view.get('loss') === 'exponential';
  return {
    kind: 'boosted',
    classes,
    link: classes.values.length <= 2 ? 'sigmoid' : view.since(1, 4) ? 'softmax' : 'logsumexp',
    factor: exponential ? 2 : 1,
    positiveAtZero: exponential || view.since(1, 4),
  };
}

/** `_raw_predict_init`: zeros, a constant from the default Dummy estimators, or any estimator given as `init=`. */
function baseOf(view: EstimatorView, classes: LabelSet | null, scores: number): Base {
  const init = view.required('init_');
  if (init === 'zero') return { kind: 'constant', scores: new Float64Array(scores) };
  if (!isType(init, 'object')) throw view.unsupported('init_', show(init), "'zero' and estimators are");
  const link = linkOf(view, classes, scores);
  const eps = view.since(1, 8) ? EPS64 : EPS32;
  const step = view.reading.required(init, view.pathTo('init_'), view.release);
  if (step.kind === 'dummy')
    return { kind: 'constant', scores: constantScores(view, step, link, eps, scores) };
  if (usesFloat32(view, 'init_'))
    throw view.unsupported(
      'init_',
      `${globalName(init.cls)} with float32 coefficients`,
      'float64 estimators are',
    );
  return { kind: 'estimator', step, link, eps };
}

/** Up to 1.3 losses came from `_gb_losses`, whose multi-class link is log(p); `_loss.loss` centres it. */
function linkOf(view: EstimatorView, classes: LabelSet | null, scores: number): BaseLink {
  if (classes === null) return 'identity';
  if (scores > 1) return view.since(1, 4) ? 'centred-log' : 'log';
  return view.get('loss') === 'exponential' ? 'half-logit' : 'logit';
}

function constantScores(
  view: EstimatorView,
  dummy: DummyStep,
  link: BaseLink,
  eps: number,
  scores: number,
): Float64Array {
  const given =
    dummy.task === 'regression' ? dummy.values : (dummy.targets[0]?.probabilities ?? new Float64Array());
  const wanted = link === 'identity' ? 1 : Math.max(scores, 2);
  if (given.length !== wanted) throw view.invalid('init_', `${given.length} values`, `${wanted} values`);
  if (link === 'identity') return given;
  const p = given.map((value) => Math.min(Math.max(value, eps), 1 - eps));
  if (link === 'logit' || link === 'half-logit') {
    const score = view.since(1, 6)
      ? scipyLogit(elementAt(p, 1))
      : exactLog(elementAt(p, 1) / (1 - elementAt(p, 1)));
    return Float64Array.of(link === 'logit' ? score : 0.5 * score);
  }
  const logs = p.map(exactLog);
  if (link === 'log') return logs;
  const mean = exactExp(pairwiseSum(logs, 0, logs.length) / logs.length);
  return p.map((value) => exactLog(value / mean));
}

/**
 * `scipy.special.logit`, which from 1.16 on takes a form without cancellation near 1/2 (xsf, `stats.h`). A file does not
 * say which SciPy it meets: one as old as the scikit-learn that wrote it is taken.
 */
function scipyLogit(p: number): number {
  if (p < 0.3 || p > 0.65) return exactLog(p / (1 - p));
  const s = 2 * (p - 0.5);
  return exactLog1p(s) - exactLog1p(-s);
}

/** Coefficients fitted in float32 meet float32 inputs here, and numpy would then compute in float32. */
function usesFloat32(view: EstimatorView, name: string): boolean {
  const coef = view.child(name).get('coef_', 'feature_log_prob_', 'components_');
  return isType(coef, 'array') && coef.dtype.code === 'f' && coef.dtype.itemSize < 8;
}
