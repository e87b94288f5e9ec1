import {
  type ColumnNeed,
  type ColumnNeeds,
  FREE,
  mergeNeeds,
  NUMBER,
  needsAlike,
  UNUSED,
} from './column-need.ts';
/** Steps that hold other steps. `S` is any step: the union of all of them, in `step.ts`, names these. */
import type { StepBase } from './step-base.ts';
import {
  NUMERIC_TRANSFORMER,
  type StepDescriptions,
  type StepInference,
  worstRounding,
} from './step-description.ts';

export interface NamedStepOf<S> {
  readonly name: string;
  readonly step: S;
}

/** Steps in order; 'passthrough' and None steps are left out by the reader. The last may be a predictor. */
export interface PipelineOf<S> extends StepBase {
  readonly kind: 'pipeline';
  readonly steps: readonly NamedStepOf<S>[];
}

export interface ColumnBranchOf<S> {
  readonly name: string;
  /** Column indexes of the input table, in the order the branch sees them. */
  readonly columns: readonly number[];
  /** True where the selector was a single name or index: the branch then sees a 1-D series (text vectorizers). */
  readonly scalar: boolean;
  /** `transformer_weights`, multiplied onto the branch's output; null for none. */
  readonly weight: number | null;
  /** null is `passthrough`; dropped branches and empty selections are left out by the reader. */
  readonly step: S | null;
}

/**
 * Branch outputs side by side, in transformer order (the remainder last). Where it refuses missing values (selectors), it
 * looks at all columns, also those that no branch sees.
 */
export interface ColumnTransformerOf<S> extends StepBase {
  readonly kind: 'column-transformer';
  readonly branches: readonly ColumnBranchOf<S>[];
}

export interface UnionBranchOf<S> extends NamedStepOf<S> {
  readonly weight: number | null;
}

/** Every branch sees the whole input; outputs side by side. 'drop' is left out; 'passthrough' has step identity. */
export interface FeatureUnionOf<S> extends StepBase {
  readonly kind: 'feature-union';
  readonly branches: readonly UnionBranchOf<S>[];
}

type CompositionOf<S> = PipelineOf<S> | ColumnTransformerOf<S> | FeatureUnionOf<S>;

function pipelineNeeds<S extends StepBase>(
  { steps }: PipelineOf<S>,
  width: number,
  out: ColumnNeeds | null,
  nested: StepInference<S>,
): ColumnNeeds | null {
  let given: number | null = width;
  const widths = steps.map(({ step }) => {
    const input = given;
    given = nested.width(step, step.features ?? input);
    return input;
  });
  return steps.reduceRight<ColumnNeeds | null>(
    (needs, { step }, i) => nested.needs(step, widths[i] ?? null, needs),
    out,
  );
}

function branchNeeds<S>(
  { branches, refusesMissing }: ColumnTransformerOf<S>,
  width: number,
  out: ColumnNeeds | null,
  nested: StepInference<S>,
): ColumnNeeds | null {
  const merged: ColumnNeed[] = [...needsAlike(width, refusesMissing ? NUMBER : UNUSED)];
  let start = 0;
  for (const branch of branches) {
    const size = branchWidth(branch, nested);
    if (size === null) return null;
    const after = out === null ? null : out.slice(start, start + size);
    const plain = (after ?? needsAlike(size, FREE)).map((need) =>
      branch.weight === null ? need : { ...need, type: 'number' as const },
    );
    const needs = branch.step === null ? plain : nested.needs(branch.step, branch.columns.length, after);
    if (needs === null) return null;
    for (const [i, column] of branch.columns.entries())
      merged[column] = mergeNeeds(merged[column] ?? UNUSED, needs[i] ?? UNUSED);
    start += size;
  }
  return merged;
}

function unionNeeds<S>(
  { branches }: FeatureUnionOf<S>,
  width: number,
  out: ColumnNeeds | null,
  nested: StepInference<S>,
): ColumnNeeds | null {
  let merged = needsAlike(width, UNUSED);
  let start = 0;
  for (const { step } of branches) {
    const size = nested.width(step, width);
    const after = out === null || size === null ? null : out.slice(start, start + size);
    const needs = nested.needs(step, width, after);
    if (needs === null || size === null) return null;
    merged = merged.map((need, i) => mergeNeeds(need, needs[i] ?? UNUSED));
    start += size;
  }
  return merged;
}

const branchWidth = <S>({ step, columns }: ColumnBranchOf<S>, nested: StepInference<S>): number | null =>
  step === null ? columns.length : nested.width(step, columns.length);

const sumOf = (widths: readonly (number | null)[]): number | null =>
  widths.reduce((total, width) => (total === null || width === null ? null : total + width), 0);

/** What a branch does to digits, times its weight: a product is rounded once. */
const branchRounding = <S>(
  { step, weight }: { readonly step: S | null; readonly weight: number | null },
  nested: StepInference<S>,
) =>
  worstRounding([
    step === null ? 'none' : nested.rounding(step),
    ...(weight === null ? [] : (['same'] as const)),
  ]);

/** Descriptions of the steps that hold steps of the union `S`. */
export const compositionSteps = <S extends StepBase>(): StepDescriptions<CompositionOf<S>, S> => ({
  pipeline: {
    needs: pipelineNeeds,
    width: ({ steps, features }, input, nested) =>
      steps.reduce((width, { step }) => nested.width(step, width), features ?? input),
    types: ({ steps }, input, nested) => steps.reduce((types, { step }) => nested.types(step, types), input),
    outputs: ({ steps }, transform, nested) => nested.outputs(steps.at(-1)!.step, transform),
    form: ({ steps }, nested) => (nested.form(steps[0]!.step) === 'text' ? 'text' : 'table'),
    rounding: ({ steps }, nested) => worstRounding(steps.map(({ step }) => nested.rounding(step))),
  },
  'column-transformer': {
    ...NUMERIC_TRANSFORMER,
    needs: branchNeeds,
    width: ({ branches }, _input, nested) => sumOf(branches.map((branch) => branchWidth(branch, nested))),
    types: ({ branches }, input, nested) =>
      branches.flatMap(({ columns, step }) => {
        const types = columns.map((column) => input[column] ?? 'number');
        return step === null ? types : nested.types(step, types);
      }),
    rounding: ({ branches }, nested) =>
      worstRounding(branches.map((branch) => branchRounding(branch, nested))),
  },
  'feature-union': {
    ...NUMERIC_TRANSFORMER,
    needs: unionNeeds,
    width: ({ branches, features }, input, nested) =>
      sumOf(branches.map(({ step }) => nested.width(step, features ?? input))),
    types: ({ branches }, input, nested) => branches.flatMap(({ step }) => nested.types(step, input)),
    form: ({ branches }, nested) =>
      branches.length > 0 && branches.every(({ step }) => nested.form(step) === 'text') ? 'text' : 'table',
    rounding: ({ branches }, nested) =>
      worstRounding(branches.map((branch) => branchRounding(branch, nested))),
  },
});
