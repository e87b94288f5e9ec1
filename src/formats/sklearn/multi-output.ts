import type { ChainMethod } from '../../model/multi-output.ts';
import type { ChainStep, Member, ModelStep, MultiOutputStep } from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';
import type { LabelSet } from '../../model/tensor.ts';
import {
  answerSpec,
  askedMember,
  baseAround,
  type HeldPredictor,
  readPredictors,
  widthOf,
} from './ensemble.ts';
import { type Family, family } from './family.ts';
import type { EstimatorView } from './view.ts';

/** Targets of one model; each multiplies the work. */
const MAX_TARGETS = 1000;

function predictorsOf(view: EstimatorView): readonly HeldPredictor[] | null {
  const count = view.items('estimators_').length;
  if (count > MAX_TARGETS)
    throw view.unsupported('estimators_', `${count} targets`, `at most ${MAX_TARGETS} are`);
  return readPredictors(view, 'estimators_');
}

/** A predictor that answers one number, or one label, a row. */
function checkFlat(view: EstimatorView, { step }: HeldPredictor): void {
  if (answerSpec(step, 'predict')?.shape.length !== 1)
    throw view.unsupported(`predict of ${step.origin.path}`, 'no vector', 'one answer a row is');
}

const classesOf = (step: ModelStep): LabelSet | null => answerSpec(step, 'predict')?.classes ?? null;

function readMultiOutput(view: EstimatorView): MultiOutputStep | null {
  const held = predictorsOf(view);
  if (held === null) return null;
  for (const one of held) checkFlat(view, one);
  const sets = held.map(({ step }) => classesOf(step));
  const isClassifier = sets.some((set) => set !== null);
  const classes = isClassifier ? sameTypes(view, sets) : null;
  const hasAll = isClassifier && held.every(({ step }) => answerSpec(step, 'predict_proba') !== null);
  return {
    kind: 'multi-output',
    ...baseAround(view, held),
    members: held.map(({ name, step }) => ({ name, step, method: 'predict', codes: null, from: 0 })),
    classes,
    probabilities: hasAll ? held.map((one) => askedMember(view, one, 'predict_proba')) : null,
  };
}

function sameTypes(view: EstimatorView, sets: readonly (LabelSet | null)[]): readonly LabelSet[] {
  const known = sets.filter((set) => set !== null);
  const types = new Set(known.map(({ type }) => type));
  if (known.length < sets.length || types.size > 1)
    throw view.unsupported('classes_', 'of several types', 'targets whose labels are of one type are');
  return known;
}

/** What the links after a link see: `predict`, but for a ClassifierChain of 1.7 and later. */
function passedMethod(view: EstimatorView): ChainMethod {
  return view.choice('chain_method_', ['predict', 'predict_proba', 'decision_function'], 'predict');
}

function readChain(view: EstimatorView): ChainStep | null {
  const held = predictorsOf(view);
  const order = view.vector('order_');
  if (held === null) return null;
  const targets = Array.from(order);
  if (targets.length !== held.length || held.some((_, target) => !targets.includes(target)))
    throw view.invalid('order_', `${targets.length} long`, `each of ${held.length} targets once`);
  const method = passedMethod(view);
  const methods = methodsOf(view, held);
  const links = held.map((one, at) => ({
    target: targets[at]!,
    passed: oneColumn(view, one, method),
    answers: methods.map((answered) => oneColumn(view, one, answered)),
  }));
  return { kind: 'chain', ...chainBase(view, held), refusesMissing: true, links, methods };
}

/** Every link has the methods that answer; those of more than two classes have no single column but `predict`. */
function methodsOf(view: EstimatorView, held: readonly HeldPredictor[]): readonly ChainMethod[] {
  const isRegressor = view.className === 'RegressorChain';
  const isBinary = held.every(({ step }) => classesOf(step)?.values.length === 2);
  const others = isRegressor || !isBinary ? [] : (['predict_proba', 'decision_function'] as const);
  return [
    'predict',
    ...others.filter((method) => held.every(({ step }) => answerSpec(step, method) !== null)),
  ];
}

/** The one column of a method: of probabilities the second. */
function oneColumn(view: EstimatorView, held: HeldPredictor, method: ChainMethod): Member {
  const member = askedMember(view, held, method, { from: method === 'predict_proba' ? 1 : 0 });
  if (widthOf(view, member) !== 1)
    throw view.unsupported(`${method} of ${held.step.origin.path}`, 'several columns', 'one is');
  return member;
}

/** The first link sees the columns alone, and each one more than the link before it. */
function chainBase(view: EstimatorView, held: readonly HeldPredictor[]): StepBase {
  const own = view.base(held[0]?.step.features ?? null);
  held.forEach(({ step }, at) => {
    const wanted = own.features === null ? null : own.features + at;
    if (wanted !== null && step.features !== null && step.features !== wanted)
      throw view.invalid(`estimators_[${at}]`, `${step.features} columns wide`, `${wanted}`);
  });
  return own;
}

export const MULTI_OUTPUT_FAMILIES: readonly Family[] = [
  family('multioutput', readMultiOutput, 'MultiOutputClassifier', 'MultiOutputRegressor'),
  family('multioutput', readChain, 'ClassifierChain', 'RegressorChain'),
];
