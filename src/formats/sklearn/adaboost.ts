import type { AdaBoostTerms } from '../../model/adaboost.ts';
import type { AdaBoostStep, Member, WeightedMedianStep } from '../../model/step.ts';
import type { LabelSet } from '../../model/tensor.ts';
import type { CythonTree } from './cython-tree.ts';
import {
  answerSpec,
  askedMember,
  baseAround,
  type HeldPredictor,
  readPredictors,
  widthOf,
} from './ensemble.ts';
import { exactLog } from './exact-math.ts';
import { type Family, family } from './family.ts';
import { type HeldTree, heldTrees, treeSums } from './held-trees.ts';
import { pairwiseSum } from './pairwise-sum.ts';
import { classFractions } from './tree.ts';
import type { EstimatorView } from './view.ts';

/** Least probability whose logarithm is taken (`_samme_proba`). */
const LEAST = 2 ** -52;

/** What an estimator adds to the scores by the class that it names: up to 1.2 nothing to the others. */
interface VoteWeights {
  readonly hits: Float64Array;
  readonly misses: Float64Array;
}

/** AdaBoostClassifier; SAMME.R, the default up to 1.5, adds logarithms of probabilities. */
function readAdaBoostClassifier(view: EstimatorView): AdaBoostStep | null {
  const classes = view.labels('classes_');
  const count = classes.values.length;
  if (count < 2) throw view.unsupported('classes_', 'one class', 'two or more are');
  const weights = view.vector('estimator_weights_');
  const divisor = pairwiseSum(weights, 0, weights.length);
  const isReal = view.since(1, 6)
    ? false
    : view.choice('algorithm', ['SAMME', 'SAMME.R'], 'SAMME.R') === 'SAMME.R';
  const misses = view.since(1, 3)
    ? weights.map((weight) => (-1 / (count - 1)) * weight)
    : weights.map(() => 0);
  const votes = isReal ? null : { hits: weights, misses };
  const trees = heldTrees(view);
  if (trees !== null) return ofTrees(view, trees, votes, { classes, divisor });
  const predictors = readPredictors(view, 'estimators_');
  if (predictors === null) return null;
  return {
    kind: 'adaboost',
    ...baseAround(view, predictors),
    refusesMissing: true,
    ...ofPredictors(view, predictors, votes, classes),
    divisor,
    classes,
  };
}

/** Of trees the terms are known leaf by leaf. */
function ofTrees(
  view: EstimatorView,
  trees: readonly HeldTree[],
  votes: VoteWeights | null,
  { classes, divisor }: Pick<AdaBoostStep, 'classes' | 'divisor'>,
): AdaBoostStep {
  const count = classes.values.length;
  checkWeights(view, votes, trees.length);
  const weighed = trees.map(({ view: one, tree }, i): CythonTree => {
    const fractions = classFractions(one, tree, [classes]);
    const terms = votes === null ? logTerms : voteTerms(votes.hits[i]!, votes.misses[i]!);
    const values = new Float64Array(fractions.length);
    for (let base = 0; base < values.length; base += count)
      values.set(terms(fractions.subarray(base, base + count)), base);
    return { ...tree, values };
  });
  const step = treeSums(view, weighed, { scores: count });
  return {
    kind: 'adaboost',
    ...view.base(step.features),
    members: [askedMember(view, { name: 'trees', step }, 'predict')],
    terms: { kind: 'terms' },
    divisor,
    classes,
  };
}

const logTerms = (fractions: Float64Array): Float64Array => {
  const count = fractions.length;
  const logs = fractions.map((p) => exactLog(Math.max(p, LEAST)));
  const mean = (1 / count) * pairwiseSum(logs, 0, count);
  return logs.map((log) => (count - 1) * (log - mean));
};

const voteTerms =
  (hit: number, miss: number) =>
  (fractions: Float64Array): Float64Array => {
    const named = fractions.reduce((best, p, k) => (p > fractions[best]! ? k : best), 0);
    return fractions.map((_, k) => (k === named ? hit : miss));
  };

function checkWeights(view: EstimatorView, votes: VoteWeights | null, count: number): void {
  if (votes !== null && votes.hits.length < count)
    throw view.invalid('estimator_weights_', `${votes.hits.length} long`, `${count}, one an estimator`);
}

function ofPredictors(
  view: EstimatorView,
  predictors: readonly HeldPredictor[],
  votes: VoteWeights | null,
  classes: LabelSet,
): { readonly members: readonly Member[]; readonly terms: AdaBoostTerms } {
  const count = predictors.length;
  checkWeights(view, votes, count);
  if (votes !== null) {
    const members = predictors.map((one) => askedMember(view, one, 'predict', { codes: classes }));
    for (const { step } of members) checkLabels(view, answerSpec(step, 'predict')?.classes, classes);
    const hits = votes.hits.slice(0, count);
    return { members, terms: { kind: 'votes', hits, misses: votes.misses.slice(0, count) } };
  }
  const members = predictors.map((one) => askedMember(view, one, 'predict_proba'));
  for (const member of members) {
    if (widthOf(view, member) !== classes.values.length)
      throw view.invalid(
        `predict_proba of ${member.step.origin.path}`,
        `${widthOf(view, member)} wide`,
        `${classes.values.length} wide`,
      );
    if (answerSpec(member.step, 'predict_proba')?.dtype !== 'float64')
      throw view.unsupported(`predict_proba of ${member.step.origin.path}`, 'float32', 'float64 is');
  }
  return { members, terms: { kind: 'logs' } };
}

function checkLabels(view: EstimatorView, held: LabelSet | undefined, classes: LabelSet): void {
  const known = new Set<string | number | boolean>(classes.values);
  if (held?.type !== classes.type || !held.values.every((label) => known.has(label)))
    throw view.invalid(
      'classes_ of an estimator',
      held?.values.slice(0, 4).join(', ') ?? 'none',
      'labels of the ensemble',
    );
}

/** AdaBoostRegressor: the weighted median of what the estimators predict. */
function readAdaBoostRegressor(view: EstimatorView): WeightedMedianStep | null {
  const all = view.vector('estimator_weights_');
  const trees = heldTrees(view);
  const predictors =
    trees === null
      ? readPredictors(view, 'estimators_')
      : [{ name: 'trees', step: treeColumns(view, trees) }];
  if (predictors === null) return null;
  const members = predictors.map((one) => askedMember(view, one, 'predict'));
  const count = members.reduce((sum, member) => sum + widthOf(view, member), 0);
  const held = trees?.length ?? predictors.length;
  if (count !== held) throw view.unsupported('estimators_', 'with several targets', 'one target is');
  if (all.length < count)
    throw view.invalid('estimator_weights_', `${all.length} long`, `${count}, one an estimator`);
  const own =
    trees === null ? { ...baseAround(view, predictors), refusesMissing: true as const } : view.base();
  return { kind: 'weighted-median', ...own, members, weights: all.slice(0, count) };
}

/** What each tree predicts, a column a tree. */
function treeColumns(view: EstimatorView, trees: readonly HeldTree[]) {
  for (const { view: one, tree } of trees)
    if (tree.outputs !== 1 || tree.valuesPerOutput !== 1)
      throw one.invalid('tree_', `${tree.outputs} outputs`, 'one');
  return treeSums(
    view,
    trees.map(({ tree }) => tree),
    { scores: trees.length, target: Int32Array.from(trees.keys()) },
  );
}

export const ADABOOST_FAMILIES: readonly Family[] = [
  family('ensemble', readAdaBoostClassifier, 'AdaBoostClassifier'),
  family('ensemble', readAdaBoostRegressor, 'AdaBoostRegressor'),
];
