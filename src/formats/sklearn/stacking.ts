import type { MemberMethod } from '../../model/ensemble.ts';
import type { Member, ModelStep, PredictionsStep, StackingStep } from '../../model/step.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { isType } from '../pickle/value.ts';
import { toText } from './arrays.ts';
import {
  answerSpec,
  askedMember,
  baseAround,
  checkCodes,
  checkPrecision,
  type HeldPredictor,
  keptEntries,
  readPredictors,
  widthOf,
} from './ensemble.ts';
import { type Family, family } from './family.ts';
import { show } from './show.ts';
import { isClassifier } from './tree.ts';
import type { EstimatorView } from './view.ts';

const METHODS: readonly MemberMethod[] = ['predict_proba', 'decision_function', 'predict'];

/** StackingClassifier and StackingRegressor: `final_estimator_` over what the others predict. */
function readStacking(view: EstimatorView): StackingStep | null {
  const classes = isClassifier(view) ? readClasses(view) : null;
  const predictors = readPredictors(
    view,
    'estimators_',
    keptEntries(view).map(({ name }) => name),
  );
  const final = view.step('final_estimator_');
  if (predictors === null || final === null) return null;
  const predictions = predictionsOf(view, predictors, classes);
  const width = predictions.members.reduce((sum, member) => sum + widthOf(view, member), 0);
  const given =
    predictions.passthrough && predictions.features !== null ? width + predictions.features : width;
  if (final.features !== null && !predictions.passthrough && final.features !== given)
    throw view.invalid('final_estimator_', `${final.features} columns wide`, `${given}, as is predicted`);
  checkFinal(view, final, classes);
  return {
    kind: 'stacking',
    ...baseAround(view, predictors),
    predictions,
    final,
    classes,
  };
}

/** `classes_` is a list for several labels a row. */
function readClasses(view: EstimatorView): LabelSet {
  const value = view.required('classes_');
  if (!isType(value, 'array')) throw view.unsupported('classes_', show(value), 'one label a row is');
  return view.labels('classes_');
}

function predictionsOf(
  view: EstimatorView,
  predictors: readonly HeldPredictor[],
  classes: LabelSet | null,
): PredictionsStep {
  const methods = view
    .items('stack_method_')
    .map((item) => METHODS.find((method) => method === toText(item)));
  if (methods.length !== predictors.length)
    throw view.invalid('stack_method_', `${methods.length} long`, `${predictors.length}, one an estimator`);
  const members = predictors.map((one, i): Member => {
    const method = methods[i];
    if (method === undefined)
      throw view.unsupported(
        'stack_method_',
        show(view.items('stack_method_')[i]),
        'methods that predict are',
      );
    return askedMember(view, one, method, { from: skipped(one, method, classes) });
  });
  const passthrough = view.flag('passthrough', false);
  if (!passthrough) checkPrecision(view, members);
  const { origin, ...base } = baseAround(view, predictors);
  return {
    kind: 'predictions',
    origin: { ...origin, path: view.pathTo('estimators_') },
    ...base,
    members,
    passthrough,
  };
}

/** Of two probabilities the first is left out (`_concatenate_predictions`). */
const skipped = ({ step }: HeldPredictor, method: MemberMethod, classes: LabelSet | null): number =>
  method === 'predict_proba' && classes?.values.length === 2 && answerSpec(step, method)?.shape.length === 2
    ? 1
    : 0;

/** The final estimator of a classifier was fitted on encoded labels. */
function checkFinal(view: EstimatorView, final: ModelStep, classes: LabelSet | null): void {
  const member = askedMember(view, { name: 'final', step: final }, 'predict');
  if (classes !== null) checkCodes(view, member, classes.values.length);
}

export const STACKING_FAMILIES: readonly Family[] = [
  family('ensemble', readStacking, 'StackingClassifier', 'StackingRegressor'),
];
