import type { ModelStep } from '../../model/step.ts';
import type { CategoryRows } from '../category-rows.ts';
import { frameCells, frameOf } from '../pandas/frame.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber } from '../sklearn/arrays.ts';
import { isMissing } from '../sklearn/labels.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import { type EncodedColumn, encoderStep } from './encoders.ts';
import { type ColumnLabel, columnLabel, columnLabels } from './frame-columns.ts';
import {
  MISSING_CODE,
  mappingsOf,
  numberEntries,
  type OrdinalCodes,
  ordinalCodes,
  policyOf,
} from './ordinal-codes.ts';

const row = (...numbers: readonly number[]): Float64Array => Float64Array.from(numbers);

/** OrdinalEncoder: a code each. */
export function readOrdinalCodes(view: EstimatorView): ModelStep {
  const columns = Array.from(ordinalCodes(view), ([label, { codes, missing, unknown }]) => {
    const encoded: EncodedColumn = {
      names: [label],
      width: 1,
      rows: codes.map(([category, code]) => [category, row(code)]),
      missing: missing === null ? null : row(missing),
      unknown: unknown === null ? null : row(unknown),
    };
    return [label, encoded] as const;
  });
  return encoderStep(view, new Map(columns));
}

/** Rows of the categories behind an ordinal encoder; a code that has none becomes NaN, as `map` and `reindex` give. */
function rowsByCode(
  view: EstimatorView,
  { codes, missing, unknown }: OrdinalCodes,
  byCode: ReadonlyMap<number, Float64Array>,
  width: number,
): CategoryRows {
  const rowOf = (code: number): Float64Array => byCode.get(code) ?? new Float64Array(width).fill(Number.NaN);
  const refuses = view.get('handle_unknown') === 'error';
  return {
    width,
    rows: codes.map(([category, code]) => [category, rowOf(code)]),
    missing: missing === null ? null : rowOf(missing),
    unknown: refuses || unknown === null ? null : rowOf(unknown),
  };
}

/** Encoders with a number for each code: targets, weights of evidence, estimates, quantiles. */
export function readTargetCodes(view: EstimatorView): ModelStep {
  const ordinals = ordinalCodes(view.child('ordinal_encoder'));
  const columns = mappingEntries(view).map(([label, mapping]) => {
    const numbers = numberEntries(view, `mapping[${label}]`, mapping);
    const byCode = new Map(numbers.map(([code, value]) => [toNumber(code) ?? Number.NaN, row(value)]));
    const encoded = rowsByCode(view, codesOf(view, ordinals, label), byCode, 1);
    return [label, { ...encoded, names: [label] }] as const;
  });
  return encoderStep(view, new Map(columns));
}

/** Encoders with a row of a DataFrame for each code: one-hot, digits to a base, contrasts. */
export function readMatrixCodes(view: EstimatorView): ModelStep {
  const ordinals = ordinalCodes(view.child('ordinal_encoder'));
  const columns = Array.from(mappingsOf(view), ([label, mapping]) => {
    const { index, names, rows } = numberRows(view, `mapping[${label}]`, mapping);
    const byCode = new Map(rows.map((numbers, i) => [toNumber(index[i]) ?? Number.NaN, numbers]));
    const codes = codesOf(view, ordinals, label);
    // The one-hot encoder fills what the ordinal one left missing before it looks it up.
    const filled = { ...codes, missing: Number.isNaN(codes.missing) ? MISSING_CODE : codes.missing };
    const isOneHot = view.className === 'OneHotEncoder';
    const encoded = rowsByCode(view, isOneHot ? filled : codes, byCode, names.length);
    return [label, { ...encoded, names }] as const;
  });
  return encoderStep(view, new Map(columns));
}

/** CatBoostEncoder and LeaveOneOutEncoder: means of the target by category, from sums and counts. */
export function readTargetMeans(view: EstimatorView): ModelStep {
  const onUnknown = policyOf(view, 'handle_unknown', ['value', 'return_nan', 'error']);
  const onMissing = policyOf(view, 'handle_missing', ['value', 'return_nan', 'error']);
  const mean = view.number('_mean');
  const smoothing = view.className === 'CatBoostEncoder' ? view.number('a', 1) : 0;
  const bools = boolColumns(view);
  const otherwise = (policy: unknown): Float64Array => row(policy === 'value' ? mean : Number.NaN);
  const columns = mappingEntries(view).map(([label, mapping]) => {
    const { index, names, rows } = numberRows(view, `mapping[${label}]`, mapping);
    const [sum, count] = ['sum', 'count'].map((name) => names.indexOf(name));
    const means = rows.map((numbers, i): [PyValue, Float64Array] => {
      const [total = Number.NaN, times = Number.NaN] = [numbers[sum ?? -1], numbers[count ?? -1]];
      return [index[i] ?? null, row(times > 1 ? (total + mean * smoothing) / (times + smoothing) : mean)];
    });
    const known = means.find(([category]) => isMissing(category))?.[1];
    const unknown = onUnknown === 'error' ? null : otherwise(onUnknown);
    const encoded: EncodedColumn = {
      names: [label],
      width: 1,
      rows: bools.has(label) ? unknownBools(unknown) : means,
      missing: onMissing === 'return_nan' ? row(Number.NaN) : (known ?? otherwise(onMissing)),
      unknown,
    };
    return [label, encoded] as const;
  });
  return encoderStep(view, new Map(columns));
}

