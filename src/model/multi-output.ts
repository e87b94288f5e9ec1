/** Several targets, a predictor each. `S` is any step: the union of all of them, in `step.ts`, names these. */
import { type ColumnNeeds, mergeNeeds, NUMBER, needsAlike, UNUSED } from './column-need.ts';
import { type MemberOf, membersForm, membersNeeds, membersRounding, stepsOfMembers } from './ensemble.ts';
import { numberSpec } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions, type StepInference } from './step-description.ts';
import { type LabelSet, labelDType } from './tensor.ts';

/** `predict`: `[N, targets]`, each column as its own predictor answers; `predict_proba`: one matrix a target. */
export interface MultiOutputOf<S> extends StepBase {
  readonly kind: 'multi-output';
  /** Whose `predict` is asked, one a target. */
  readonly members: readonly MemberOf<S>[];
  /** The classes of each target, which are of one type; null of numbers. */
  readonly classes: readonly LabelSet[] | null;
  /** Whose `predict_proba` is asked; null where one has none. */
  readonly probabilities: readonly MemberOf<S>[] | null;
}

/**
 * Predictors in a chain, each of which sees the columns and what those before it say; answers are `[N, targets]` of
 * numbers, in the order of the targets (Read et al. 2009).
 */
export interface ChainOf<S> extends StepBase {
  readonly kind: 'chain';
  readonly links: readonly ChainLinkOf<S>[];
  /** The methods that answer, of every link. */
  readonly methods: readonly ChainMethod[];
}

export type ChainMethod = 'predict' | 'predict_proba' | 'decision_function';

export interface ChainLinkOf<S> {
  /** The target that it predicts. */
  readonly target: number;
  /** What the links after it see. */
  readonly passed: MemberOf<S>;
  /** One a method. */
  readonly answers: readonly MemberOf<S>[];
}

const membersOfLink = <S>({ passed, answers }: ChainLinkOf<S>): readonly MemberOf<S>[] => [
  passed,
  ...answers,
];

const membersOfTargets = <S>({ members, probabilities }: MultiOutputOf<S>): readonly MemberOf<S>[] => [
  ...members,
  ...(probabilities ?? []),
];

function multiOutputSpecs<S>({ members, classes, probabilities }: MultiOutputOf<S>): readonly OutputSpec[] {
  const [first, ...others] = classes ?? [];
  if (first === undefined) return [numberSpec('predict', members.length)];
  const predict: OutputSpec = { name: 'predict', dtype: labelDType(first), shape: [-1, members.length] };
  if (probabilities === null) return [predict];
  const width = first.values.length;
  const isEven = others.every(({ values }) => values.length === width);
  const proba = { ...numberSpec('predict_proba', isEven ? width : -1), parts: members.length };
  return [predict, proba];
}

/** Of the columns that it is given, those that each link needs; the rest of a link's are made here. */
function chainNeeds<S>({ links }: ChainOf<S>, width: number, nested: StepInference<S>): ColumnNeeds | null {
  let merged = needsAlike(width, NUMBER);
  for (const [before, link] of links.entries()) {
    const needs = membersNeeds(membersOfLink(link), width + before, nested);
    if (needs === null) return null;
    merged = merged.map((need, i) => mergeNeeds(need, needs[i] ?? UNUSED));
  }
  return merged;
}

export const multiOutputSteps = <S>(): StepDescriptions<MultiOutputOf<S> | ChainOf<S>, S> => ({
  'multi-output': {
    ...PREDICTOR,
    needs: (step, width, _out, nested) => membersNeeds(membersOfTargets(step), width, nested),
    outputs: multiOutputSpecs,
    form: (step, nested) => membersForm(membersOfTargets(step), nested),
    rounding: (step, nested) => membersRounding(membersOfTargets(step), nested),
    parts: ({ members }) => stepsOfMembers(members),
  },
  chain: {
    ...PREDICTOR,
    needs: (step, width, _out, nested) => chainNeeds(step, width, nested),
    outputs: ({ links, methods }) => methods.map((method) => numberSpec(method, links.length)),
    rounding: ({ links }, nested) => membersRounding(links.flatMap(membersOfLink), nested),
  },
});
