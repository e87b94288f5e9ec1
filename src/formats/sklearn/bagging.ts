import type { Member, ModelStep, TreeEnsembleStep, VotingStep } from '../../model/step.ts';
import type { LabelSet } from '../../model/tensor.ts';
import type { TreeHead } from '../../model/tree.ts';
import {
  answerSpec,
  askedMember,
  checkCodes,
  checkPrecision,
  type HeldPredictor,
  readPredictors,
} from './ensemble.ts';
import { type Family, family } from './family.ts';
import { type HeldTree, heldTrees, placedTree, seenColumns, treeSums } from './held-trees.ts';
import { classFractions, isClassifier, treeAcceptsMissing } from './tree.ts';
import type { EstimatorView } from './view.ts';

/**
 * BaggingClassifier and BaggingRegressor: the mean over estimators, each of which sees columns of its own
 * (`_parallel_predict_proba`).
 */
function readBagging(view: EstimatorView): ModelStep | null {
  const classes = isClassifier(view) ? view.labels('classes_') : null;
  const trees = heldTrees(view);
  if (trees !== null) return ofTrees(view, trees, classes);
  const predictors = readPredictors(view, 'estimators_');
  if (predictors === null) return null;
  const { features } = view.base();
  if (features === null) throw view.invalid('n_features_in_', 'missing', 'the number of columns');
  const columns = seenColumns(view, predictors.length, features);
  const placed = predictors.map((one, i) => ({ ...one, step: over(view, one.step, columns[i]!, features) }));
  return classes === null ? ofRegressors(view, placed) : ofClassifiers(view, placed, classes);
}

/** A bag of trees is a forest. */
function ofTrees(view: EstimatorView, held: readonly HeldTree[], classes: LabelSet | null): TreeEnsembleStep {
  const features = view.base().features ?? held[0]!.tree.features;
  const columns = seenColumns(view, held.length, features);
  const trees = held.map((one, i) => {
    const tree = placedTree(one, columns[i]!, features);
    if (classes !== null) return { ...tree, values: sharesOf(one, classes) };
    if (tree.valuesPerOutput !== 1 || tree.outputs !== held[0]!.tree.outputs)
      throw one.view.invalid('tree_.values', `${tree.outputs} outputs`, `${held[0]!.tree.outputs} outputs`);
    return tree;
  });
  const count = classes?.values.length ?? held[0]!.tree.outputs;
  const head: TreeHead =
    classes === null
      ? { kind: 'regression', link: 'identity', flat: count === 1 }
      : { kind: 'vote', groups: [classes], stride: count };
  const acceptsMissing = treeAcceptsMissing(held[0]!.view, 'tree');
  return treeSums(view, trees, { scores: count, head, acceptsMissing, aggregate: 'mean' });
}

/** Class fractions over all classes, of a tree that may have seen fewer of them. */
function sharesOf({ view, tree }: HeldTree, classes: LabelSet): Float64Array {
  const own = view.labels('classes_');
  const fractions = classFractions(view, tree, [own]);
  const [count, width] = [own.values.length, classes.values.length];
  const places = placesOf(view, own, width);
  if (places === null) return fractions;
  const out = new Float64Array((fractions.length / count) * width);
  for (const [at, share] of fractions.entries())
    out[Math.floor(at / count) * width + places[at % count]!] = share;
  return out;
}

/** Where encoded classes are among `count`; null where they are all of them. */
function placesOf(view: EstimatorView, own: LabelSet, count: number): Int32Array | null {
  const places = own.values.map(Number);
  if (
    own.type === 'string' ||
    !places.every((place) => Number.isInteger(place) && place >= 0 && place < count)
  )
    throw view.invalid(
      'classes_',
      own.values.slice(0, 4).join(', '),
      `numbers below ${count}, as of encoded labels`,
    );
  return places.length === count ? null : Int32Array.from(places);
}

/** The step over its own columns of all. */
function over(view: EstimatorView, step: ModelStep, columns: readonly number[], features: number): ModelStep {
  if (step.features !== null && step.features !== columns.length)
    throw view.invalid(
      step.origin.path,
      `${step.features} columns wide`,
      `${columns.length}, as are chosen for it`,
    );
  if (columns.length === features && columns.every((column, i) => column === i)) return step;
  const base = { origin: step.origin, features, featureNames: null };
  const chosen: ModelStep = {
    kind: 'column-transformer',
    ...base,
    branches: [{ name: 'features', columns, scalar: false, weight: null, step: null }],
  };
  return {
    kind: 'pipeline',
    ...base,
    steps: [
      { name: 'features', step: chosen },
      { name: 'estimator', step },
    ],
  };
}

function ofRegressors(view: EstimatorView, predictors: readonly HeldPredictor[]): VotingStep {
  const members = predictors.map((one) => askedMember(view, one, 'predict'));
  checkPrecision(view, members);
  const shapes = members.map(({ step }) => answerSpec(step, 'predict')?.shape ?? []);
  const [, width = 1] = shapes[0]!;
  if (shapes.some(([, other = 1]) => other !== width))
    throw view.invalid('estimators_', 'with other numbers of targets', `${width}, as the first`);
  return {
    kind: 'voting',
    ...view.base(),
    members,
    weights: null,
    divisor: members.length,
    vote: { kind: 'numbers', width, flat: shapes[0]!.length === 1 },
    decisions: null,
    transforms: false,
  };
}

/** Members without `predict_proba` vote. */
function ofClassifiers(
  view: EstimatorView,
  predictors: readonly HeldPredictor[],
  classes: LabelSet,
): VotingStep {
  const count = classes.values.length;
  const has = (method: Member['method']): boolean =>
    predictors.every(({ step }) => answerSpec(step, method) !== null);
  const shares = has('predict_proba');
  const members = predictors.map((one) => askedMember(view, one, shares ? 'predict_proba' : 'predict'));
  for (const member of members) checkCodes(view, member, count);
  const places = members.map(({ step }) => placesOf(view, answerSpec(step, 'predict')!.classes!, count));
  return {
    kind: 'voting',
    ...view.base(),
    members,
    weights: null,
    divisor: members.length,
    vote: shares ? { kind: 'probabilities', classes, places } : { kind: 'labels', classes, fractions: true },
    decisions: has('decision_function')
      ? predictors.map((one) => askedMember(view, one, 'decision_function'))
      : null,
    transforms: false,
  };
}

export const BAGGING_FAMILIES: readonly Family[] = [
  family('ensemble', readBagging, 'BaggingClassifier', 'BaggingRegressor'),
];
