/** Classifiers made of binary ones. `S` is any step: the union of all of them, in `step.ts`, names these. */
import { needsAlike, UNUSED } from './column-need.ts';
import { type MemberOf, membersForm, membersNeeds, membersRounding, stepsOfMembers } from './ensemble.ts';
import { classSpec, decisionSpec, labelSpec, numberSpec } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import type { LabelSet, Matrix } from './tensor.ts';

/** A binary problem whose training saw one answer: `predict` and `decision_function` are `value`, `predict_proba` [1 - value, value]. */
export interface ConstantPredictorStep extends StepBase {
  readonly kind: 'constant-predictor';
  readonly value: number;
}

/** One score a class, or one for the second of two. */
export interface OneVsRestOf<S> extends StepBase {
  readonly kind: 'one-vs-rest';
  readonly classes: LabelSet;
  /** Of which `predict` is the largest; of two classes, and where rows have several labels, whether it is above `threshold`. */
  readonly scores: readonly MemberOf<S>[];
  /** `decision_function`; null where the classifiers have none. */
  readonly decisions: readonly MemberOf<S>[] | null;
  /** `predict_proba`: the second column of each; null where they have none. */
  readonly probabilities: readonly MemberOf<S>[] | null;
  readonly threshold: number;
  /** Whether a row has any number of labels: `predict` is then 0 and 1, `[N, classes]`, and probabilities are not normalised. */
  readonly isMultilabel: boolean;
  /** Which of equal scores wins: the last before 1.8. */
  readonly ties: 'first' | 'last';
  /** What becomes of probabilities that are all 0, divided by their sum: NaN before 1.7, then 0. */
  readonly zeroSums: 'nan' | 'kept';
}

/** One classifier a pair of classes, in the order 0-1, 0-2, …, 1-2, …; votes, and confidences that break ties between them. */
export interface OneVsOneOf<S> extends StepBase {
  readonly kind: 'one-vs-one';
  readonly classes: LabelSet;
  /** Whether the second of a pair wins, 0 or 1. */
  readonly votes: readonly MemberOf<S>[];
  readonly confidences: readonly MemberOf<S>[];
  /** Of two classes: `decision_function` above which the second is predicted. */
  readonly threshold: number;
}

/** One score a digit of a code; `predict` is the class whose code is nearest (Dietterich and Bakiri 1995). */
export interface OutputCodeOf<S> extends StepBase {
  readonly kind: 'output-code';
  readonly classes: LabelSet;
  readonly scores: readonly MemberOf<S>[];
  /** [classes, digits] */
  readonly codes: Matrix;
}

type MulticlassOf<S> = ConstantPredictorStep | OneVsRestOf<S> | OneVsOneOf<S> | OutputCodeOf<S>;

/** Every member that a one-vs-rest step asks. */
export const membersOfOneVsRest = <S>({
  scores,
  decisions,
  probabilities,
}: OneVsRestOf<S>): readonly MemberOf<S>[] => [...scores, ...(decisions ?? []), ...(probabilities ?? [])];

function oneVsRestSpecs<S>(step: OneVsRestOf<S>): readonly OutputSpec[] {
  const { classes, decisions, probabilities, isMultilabel } = step;
  const decision = isMultilabel ? classSpec('decision_function', classes) : decisionSpec(classes);
  const indicators: OutputSpec = { name: 'predict', dtype: 'int64', shape: [-1, classes.values.length] };
  return [
    isMultilabel ? indicators : labelSpec(classes),
    ...(probabilities === null ? [] : [probabilitiesSpec(classes)]),
    ...(decisions === null ? [] : [decision]),
  ];
}

/** Two columns also where training saw a single class. */
const probabilitiesSpec = (classes: LabelSet): OutputSpec =>
  classes.values.length === 1 ? numberSpec('predict_proba', 2) : classSpec('predict_proba', classes);

export const multiclassSteps = <S>(): StepDescriptions<MulticlassOf<S>, S> => ({
  'constant-predictor': {
    ...PREDICTOR,
    needs: (_step, width) => needsAlike(width, UNUSED),
    outputs: () => [
      numberSpec('predict', null),
      numberSpec('predict_proba', 2),
      numberSpec('decision_function', null),
    ],
    rounding: 'none',
  },
  'one-vs-rest': {
    ...PREDICTOR,
    needs: (step, width, _out, nested) => membersNeeds(membersOfOneVsRest(step), width, nested),
    outputs: oneVsRestSpecs,
    form: (step, nested) => membersForm(membersOfOneVsRest(step), nested),
    rounding: (step, nested) => membersRounding(membersOfOneVsRest(step), nested),
    parts: (step) => stepsOfMembers(membersOfOneVsRest(step)),
  },
  'one-vs-one': {
    ...PREDICTOR,
    needs: ({ votes }, width, _out, nested) => membersNeeds(votes, width, nested),
    outputs: ({ classes }) => [labelSpec(classes), decisionSpec(classes)],
    form: ({ votes }, nested) => membersForm(votes, nested),
    rounding: ({ votes }, nested) => membersRounding(votes, nested),
    parts: ({ votes }) => stepsOfMembers(votes),
  },
  'output-code': {
    ...PREDICTOR,
    needs: ({ scores }, width, _out, nested) => membersNeeds(scores, width, nested),
    outputs: ({ classes }) => [labelSpec(classes)],
    form: ({ scores }, nested) => membersForm(scores, nested),
    rounding: ({ scores }, nested) => membersRounding(scores, nested),
    parts: ({ scores }) => stepsOfMembers(scores),
  },
});
