/** Steps that hold predictors. `S` is any step: the union of all of them, in `step.ts`, names these. */
import { type ColumnNeeds, FREE, mergeNeeds, NUMBER, needsAlike, UNUSED } from './column-need.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import {
  NUMERIC_TRANSFORMER,
  type RowForm,
  type StepDescriptions,
  type StepInference,
  type StepPart,
  type StepRounding,
  worstRounding,
} from './step-description.ts';
import type { LabelSet } from './tensor.ts';

export type MemberMethod = 'predict' | 'predict_proba' | 'decision_function';

/**
 * A predictor inside a step, and what it is asked: `[N, width]` numbers, one column where the method answers `[N]`. Two
 * members may share a step, which then answers once.
 */
export interface MemberOf<S> extends StepPart<S> {
  readonly method: MemberMethod;
  /** Of `predict`: the labels whose places are meant; null where it answers numbers, or labels that are numbers. */
  readonly codes: LabelSet | null;
  /** The first column that is taken: 1 leaves out the first of two probabilities, which says what the second does. */
  readonly from: number;
}

/** What the members answer side by side, then the columns themselves where they pass: `transform` of a stack. */
export interface PredictionsOf<S> extends StepBase {
  readonly kind: 'predictions';
  readonly members: readonly MemberOf<S>[];
  readonly passthrough: boolean;
}

const TRANSFORM: OutputSpec = { name: 'transform', dtype: 'float64', shape: [-1, -1] };

/** Description of what a member answers; undefined where its step has no such method. */
export const memberSpec = <S>(
  { step, method }: Pick<MemberOf<S>, 'step' | 'method'>,
  nested: Pick<StepInference<S>, 'outputs'>,
): OutputSpec | undefined => nested.outputs(step, TRANSFORM).find(({ name }) => name === method);

/** Columns of a member; null where its step does not say. */
export function memberWidth<S>(
  member: MemberOf<S>,
  nested: Pick<StepInference<S>, 'outputs'>,
): number | null {
  const [, width = 1] = memberSpec(member, nested)?.shape ?? [-1, -1];
  return width === -1 ? null : width - member.from;
}

/** Columns of all members side by side. */
export const membersWidth = <S>(
  members: readonly MemberOf<S>[],
  nested: Pick<StepInference<S>, 'outputs'>,
): number | null =>
  members.reduce<number | null>((sum, member) => {
    const width = memberWidth(member, nested);
    return sum === null || width === null ? null : sum + width;
  }, 0);

/** The steps of members, each once. */
export const stepsOfMembers = <S>(members: readonly MemberOf<S>[]): readonly StepPart<S>[] =>
  members.filter(({ step }, i) => members.findIndex((other) => other.step === step) === i);

/** A column suits every member. */
export function membersNeeds<S>(
  members: readonly MemberOf<S>[],
  width: number,
  nested: StepInference<S>,
): ColumnNeeds | null {
  let merged: ColumnNeeds = needsAlike(width, UNUSED);
  for (const { step } of stepsOfMembers(members)) {
    const needs = nested.needs(step, width, null);
    if (needs === null) return null;
    merged = merged.map((need, i) => mergeNeeds(need, needs[i] ?? UNUSED));
  }
  return merged;
}

/** A member may end in a link, whatever its own sums are. */
export const membersRounding = <S>(members: readonly MemberOf<S>[], nested: StepInference<S>): StepRounding =>
  worstRounding(['link', ...members.map(({ step }) => nested.rounding(step))]);

/** What a row is to all members. */
export const membersForm = <S>(members: readonly MemberOf<S>[], nested: StepInference<S>): RowForm =>
  members.length > 0 && members.every(({ step }) => nested.form(step) === 'text') ? 'text' : 'table';

export const ensembleSteps = <S>(): StepDescriptions<PredictionsOf<S>, S> => ({
  predictions: {
    ...NUMERIC_TRANSFORMER,
    needs: ({ members, passthrough }, width, _out, nested) => {
      const needs = membersNeeds(members, width, nested);
      const passed = { ...FREE, type: 'number', largest: NUMBER.largest! } as const;
      return passthrough ? (needs?.map((need) => mergeNeeds(need, passed)) ?? null) : needs;
    },
    width: ({ members, passthrough, features }, input, nested) => {
      const width = membersWidth(members, nested);
      const passed = passthrough ? (features ?? input) : 0;
      return width === null || passed === null ? null : width + passed;
    },
    form: ({ members }, nested) => membersForm(members, nested),
    rounding: ({ members }, nested) => membersRounding(members, nested),
    parts: ({ members }) => stepsOfMembers(members),
  },
});
