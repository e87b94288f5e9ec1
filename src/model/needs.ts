import { assertNever } from '../core/errors.ts';
import type { ColumnCategories, OneHotStep, OrdinalStep } from './encoding.ts';
import type { SimpleImputerStep } from './imputation.ts';
import type {
  ColumnTransformerStep,
  FeatureUnionStep,
  ModelStep,
  PipelineStep,
  TreeEnsembleStep,
} from './step.ts';
import { transformWidth } from './width.ts';

/** What a step wants of one input column. `any` passes through to an output that nobody looks at. */
export interface ColumnNeed {
  readonly type: 'number' | 'string' | 'bool' | 'any';
  readonly nullable: boolean;
  readonly used: boolean;
  readonly categories?: readonly (string | number | boolean | null)[];
  readonly unknown?: 'error' | 'ignore';
  /** Largest magnitude that the step takes; absent where infinities pass. */
  readonly largest?: number;
}

/** scikit-learn refuses what is not finite (`check_array`), for trees after rounding to float32. */
const FINITE = { largest: Number.MAX_VALUE };
/** The last float64 before the midpoint between the largest float32 and the next that there would be. */
const FINITE_IN_FLOAT32 = { largest: 3.4028235677973362e38 };

const NUMBER: ColumnNeed = { type: 'number', nullable: false, used: true, ...FINITE };
const NULLABLE_NUMBER: ColumnNeed = { type: 'number', nullable: true, used: true };
const TEXT: ColumnNeed = { type: 'string', nullable: false, used: true };
/** Of an output column of the root: anything goes. */
const FREE: ColumnNeed = { type: 'any', nullable: true, used: true };
const UNUSED: ColumnNeed = { type: 'any', nullable: true, used: false };

const all = (width: number, need: ColumnNeed): readonly ColumnNeed[] =>
  Array.from({ length: width }, () => need);

/**
 * Needs of the input columns of a step, inferred backwards from those of its outputs (`out`; null where nothing
 * follows). Null where the width is unknown. `width` is the number of columns the step is given, where known.
 */
export function needsOf(
  step: ModelStep,
  width: number | null,
  out: readonly ColumnNeed[] | null,
): readonly ColumnNeed[] | null {
  const columns = step.features ?? width ?? inputWidthFrom(step, out);
  const needs = columns === null ? null : needsOfWidth(step, columns, out);
  return step.refusesMissing === true && needs !== null
    ? needs.map((need) => ({ ...need, nullable: false, ...(need.type === 'number' ? FINITE : {}) }))
    : needs;
}

const keepsWidth = ({ kind }: ModelStep): boolean =>
  kind === 'function' || kind === 'normalizer' || kind === 'tfidf';

/** Steps that keep the number of columns know it from what follows, and so do pipelines that begin with such steps. */
function inputWidthFrom(step: ModelStep, out: readonly ColumnNeed[] | null): number | null {
  if (step.kind !== 'pipeline') return keepsWidth(step) ? (out?.length ?? null) : null;
  for (const { step: part } of step.steps) {
    const width = part.features ?? (part.kind === 'pipeline' ? inputWidthFrom(part, null) : null);
    if (width !== null || !keepsWidth(part)) return width;
  }
  return out?.length ?? null;
}

function needsOfWidth(
  step: ModelStep,
  width: number,
  out: readonly ColumnNeed[] | null,
): readonly ColumnNeed[] | null {
  switch (step.kind) {
    case 'standard-scaler':
    case 'min-max-scaler':
    case 'max-abs-scaler':
    case 'robust-scaler':
      return elementwise(width, out).map((need) => ({ ...need, ...FINITE }));
    case 'function':
      return step.function === 'identity' ? (out ?? all(width, FREE)) : elementwise(width, out);
    case 'normalizer':
    case 'tfidf':
    case 'pca':
    case 'k-means':
    case 'linear-regressor':
    case 'linear-classifier':
    case 'multinomial-nb':
      return all(width, NUMBER);
    case 'tree-ensemble':
      return all(width, treeNeed(step));
    case 'dummy':
      return all(width, UNUSED);
    case 'count-vectorizer':
      return [TEXT];
    case 'label-encoder':
      return [labelNeed(step.classes.values)];
    case 'one-hot':
      return oneHotNeeds(step);
    case 'ordinal':
      return ordinalNeeds(step, out);
    case 'simple-imputer':
      return imputerNeeds(step, out);
    case 'pipeline':
      return pipelineNeeds(step, width, out);
    case 'column-transformer':
      return branchNeeds(step, width, out);
    case 'feature-union':
      return unionNeeds(step, width, out);
    default:
      return assertNever(step);
  }
}

/** HistGradientBoosting bins float64, infinities included; the other trees round to float32 first. */
const treeNeed = ({ acceptsMissing, input }: TreeEnsembleStep): ColumnNeed => ({
  ...(acceptsMissing ? NULLABLE_NUMBER : NUMBER),
  ...(input === 'float32' ? FINITE_IN_FLOAT32 : {}),
});

/** Numbers that may be missing wherever what follows takes NaN. */
const elementwise = (width: number, out: readonly ColumnNeed[] | null): readonly ColumnNeed[] =>
  Array.from(
    { length: width },
    (_, i): ColumnNeed => ({ type: 'number', nullable: out?.[i]?.nullable ?? true, used: true }),
  );

