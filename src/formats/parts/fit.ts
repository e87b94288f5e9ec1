import { classLabelsOf } from '../../model/class-labels.ts';
import type { OutputSpec } from '../../model/signature.ts';
import type { ModelStep, NamedStep } from '../../model/step.ts';
import { outputsOf, rowFormOf, transformWidth } from '../../model/step-inference.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { countText } from '../../text/count.ts';
import { truncate } from '../../text/truncate.ts';

/** Whether parts that were fitted one by one fit together, by what each says of itself. */

const TRANSFORM: OutputSpec = { name: 'transform', dtype: 'float64', shape: [-1, -1] };

export const isTransformer = (step: ModelStep): boolean => outputsOf(step, TRANSFORM).includes(TRANSFORM);
export const isPredictor = (step: ModelStep): boolean =>
  outputsOf(step, TRANSFORM).some(({ name }) => name === 'predict');

/** Columns that a step gives, or null where it does not say. */
const widthGiven = (step: ModelStep): number | null => transformWidth(step, step.features);

/** `takes 10 columns and gives 3`, of a text step `takes texts …`, of a predictor what it takes. */
export function widthsText({ name, step }: NamedStep): string {
  const { features } = step;
  const takes =
    rowFormOf(step) === 'text'
      ? 'texts'
      : features === null
        ? 'any number of columns'
        : countText(features, 'column');
  const given = widthGiven(step);
  return `"${name}" takes ${takes}${isTransformer(step) && given !== null ? ` and gives ${given}` : ''}`;
}

/** Why `after` does not take what `before` gives, with the numbers of both; null where they fit. */
export function misfitOf(before: NamedStep, after: NamedStep): string | null {
  if (!isTransformer(before.step)) return `"${before.name}" does not transform, so nothing can follow it`;
  const form = rowFormOf(after.step);
  if (form !== 'table')
    return `"${after.name}" takes ${form === 'text' ? 'texts' : form}, and "${before.name}" gives columns`;
  const given = widthGiven(before.step);
  const { features } = after.step;
  if (given !== null && features !== null && given !== features)
    return `"${before.name}" gives ${countText(given, 'column')}${vocabulary(before.step)}, and "${after.name}" takes ${features}`;
  return namesMisfit(before, after);
}

const vocabulary = (step: ModelStep): string => (rowFormOf(step) === 'text' ? ', one a term' : '');

/** Steps that give the columns that they take, one by one: those that follow may know them by the same names. */
const KEEPS_COLUMNS: ReadonlySet<ModelStep['kind']> = new Set([
  'standard-scaler',
  'min-max-scaler',
  'max-abs-scaler',
  'robust-scaler',
  'normalizer',
]);

function namesMisfit(before: NamedStep, after: NamedStep): string | null {
  const given = before.step.featureNames;
  const taken = after.step.featureNames;
  if (given === null || taken === null || !KEEPS_COLUMNS.has(before.step.kind)) return null;
  const at = taken.findIndex((name, i) => name !== given[i]);
  if (at < 0) return null;
  return `"${before.name}" calls column ${at} "${truncate(given[at] ?? '', 60)}", and "${after.name}" "${truncate(taken[at] ?? '', 60)}"`;
}

/** Names that a model keeps of its columns, or null. */
export const ownNames = (step: ModelStep): readonly string[] | null =>
  step.featureNames ??
  (step.kind === 'pipeline' && step.steps[0] !== undefined ? ownNames(step.steps[0].step) : null);

const widthOf = (step: ModelStep): number | null =>
  step.features ??
  (step.kind === 'pipeline' && step.steps[0] !== undefined ? widthOf(step.steps[0].step) : null);

/** Why a list of names does not name the columns of a model; null where it does. */
export function columnsMisfit(step: ModelStep, columns: readonly string[]): string | null {
  if (rowFormOf(step) !== 'table') return 'the model takes no table';
  const width = widthOf(step);
  if (width !== columns.length)
    return `there are ${countText(columns.length, 'name')}, and the model takes ${width === null ? 'any number of columns' : countText(width, 'column')}`;
  return ownNames(step) === null ? null : 'the model names its columns itself';
}

/** Why the classes of an encoder are not those that a model answers by their numbers; null where they are. */
export function classesMisfit(step: ModelStep, labels: LabelSet): string | null {
  const classes = classLabelsOf(step);
  if (classes === null) return 'the model answers no classes';
  const numbered = classes.type === 'int' && classes.values.every((value, i) => value === i);
  if (!numbered) {
    const known = classes.values.slice(0, 3).map(String).join(', ');
    return `the model answers ${truncate(known, 60)}${classes.values.length > 3 ? ', …' : ''}, not the numbers of classes`;
  }
  if (classes.values.length !== labels.values.length)
    return `it has ${countText(labels.values.length, 'class', 'classes')}, and the model ${classes.values.length}`;
  return null;
}

/** Whether two steps are fitted alike: of the same kind, with the same numbers, wherever they come from. */
export function isSameStep(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (ArrayBuffer.isView(a) || Array.isArray(a)) return sameItems(a, b);
  const [left, right] = [entriesOf(a), entriesOf(b)];
  return left.size === right.size && [...left].every(([key, value]) => isSameStep(value, right.get(key)));
}

function sameItems(a: object, b: object): boolean {
  const [left, right] = [Object.values(a), Object.values(b)];
  return left.length === right.length && left.every((item, i) => isSameStep(item, right[i]));
}

/** Where a step comes from, and what its columns are called, says nothing of what it does. */
const entriesOf = (value: object): ReadonlyMap<string, unknown> =>
  new Map(Object.entries(value).filter(([key]) => key !== 'origin' && key !== 'featureNames'));
