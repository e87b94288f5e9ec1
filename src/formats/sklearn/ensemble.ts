/** What readers of estimators that hold predictors share. */
import { type MemberMethod, memberSpec, memberWidth } from '../../model/ensemble.ts';
import type { OutputSpec } from '../../model/signature.ts';
import type { Member, ModelStep } from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';
import { outputsOf } from '../../model/step-inference.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { arrayItemsOf, toText } from './arrays.ts';
import type { EstimatorView } from './view.ts';

const NESTED = { outputs: outputsOf };

/** A fitted predictor inside an estimator. */
export interface HeldPredictor {
  readonly name: string;
  readonly step: ModelStep;
}

/** The predictors in a list; null after a recorded blocker. */
export function readPredictors(
  view: EstimatorView,
  attribute: string,
  names: readonly string[] = [],
): readonly HeldPredictor[] | null {
  const items = view.items(attribute);
  if (items.length === 0) throw view.invalid(attribute, 'empty', 'at least one estimator');
  const steps = items.map((item, i) =>
    view.reading.step(item, view.pathTo(`${attribute}[${i}]`), view.release),
  );
  if (!steps.every((step) => step !== null)) return null;
  return steps.map((step, i) => ({ name: names[i] ?? String(i), step }));
}

/** `estimators`: names with estimators of which some are dropped. */
export function keptEntries(view: EstimatorView): readonly { name: string; at: number }[] {
  return view.items('estimators').flatMap((entry, at) => {
    const [name, estimator] = arrayItemsOf(entry) ?? [];
    return estimator === 'drop' || estimator === null ? [] : [{ name: toText(name) ?? String(at), at }];
  });
}

/** Description of what a predictor answers to a method, or null where it has none. */
export const answerSpec = (step: ModelStep, method: MemberMethod): OutputSpec | null =>
  memberSpec({ step, method }, NESTED) ?? null;

/** A member that answers one matrix of numbers. Throws MODEL_UNSUPPORTED where it does not. */
export function askedMember(
  view: EstimatorView,
  { name, step }: HeldPredictor,
  method: MemberMethod,
  options: { readonly codes?: LabelSet; readonly from?: number } = {},
): Member {
  const spec = answerSpec(step, method);
  const place = `${method} of ${step.origin.path}`;
  if (spec === null || spec.parts !== undefined)
    throw view.unsupported(place, spec === null ? 'absent' : 'a list', 'one matrix is');
  const { codes = null, from = 0 } = options;
  if (codes === null && spec.dtype === 'string') throw view.unsupported(place, 'strings', 'numbers are');
  return { name, step, method, codes, from };
}

/** Columns of a member. Throws MODEL_UNSUPPORTED where its step does not say. */
export function widthOf(view: EstimatorView, member: Member): number {
  const width = memberWidth(member, NESTED);
  if (width === null || width < 1)
    throw view.unsupported(
      `${member.method} of ${member.step.origin.path}`,
      'of unknown width',
      'a known one is',
    );
  return width;
}

/** Refuses a member whose labels are not places among `count` classes, as of estimators fitted on encoded labels. */
export function checkCodes(view: EstimatorView, { step }: Member, count: number): void {
  const classes = answerSpec(step, 'predict')?.classes;
  const fits = classes?.type === 'int' && classes.values.every((value) => value >= 0 && value < count);
  if (!fits)
    throw view.invalid(
      `classes of ${step.origin.path}`,
      classes === undefined ? 'none' : classes.values.slice(0, 4).join(', '),
      `numbers below ${count}, as of encoded labels`,
    );
}

/** NumPy computes in float32 where every answer is one, which no step here does. */
export function checkPrecision(view: EstimatorView, members: readonly Member[]): void {
  if (members.every(({ step, method }) => answerSpec(step, method)?.dtype === 'float32'))
    throw view.unsupported(
      'estimators_',
      'all with float32 answers',
      'one with float64 answers among them is',
    );
}

/** Common fields of an estimator around others: what it does not say of its columns, one of them does. */
export function baseAround(view: EstimatorView, predictors: readonly HeldPredictor[]): StepBase {
  const own = view.base();
  const known = predictors.find(({ step }) => step.features !== null)?.step;
  const features = own.features ?? known?.features ?? null;
  const other = predictors.find(({ step }) => step.features !== null && step.features !== features);
  if (other !== undefined)
    throw view.invalid(
      other.step.origin.path,
      `${other.step.features} columns wide`,
      `${features}, as the others`,
    );
  const named = predictors.find(({ step }) => step.featureNames !== null)?.step;
  return { ...own, features, featureNames: own.featureNames ?? named?.featureNames ?? null };
}