/** What follows sees filled columns: it says which categories there are, and nothing about missing ones. */
function imputerNeeds(step: SimpleImputerStep, out: readonly ColumnNeed[] | null): readonly ColumnNeed[] {
  let kept = 0;
  return step.fill.map((fill): ColumnNeed => {
    const after = fill === null ? undefined : out?.[kept++];
    return {
      type: step.type,
      nullable: step.missing.kind === 'null',
      used: true,
      ...(step.type === 'number' ? FINITE : {}),
      ...(after?.categories === undefined ? {} : { categories: after.categories }),
      ...(after?.unknown === undefined ? {} : { unknown: after.unknown }),
    };
  });
}

/** A label; NaN is one where the encoder met it at fit. */
const labelNeed = (values: readonly (string | number | boolean)[]): ColumnNeed => ({
  type: typeof values[0] === 'string' ? 'string' : typeof values[0] === 'boolean' ? 'bool' : 'number',
  categories: values.map((value) => (Number.isNaN(value) ? null : value)),
  unknown: 'error',
  nullable: values.some(Number.isNaN),
  used: true,
});

/** Categories as they show in a signature: NaN and None are null. */
const valuesOf = (categories: ColumnCategories): readonly (string | number | boolean | null)[] =>
  categories.type === 'number'
    ? Array.from(categories.values, (v) => (Number.isNaN(v) ? null : v))
    : categories.values;

const typed = (type: ColumnCategories['type']): Pick<ColumnNeed, 'type' | 'largest'> =>
  type === 'number' ? { type, ...FINITE } : { type };

const oneHotNeeds = (step: OneHotStep): readonly ColumnNeed[] =>
  step.columns.map(({ categories }) => {
    const values = valuesOf(categories);
    const nullable = step.unknown === 'ignore' || values.includes(null);
    return { ...typed(categories.type), categories: values, unknown: step.unknown, nullable, used: true };
  });

/** A missing value is a known category, or unknown; what it becomes may be NaN, which the next step has to take. */
const ordinalNeeds = (step: OrdinalStep, out: readonly ColumnNeed[] | null): readonly ColumnNeed[] =>
  step.columns.map(({ categories, codes }, i) => {
    const values = valuesOf(categories);
    const at = values.indexOf(null);
    const code = at >= 0 ? codes[at]! : step.unknownValue;
    const answered = at >= 0 || step.unknown === 'ignore';
    const nullable = answered && (!Number.isNaN(code) || (out?.[i]?.nullable ?? true));
    return { ...typed(categories.type), categories: values, unknown: step.unknown, nullable, used: true };
  });

function pipelineNeeds(
  step: PipelineStep,
  width: number,
  out: readonly ColumnNeed[] | null,
): readonly ColumnNeed[] | null {
  const widths: (number | null)[] = [width];
  for (const { step: part } of step.steps)
    widths.push(transformWidth(part, part.features ?? widths.at(-1) ?? null));
  let needs = out;
  for (let i = step.steps.length - 1; i >= 0; i--)
    needs = needsOf(step.steps[i]!.step, widths[i] ?? null, needs);
  return needs;
}

function branchNeeds(
  step: ColumnTransformerStep,
  width: number,
  out: readonly ColumnNeed[] | null,
): readonly ColumnNeed[] | null {
  const merged: ColumnNeed[] = [...all(width, UNUSED)];
  let start = 0;
  for (const branch of step.branches) {
    const size =
      branch.step === null ? branch.columns.length : transformWidth(branch.step, branch.columns.length);
    if (size === null) return null;
    const after = out === null ? null : out.slice(start, start + size);
    const plain = (after ?? all(size, FREE)).map((need) =>
      branch.weight === null ? need : { ...need, type: 'number' as const },
    );
    const needs = branch.step === null ? plain : needsOf(branch.step, branch.columns.length, after);
    if (needs === null) return null;
    for (const [i, column] of branch.columns.entries())
      merged[column] = merge(merged[column] ?? UNUSED, needs[i] ?? UNUSED);
    start += size;
  }
  return merged;
}

function unionNeeds(
  step: FeatureUnionStep,
  width: number,
  out: readonly ColumnNeed[] | null,
): readonly ColumnNeed[] | null {
  let merged: readonly ColumnNeed[] = all(width, UNUSED);
  let start = 0;
  for (const branch of step.branches) {
    const size = transformWidth(branch.step, width);
    const after = out === null || size === null ? null : out.slice(start, start + size);
    const needs = needsOf(branch.step, width, after);
    if (needs === null || size === null) return null;
    merged = merged.map((need, i) => merge(need, needs[i] ?? UNUSED));
    start += size;
  }
  return merged;
}

/** One column seen by two steps has to suit both. */
function merge(a: ColumnNeed, b: ColumnNeed): ColumnNeed {
  if (!a.used) return b;
  if (!b.used) return a;
  const typed = a.type === 'any' ? b : a;
  const listed = a.categories === undefined ? b : a;
  const largest = Math.min(a.largest ?? Infinity, b.largest ?? Infinity);
  const unknown = a.unknown === 'error' || b.unknown === 'error' ? 'error' : (a.unknown ?? b.unknown);
  return {
    type: typed.type,
    nullable: a.nullable && b.nullable,
    used: true,
    ...(listed.categories === undefined ? {} : { categories: listed.categories }),
    ...(unknown === undefined ? {} : { unknown }),
    ...(largest === Infinity ? {} : { largest }),
  };
}
