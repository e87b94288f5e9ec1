import type { ConstantPredictorStep } from '../../model/multiclass.ts';
import type { Member, ModelStep, OneVsOneStep, OneVsRestStep, OutputCodeStep } from '../../model/step.ts';
import {
  answerSpec,
  askedMember,
  baseAround,
  type HeldPredictor,
  readPredictors,
  widthOf,
} from './ensemble.ts';
import { type Family, family } from './family.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** `_ConstantPredictor` stands for a classifier where training saw one answer only. */
function readConstant(view: EstimatorView): ConstantPredictorStep {
  const [value = 0, ...others] = view.vector('y_');
  if (others.length > 0 || !Number.isFinite(value))
    throw view.invalid('y_', show(view.get('y_')!), 'a number');
  return { kind: 'constant-predictor', ...view.base(), value };
}

/** The one column of a member. */
function columnOf(view: EstimatorView, member: Member): Member {
  const width = widthOf(view, member);
  if (width !== 1)
    throw view.unsupported(
      `${member.method} of ${member.step.origin.path}`,
      `${width} columns`,
      'the score of one binary problem is',
    );
  return member;
}

const isRegressor = (step: ModelStep): boolean => answerSpec(step, 'predict')?.classes === undefined;
const hasDecisions = (step: ModelStep): boolean => answerSpec(step, 'decision_function') !== null;

/** `_predict_binary`: what a regressor predicts, else the decision, else the probability of the second class. */
function binaryScore(view: EstimatorView, held: HeldPredictor): Member {
  const { step } = held;
  if (hasDecisions(step)) return columnOf(view, askedMember(view, held, 'decision_function'));
  return isRegressor(step)
    ? columnOf(view, askedMember(view, held, 'predict'))
    : columnOf(view, askedMember(view, held, 'predict_proba', { from: 1 }));
}

/** `_threshold_for_binary_predict`: asked of the first, also where that is a constant, which is no classifier. */
const thresholdOf = ({ step }: HeldPredictor): number =>
  hasDecisions(step) && step.kind !== 'constant-predictor' ? 0 : 0.5;

/** A method of every classifier; null where one has none. */
function methodOfAll(
  view: EstimatorView,
  held: readonly HeldPredictor[],
  method: 'decision_function' | 'predict_proba',
): readonly Member[] | null {
  if (held.some(({ step }) => answerSpec(step, method) === null)) return null;
  const from = method === 'predict_proba' ? 1 : 0;
  return held.map((one) => columnOf(view, askedMember(view, one, method, { from })));
}

function readOneVsRest(view: EstimatorView): OneVsRestStep | null {
  const held = readPredictors(view, 'estimators_');
  const binarizer = view.child('label_binarizer_');
  const kind = binarizer.choice('y_type_', ['binary', 'multiclass', 'multilabel-indicator']);
  const classes = binarizer.labels('classes_');
  const wanted = kind === 'binary' ? 1 : classes.values.length;
  if (held === null) return null;
  const [first] = held;
  if (first === undefined || held.length !== wanted || (kind === 'binary' && classes.values.length > 2))
    throw view.invalid(
      'estimators_',
      `${held.length} classifiers`,
      `${wanted} of ${classes.values.length} classes`,
    );
  const isMultilabel = kind === 'multilabel-indicator';
  if (isMultilabel && wanted === 1)
    throw view.unsupported('label_binarizer_.classes_', 'a single label', 'two or more are');
  return {
    kind: 'one-vs-rest',
    ...baseAround(view, held),
    classes,
    scores: held.map((one) => binaryScore(view, one)),
    decisions: methodOfAll(view, held, 'decision_function'),
    probabilities: methodOfAll(view, held, 'predict_proba'),
    threshold: thresholdOf(first),
    isMultilabel,
    ties: view.since(1, 8) ? 'first' : 'last',
    zeroSums: view.since(1, 7) ? 'kept' : 'nan',
  };
}

function readOneVsOne(view: EstimatorView): OneVsOneStep | null {
  view.mustBeNone('pairwise_indices_');
  const held = readPredictors(view, 'estimators_');
  const classes = view.labels('classes_');
  const count = classes.values.length;
  const wanted = (count * (count - 1)) / 2;
  if (held === null) return null;
  const [first] = held;
  if (first === undefined || held.length !== wanted)
    throw view.invalid(
      'estimators_',
      `${held.length} classifiers`,
      `${wanted}, one a pair of ${count} classes`,
    );
  return {
    kind: 'one-vs-one',
    ...baseAround(view, held),
    classes,
    votes: held.map((one) => columnOf(view, askedMember(view, one, 'predict'))),
    confidences: held.map((one) => binaryScore(view, one)),
    // A decision of two classes was compared with 0 before 1.2, whatever it was.
    threshold: view.since(1, 2) ? thresholdOf(first) : 0,
  };
}

function readOutputCode(view: EstimatorView): OutputCodeStep | null {
  const held = readPredictors(view, 'estimators_');
  const classes = view.labels('classes_');
  if (held === null) return null;
  const codes = view.matrix('code_book_', held.length);
  if (codes.rows !== classes.values.length)
    throw view.invalid('code_book_', `${codes.rows} rows`, `${classes.values.length}, one a class`);
  if (!codes.data.every(Number.isFinite)) throw view.invalid('code_book_', 'not finite', 'finite numbers');
  const scores = held.map((one) => binaryScore(view, one));
  return { kind: 'output-code', ...baseAround(view, held), classes, scores, codes };
}

export const MULTICLASS_FAMILIES: readonly Family[] = [
  family('multiclass', readOneVsRest, 'OneVsRestClassifier'),
  family('multiclass', readOneVsOne, 'OneVsOneClassifier'),
  family('multiclass', readOutputCode, 'OutputCodeClassifier'),
  family('multiclass', readConstant, '_ConstantPredictor'),
];
