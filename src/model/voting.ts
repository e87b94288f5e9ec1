import {
  type MemberOf,
  membersForm,
  membersNeeds,
  membersRounding,
  membersWidth,
  stepsOfMembers,
} from './ensemble.ts';
import { classSpec, decisionSpec, labelSpec, numberSpec } from './output-specs.ts';
import type { OutputSpec } from './signature.ts';
import type { StepBase } from './step-base.ts';
import type { StepDescriptions } from './step-description.ts';
import type { LabelSet } from './tensor.ts';

/** What members vote with. */
export type Vote =
  /** `predict`: the mean of theirs, `[N]` where `flat`, else `[N, width]`. */
  | { readonly kind: 'numbers'; readonly width: number; readonly flat: boolean }
  /**
   * `predict_proba`: the mean of theirs; `predict`: its argmax. `places`: where the classes of a member are among all of
   * them, null where it knows all.
   */
  | {
      readonly kind: 'probabilities';
      readonly classes: LabelSet;
      readonly places: readonly (Int32Array | null)[];
    }
  /** `predict`: the place that most name, the lowest on ties; where `fractions`, `predict_proba` is how many of them do. */
  | { readonly kind: 'labels'; readonly classes: LabelSet; readonly fractions: boolean };

/** `Σ weight · answer / divisor` over the members, in their order. */
export interface VotingOf<S> extends StepBase {
  readonly kind: 'voting';
  readonly members: readonly MemberOf<S>[];
  /** One a member; null where all are 1. */
  readonly weights: Float64Array | null;
  readonly divisor: number;
  readonly vote: Vote;
  /** Whose mean is `decision_function`; null where there is none. */
  readonly decisions: readonly MemberOf<S>[] | null;
  /** Whether `transform` gives the answers of the members side by side. */
  readonly transforms: boolean;
}

function votingSpecs<S>({ vote, decisions, transforms }: VotingOf<S>, transform: OutputSpec): OutputSpec[] {
  const answers =
    vote.kind === 'numbers'
      ? [numberSpec('predict', vote.flat ? null : vote.width)]
      : [
          labelSpec(vote.classes),
          ...(vote.kind === 'probabilities' || vote.fractions
            ? [classSpec('predict_proba', vote.classes)]
            : []),
          ...(decisions === null ? [] : [decisionSpec(vote.classes)]),
        ];
  return transforms ? [...answers, transform] : answers;
}

export const votingSteps = <S>(): StepDescriptions<VotingOf<S>, S> => ({
  voting: {
    needs: ({ members }, width, _out, nested) => membersNeeds(members, width, nested),
    width: ({ members, transforms, features }, input, nested) =>
      transforms ? membersWidth(members, nested) : (features ?? input),
    types: 'number',
    outputs: votingSpecs,
    form: ({ members }, nested) => membersForm(members, nested),
    rounding: ({ members }, nested) => membersRounding(members, nested),
    parts: ({ members }) => stepsOfMembers(members),
  },
});
