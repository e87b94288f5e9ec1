import type { ColumnNeeds } from './column-need.ts';
import type { ColumnSpec, OutputSpec, Signature } from './signature.ts';
import type { StepBase } from './step-base.ts';

export type ColumnType = ColumnSpec['type'];
/** What a row is to a model of steps: cells of a table, a string, a label. */
export type RowForm = Exclude<Signature['form'], 'tensors'>;

/**
 * What a step does to the digits of a cell, from the least to the most; both engines keep to it:
 * - `none`: cells are moved, replaced or compared, never computed with (of trees: up to the head, `promised` knows it);
 * - `same`: the operations of the library in its order, so equal inputs give equal bits;
 * - `link`: exp, log and their like, within a few units in the last place;
 * - `sum`: sums whose order is the engine's own.
 */
export type StepRounding = (typeof ROUNDINGS)[number];
const ROUNDINGS = ['none', 'same', 'link', 'sum'] as const;

/** What of a chain or of branches side by side is the most. */
export const worstRounding = (roundings: readonly StepRounding[]): StepRounding =>
  ROUNDINGS[Math.max(0, ...roundings.map((rounding) => ROUNDINGS.indexOf(rounding)))] ?? 'sum';

/**
 * All that is inferred about a kind of step from the step alone: a family states it beside its step, `step.ts` gathers
 * the families, `step-inference.ts` answers from them. `Nested` is any step, for kinds that hold some.
 */
export interface StepDescription<Step, Nested = never> {
  /**
   * Needs of `width` input columns. `out` are the needs of what follows by output column (a column that nothing says
   * something of needs nothing), null where nothing follows. Null where they cannot be told.
   */
  readonly needs: (
    step: Step,
    width: number,
    out: ColumnNeeds | null,
    nested: StepInference<Nested>,
  ) => ColumnNeeds | null;
  /**
   * Columns that `transform` gives, null where neither the step nor `input` says; of predictors, which end every
   * pipeline, those of their input. `kept`: as many as come in, whatever their number: nothing fitted tells it, so it is
   * also looked for in what follows.
   */
  readonly width:
    | 'kept'
    | ((step: Step, input: number | null, nested: StepInference<Nested>) => number | null);
  /** Types of the columns that `transform` gives. */
  readonly types:
    | 'number'
    | ((step: Step, input: readonly ColumnType[], nested: StepInference<Nested>) => readonly ColumnType[]);
  /**
   * Methods that the fitted object has, as `hasattr` says in scikit-learn, in the order predict, predict_proba,
   * decision_function, transform. `transform` is the one that gives the columns of `width` and `types`.
   */
  readonly outputs: (
    step: Step,
    transform: OutputSpec,
    nested: StepInference<Nested>,
  ) => readonly OutputSpec[];
  readonly form: RowForm | ((step: Step, nested: StepInference<Nested>) => RowForm);
  readonly rounding: StepRounding | ((step: Step, nested: StepInference<Nested>) => StepRounding);
  /** Steps that it holds and gives all of its own columns. @default {none} */
  readonly parts?: (step: Step) => readonly StepPart<Nested>[];
  /** Numbers worth trying in each of its columns when engines check each other, of each column in order. @default {none} */
  readonly tried?: (step: Step) => readonly Iterable<number>[];
}

/** A step inside a step, by the place that the file gives it. */
export interface StepPart<Nested> {
  readonly name: string;
  readonly step: Nested;
}

/** One description a kind of the family: `Step` is the union of its steps. */
export type StepDescriptions<Step extends StepBase & { readonly kind: string }, Nested = never> = {
  readonly [K in Step['kind']]: StepDescription<Extract<Step, { readonly kind: K }>, Nested>;
};

/** What descriptions ask of the steps inside a step. */
export interface StepInference<Step> {
  readonly needs: (step: Step, width: number | null, out: ColumnNeeds | null) => ColumnNeeds | null;
  readonly width: (step: Step, input: number | null) => number | null;
  readonly types: (step: Step, input: readonly ColumnType[]) => readonly ColumnType[];
  readonly outputs: (step: Step, transform: OutputSpec) => readonly OutputSpec[];
  readonly form: (step: Step) => RowForm;
  readonly rounding: (step: Step) => StepRounding;
}

/** The width of steps whose fitted arrays tell it. */
export const fittedWidth = ({ features }: StepBase, input: number | null): number | null => features ?? input;

/** What transformers from numbers to numbers have in common. */
export const NUMERIC_TRANSFORMER = {
  types: 'number',
  outputs: (_step: unknown, transform: OutputSpec): readonly OutputSpec[] => [transform],
  form: 'table',
} as const;

/** What predictors that give no columns have in common. */
export const PREDICTOR = { width: fittedWidth, types: 'number', form: 'table' } as const;
