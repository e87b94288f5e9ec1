/** What can be told of a step and all that it holds from their descriptions alone. */
import { type ColumnNeeds, FINITE } from './column-need.ts';
import type { OutputSpec } from './signature.ts';
import { type ModelStep, STEPS } from './step.ts';
import type {
  ColumnType,
  RowForm,
  StepDescription,
  StepInference,
  StepPart,
  StepRounding,
} from './step-description.ts';

const NESTED: StepInference<ModelStep> = {
  needs: needsOf,
  width: transformWidth,
  types: columnTypesOf,
  outputs: outputsOf,
  form: rowFormOf,
  rounding: roundingOf,
};

const descriptionOf = (step: ModelStep): StepDescription<ModelStep, ModelStep> =>
  STEPS[step.kind] as StepDescription<ModelStep, ModelStep>;

/**
 * Needs of the input columns of a step, inferred backwards from those of its outputs (`out`; null where nothing
 * follows). Null where the width is unknown. `width` is the number of columns the step is given, where known.
 */
export function needsOf(step: ModelStep, width: number | null, out: ColumnNeeds | null): ColumnNeeds | null {
  const columns = step.features ?? width ?? inputWidthFrom(step, out?.length ?? null);
  const needs = columns === null ? null : descriptionOf(step).needs(step, columns, out, NESTED);
  return step.refusesMissing === true && needs !== null
    ? needs.map((need) => ({ ...need, nullable: false, ...(need.type === 'number' ? FINITE : {}) }))
    : needs;
}

/** Steps that keep the number of columns know it from what follows, and so do chains of them and unions that repeat it. */
function inputWidthFrom(step: ModelStep, out: number | null): number | null {
  if (step.features !== null) return step.features;
  if (step.kind === 'pipeline')
    return step.steps.reduceRight<number | null>((width, { step: part }) => inputWidthFrom(part, width), out);
  if (step.kind !== 'feature-union') return keepsWidth(step) ? out : null;
  const share = out === null ? null : out / step.branches.length;
  const repeats = step.branches.every(({ step: branch }) => inputWidthFrom(branch, share) === share);
  return repeats && Number.isInteger(share) ? share : null;
}

const keepsWidth = (step: ModelStep): boolean => descriptionOf(step).width === 'kept';

/**
 * Columns that a step's `transform` gives (its input width for predictors, which end every pipeline), or null where
 * neither the step nor `input` says.
 */
export function transformWidth(step: ModelStep, input: number | null): number | null {
  const { width } = descriptionOf(step);
  return width === 'kept' ? (step.features ?? input) : width(step, input, NESTED);
}

/** Types of the columns that a step gives, from those it is given. */
export function columnTypesOf(step: ModelStep, input: readonly ColumnType[]): readonly ColumnType[] {
  const { types } = descriptionOf(step);
  if (types !== 'number') return types(step, input, NESTED);
  return Array.from({ length: transformWidth(step, input.length) ?? 0 }, () => types);
}

/** Methods of the fitted object; `transform` is described by the caller, who knows its width and type. */
export function outputsOf(step: ModelStep, transform: OutputSpec): readonly OutputSpec[] {
  return descriptionOf(step).outputs(step, transform, NESTED);
}

/** Whether it gives columns to a step that follows. */
export function givesColumns(step: ModelStep): boolean {
  const transform: OutputSpec = { name: 'transform', dtype: 'float64', shape: [-1, -1] };
  return outputsOf(step, transform).includes(transform);
}

/** Steps that a step holds and gives all of its own columns. */
export const partsOf = (step: ModelStep): readonly StepPart<ModelStep>[] =>
  descriptionOf(step).parts?.(step) ?? [];

/** Numbers worth trying in each of a step's columns. */
export const triedNumbers = (step: ModelStep): readonly Iterable<number>[] =>
  descriptionOf(step).tried?.(step) ?? [];

/** What a row is to the step. */
export function rowFormOf(step: ModelStep): RowForm {
  const { form } = descriptionOf(step);
  return typeof form === 'string' ? form : form(step, NESTED);
}

/** What a step and all that it holds do to the digits of a cell, at most. */
export function roundingOf(step: ModelStep): StepRounding {
  const { rounding } = descriptionOf(step);
  return typeof rounding === 'string' ? rounding : rounding(step, NESTED);
}