/** Bools are kept as 0 and 1, among which pandas finds no True and no False: the library has never met them. */
const unknownBools = (unknown: Float64Array | null): CategoryRows['rows'] =>
  unknown === null ? [] : [true, false].map((value) => [value, unknown]);

/** Columns of bools, as far as the file says (`feature_dtypes_in_`). */
function boolColumns(view: EstimatorView): ReadonlySet<ColumnLabel> {
  const dtypes = arrayItemsOf(view.get('feature_dtypes_in_')) ?? [];
  const labels = columnLabels(view, 'feature_names_in_') ?? [];
  return new Set(
    labels.filter((_, i) => {
      const dtype = dtypes[i];
      return isType(dtype, 'dtype') && dtype.code === 'b';
    }),
  );
}

/** CountEncoder: how often a category came, by `handle_unknown` of its column where it did not. */
export function readCounts(view: EstimatorView): ModelStep {
  const columns = mappingEntries(view).map(([label, mapping]) => {
    const field = `mapping[${label}]`;
    const rows = numberEntries(view, field, mapping).map(
      ([category, count]) => [category, row(count)] as const,
    );
    const onUnknown = optionOf(view, '_handle_unknown', label);
    const returnsMissing = optionOf(view, '_handle_missing', label) === 'return_nan';
    const given = (): Float64Array | null => {
      if (onUnknown === 'error') return null;
      if (onUnknown === 'value') return row(returnsMissing ? Number.NaN : 0);
      return row(typeof onUnknown === 'number' ? onUnknown : Number.NaN);
    };
    const unknown = given();
    const known = rows.find(([category]) => isMissing(category))?.[1];
    const missing = known === undefined || Number.isNaN(known[0]) ? null : known;
    return [label, { names: [label], width: 1, rows, missing, unknown }] as const;
  });
  return encoderStep(view, new Map(columns));
}

/** What a dict of options says of a column. */
function optionOf(view: EstimatorView, field: string, label: ColumnLabel): string | number | null {
  const options = view.required(field);
  const value = isType(options, 'dict')
    ? options.entries.find(([key]) => columnLabel(key) === label)?.[1]
    : undefined;
  if (value === undefined || value === null) return null;
  const option = columnLabel(value);
  if (option === null) throw view.unsupported(field, show(value), 'words and numbers are');
  return option;
}

/** `mapping` as a dict by column. */
function mappingEntries(view: EstimatorView): readonly (readonly [ColumnLabel, PyValue])[] {
  const mapping = view.required('mapping');
  if (!isType(mapping, 'dict')) throw view.invalid('mapping', show(mapping), 'a dict by column');
  return mapping.entries.map(([key, value]) => {
    const label = columnLabel(key);
    if (label === null) throw view.invalid('mapping', show(key), 'names of columns');
    return [label, value];
  });
}

function codesOf(
  view: EstimatorView,
  ordinals: ReadonlyMap<ColumnLabel, OrdinalCodes>,
  label: ColumnLabel,
): OrdinalCodes {
  const codes = ordinals.get(label);
  if (codes === undefined)
    throw view.invalid('ordinal_encoder', `without ${label}`, 'all columns of mapping');
  return codes;
}

function numberRows(view: EstimatorView, field: string, value: PyValue) {
  view.reading.repeat(frameCells(value), view.origin);
  const frame = frameOf(value);
  const names = frame?.columns.map(columnLabel);
  const numbers = frame?.data.map((cell) => (cell === null ? Number.NaN : toNumber(cell)));
  if (frame === null || !names?.every((name) => name !== null) || !numbers?.every((one) => one !== null))
    throw view.invalid(field, show(value), 'a DataFrame of numbers');
  const width = names.length;
  const data = Float64Array.from(numbers);
  const rows = frame.index.map((_, i) => data.subarray(i * width, (i + 1) * width));
  return { index: frame.index, names, rows };
}
