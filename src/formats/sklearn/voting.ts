import type { Member, VotingStep } from '../../model/step.ts';
import type { Vote } from '../../model/voting.ts';
import {
  answerSpec,
  askedMember,
  baseAround,
  checkCodes,
  checkPrecision,
  keptEntries,
  readPredictors,
  widthOf,
} from './ensemble.ts';
import { type Family, family } from './family.ts';
import { pairwiseSum } from './pairwise-sum.ts';
import type { EstimatorView } from './view.ts';

/** `np.average` over the members: the mean, or `Σ weight · answer / Σ weight` (`_BaseVoting._weights_not_none`). */
function weightsOf(view: EstimatorView, members: readonly Member[]): Pick<VotingStep, 'weights' | 'divisor'> {
  const given = view.vectorOrNull('weights');
  if (given === null) return { weights: null, divisor: members.length };
  const all = view.items('estimators').length;
  if (given.length !== all) throw view.invalid('weights', `${given.length} long`, `${all} long`);
  const weights = Float64Array.from(keptEntries(view), ({ at }) => given[at]!);
  if (weights.length !== members.length)
    throw view.invalid('estimators_', `${members.length} estimators`, `${weights.length}, one a weight`);
  return { weights, divisor: pairwiseSum(weights, 0, weights.length) };
}

/** VotingRegressor: the mean of the predictions. */
function readVotingRegressor(view: EstimatorView): VotingStep | null {
  const predictors = readPredictors(
    view,
    'estimators_',
    keptEntries(view).map(({ name }) => name),
  );
  if (predictors === null) return null;
  const members = predictors.map((one) => askedMember(view, one, 'predict'));
  for (const member of members)
    if (answerSpec(member.step, 'predict')?.shape.length !== 1)
      throw view.unsupported(`predict of ${member.step.origin.path}`, 'a matrix', 'one number a row is');
  const weights = weightsOf(view, members);
  if (weights.weights === null) checkPrecision(view, members);
  return {
    kind: 'voting',
    ...baseAround(view, predictors),
    members,
    ...weights,
    vote: { kind: 'numbers', width: 1, flat: true },
    decisions: null,
    transforms: true,
  };
}

/** VotingClassifier, whose members know the encoded labels. */
function readVotingClassifier(view: EstimatorView): VotingStep | null {
  const classes = view.labels('classes_');
  const soft = view.choice('voting', ['hard', 'soft'], 'hard') === 'soft';
  const predictors = readPredictors(
    view,
    'estimators_',
    keptEntries(view).map(({ name }) => name),
  );
  if (predictors === null) return null;
  const members = predictors.map((one) => askedMember(view, one, soft ? 'predict_proba' : 'predict'));
  const weights = weightsOf(view, members);
  const vote: Vote = soft
    ? { kind: 'probabilities', classes, places: members.map(() => null) }
    : { kind: 'labels', classes, fractions: false };
  for (const member of members) {
    if (!soft) checkCodes(view, member, classes.values.length);
    else if (widthOf(view, member) !== classes.values.length)
      throw view.invalid(
        `predict_proba of ${member.step.origin.path}`,
        `${widthOf(view, member)} columns`,
        `${classes.values.length}, one a class`,
      );
  }
  if (soft && weights.weights === null) checkPrecision(view, members);
  if (!soft && weights.weights?.some((weight) => !(weight >= 0)))
    throw view.unsupported('weights', 'negative', 'weights of at least 0 are');
  return {
    kind: 'voting',
    ...baseAround(view, predictors),
    members,
    weights: weights.weights,
    // A majority is of sums, which nothing divides.
    divisor: soft ? weights.divisor : 1,
    vote,
    decisions: null,
    transforms: isFlat(view, soft),
  };
}

/** With `flatten_transform=False` probabilities come as a cube, which no output is: the rest is answered. */
function isFlat(view: EstimatorView, soft: boolean): boolean {
  if (!soft || view.flag('flatten_transform', true)) return true;
  view.reading.note('info', 'flatten_transform=False: transform of the voting classifier is not answered');
  return false;
}

export const VOTING_FAMILIES: readonly Family[] = [
  family('ensemble', readVotingClassifier, 'VotingClassifier'),
  family('ensemble', readVotingRegressor, 'VotingRegressor'),
];
