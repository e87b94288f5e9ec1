import type { ColumnTransformerStep, ModelStep } from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';
import { blockBase, columnRuns, type FrameBlock, frameStep } from '../frame-step.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toText } from '../sklearn/arrays.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';

/** What a transformer of feature_engine was fitted on: frames, to whose order of columns every other one is brought. */
export interface FeatureFrame {
  readonly base: StepBase;
  readonly names: readonly string[];
  /** Places of columns by name; throws MODEL_INVALID for others. */
  readonly placesOf: (names: readonly string[], field: string) => readonly number[];
}

export function featureFrame(view: EstimatorView): FeatureFrame {
  const names = columnTexts(view, 'feature_names_in_', view.required('feature_names_in_'));
  const width = view.count('n_features_in_');
  if (names.length !== width)
    throw view.invalid('feature_names_in_', `${names.length} names`, `${width} names`);
  const places = new Map(names.map((name, i) => [name, i]));
  return {
    base: { origin: view.origin, features: width, featureNames: names },
    names,
    placesOf: (wanted, field) =>
      wanted.map((name) => {
        const place = places.get(name);
        if (place === undefined) throw view.invalid(field, name, 'a column of feature_names_in_');
        return place;
      }),
  };
}

/** Texts of a list; numbers, as columns of arrays have, as pandas would write them. */
export function columnTexts(
  view: EstimatorView,
  field: string,
  value: PyValue | undefined,
): readonly string[] {
  const texts = arrayItemsOf(value)?.map(toText);
  if (!texts?.every((text) => text !== null))
    throw view.unsupported(field, show(value ?? null), 'names of columns are');
  return texts;
}

/** A dict by column. */
export function byColumn(view: EstimatorView, field: string): readonly (readonly [string, PyValue])[] {
  const value = view.required(field);
  const entries = isType(value, 'dict')
    ? value.entries.map(([key, item]) => [toText(key), item] as const)
    : null;
  if (!entries?.every((entry): entry is readonly [string, PyValue] => entry[0] !== null))
    throw view.unsupported(field, show(value), 'a dict by names of columns is');
  return entries;
}

export function numbersByColumn(view: EstimatorView, field: string): ReadonlyMap<string, number> {
  return new Map(
    byColumn(view, field).map(([name, value]) => {
      const number = toNumber(value);
      if (number === null) throw view.unsupported(`${field}[${name}]`, show(value), 'numbers are');
      return [name, number];
    }),
  );
}

/** What `stepOf` makes of runs of the columns that are meant, each in its place; the others stay as they are. */
export function inPlace(
  { base }: FeatureFrame,
  places: ReadonlySet<number>,
  stepOf: (base: StepBase, columns: readonly number[]) => ModelStep,
): ColumnTransformerStep {
  const runs = columnRuns(base.features ?? 0, (column) => places.has(column));
  return frameStep(
    base,
    runs.map(({ kind: isMeant, columns }) => ({
      columns,
      step: isMeant ? stepOf(blockBase(base, columns), columns) : null,
    })),
  );
}

/** All columns but those left out, as they are. */
export function keptBlocks(
  { base }: FeatureFrame,
  left: ReadonlySet<number> = new Set(),
): readonly FrameBlock[] {
  const runs = columnRuns(base.features ?? 0, (column) => left.has(column));
  return runs.filter(({ kind: isLeft }) => !isLeft).map(({ columns }) => ({ columns, step: null }));
}
