import { elementAt } from '../../core/element-at.ts';
import type { MissingMarker, SimpleImputerStep } from '../../model/imputation.ts';
import type { ColumnBranch, ColumnTransformerStep } from '../../model/step.ts';
import type { PyValue } from '../pickle/value.ts';
import { toNumber, toText } from './arrays.ts';
import { dtypeName } from './dtype.ts';
import { isMissing, isNaNValue } from './labels.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/**
 * SimpleImputer with every built-in strategy: all of them leave one fill value a column in `statistics_`.
 * A column without any value at fit has NaN there and is dropped, unless `keep_empty_features` (1.2), or for strategy
 * 'constant' before 1.8.
 */
export function readSimpleImputer(view: EstimatorView): SimpleImputerStep | ColumnTransformerStep {
  const strategy = strategyOf(view);
  const missing = missingMarkerOf(view, view.get('missing_values'));
  const statistics = view.items('statistics_');
  const keepsAll = view.flag('keep_empty_features', false) || (strategy === 'constant' && !view.since(1, 8));
  const single = filledAs(view) === 'float32';
  const fill = statistics.map((value, i) => {
    const found = fillOf(view, value, i, keepsAll);
    return single && typeof found === 'number' ? Math.fround(found) : found;
  });
  const indicators = view.flag('add_indicator', false) ? indicatorsOf(view, statistics.length) : [];
  const texts = fill.filter((value) => typeof value === 'string').length;
  const step: SimpleImputerStep = {
    kind: 'simple-imputer',
    ...view.base(statistics.length),
    missing,
    type: texts > 0 || missing.kind === 'string' || isText(view, fill) ? 'string' : 'number',
    fill,
    indicators,
  };
  return texts > 0 && fill.some((value) => typeof value === 'number') ? splitByType(view, step) : step;
}

/** A table of strings and numbers fitted at once: one imputer a run of columns of one type, side by side. */
function splitByType(view: EstimatorView, step: SimpleImputerStep): ColumnTransformerStep {
  if (step.indicators.length > 0)
    throw view.unsupported('add_indicator', 'True for strings and numbers mixed', 'False is');
  const runs: { type: 'number' | 'string'; columns: number[] }[] = [];
  for (const [column, fill] of step.fill.entries()) {
    const type = fill === null ? runs.at(-1)?.type : typeof fill === 'string' ? 'string' : 'number';
    if (type === undefined || type !== runs.at(-1)?.type) runs.push({ type: type ?? 'string', columns: [] });
    runs.at(-1)!.columns.push(column);
  }
  const branches = runs.map(({ type, columns }, i): ColumnBranch => {
    const part: SimpleImputerStep = {
      ...step,
      type,
      features: columns.length,
      featureNames: null,
      fill: columns.map((c) => elementAt(step.fill, c)),
    };
    return { name: `columns${i}`, columns, scalar: false, weight: null, step: part };
  });
  return { kind: 'column-transformer', ...view.base(step.fill.length), branches };
}

/** A callable strategy (1.5) has left its answers in `statistics_` like the others. */
function strategyOf(view: EstimatorView): string {
  const value = view.get('strategy');
  return toText(value) ?? (value === undefined ? 'mean' : 'callable');
}

/** From 1.8 on statistics are cast to the dtype that they were computed from before they are filled in. */
function filledAs(view: EstimatorView): string | null {
  const dtype = view.get('_fill_dtype');
  return dtype === undefined || dtype === null ? null : dtypeName(dtype);
}

/** With nothing left to fill the training dtype decides (`_fit_dtype`, from 1.3). */
const isText = (view: EstimatorView, fill: readonly (number | string | null)[]): boolean => {
  const dtype = view.get('_fit_dtype');
  return (
    fill.every((value) => value === null) &&
    typeof dtype === 'object' &&
    dtype !== null &&
    'code' in dtype &&
    dtype.code === 'O'
  );
};

export function missingMarkerOf(view: EstimatorView, value: PyValue | undefined): MissingMarker {
  if (value === undefined || isMissing(value)) return { kind: 'null' };
  const text = toText(value);
  if (text !== null) return { kind: 'string', value: text };
  const number = toNumber(value);
  if (number === null)
    throw view.unsupported('missing_values', show(value), 'NaN, None, numbers and strings are');
  return { kind: 'number', value: number };
}

function fillOf(
  view: EstimatorView,
  value: PyValue,
  column: number,
  keepsAll: boolean,
): number | string | null {
  if (isNaNValue(value)) return keepsAll ? Number.NaN : null;
  const fill = toText(value) ?? toNumber(value);
  if (fill === null) throw view.unsupported(`statistics_[${column}]`, show(value), 'numbers and strings are');
  return fill;
}

/**
 * MissingIndicator: an imputer that keeps no column. `error_on_new` refuses a value that is missing where none was at fit.
 * The file does not say which columns are texts.
 */
export function readMissingIndicator(view: EstimatorView): SimpleImputerStep {
  if (view.flag('_precomputed', false)) throw view.unsupported('precomputed', 'True', 'False is');
  const base = view.base();
  const width = base.features ?? view.count('_n_features');
  const some = view.choice('features', ['missing-only', 'all'], 'missing-only') === 'missing-only';
  const indicators = some
    ? flaggedColumns(view, width)
    : Array.from({ length: width }, (_, column) => column);
  if (indicators.length === 0) throw view.unsupported('features_', 'no column', 'at least one is');
  const flagged = new Set(indicators);
  const strict = some && view.flag('error_on_new', true);
  const missing = missingMarkerOf(view, view.get('missing_values'));
  return {
    kind: 'simple-imputer',
    ...base,
    features: width,
    missing,
    type: missing.kind === 'null' ? 'any' : missing.kind,
    fill: Array.from({ length: width }, () => null),
    indicators,
    complete: strict
      ? Array.from({ length: width }, (_, column) => column).filter((c) => !flagged.has(c))
      : [],
  };
}

/** Columns whose indicator `add_indicator` appends. */
export function indicatorsOf(view: EstimatorView, width: number): readonly number[] {
  return flaggedColumns(view.child('indicator_'), width);
}

function flaggedColumns(view: EstimatorView, width: number): readonly number[] {
  const features = view.items('features_').map(toNumber);
  const isColumn = (feature: number | null): feature is number =>
    feature !== null && Number.isInteger(feature) && feature >= 0 && feature < width;
  if (!features.every(isColumn))
    throw view.invalid('features_', 'columns out of range', `indexes below ${width}`);
  return features;
}
