import type { CellTreatment, DomainColumn } from '../../model/domain.ts';
import type { ColumnCategories, OneHotColumn, TableColumn } from '../../model/encoding.ts';
import type { ModelStep } from '../../model/step.ts';
import { tableColumn } from '../category-rows.ts';
import { blockBase, frameStep } from '../frame-step.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { arrayItemsOf, toNumber, toText } from '../sklearn/arrays.ts';
import { isMissing, labelFault, toCategories } from '../sklearn/labels.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import { byColumn, columnTexts, featureFrame, inPlace, keptBlocks, numbersByColumn } from './frame.ts';

/** OrdinalEncoder, CountFrequencyEncoder, MeanEncoder, WoEEncoder: a number a category (`encoder_dict_`). */
export function readCategoryNumbers(view: EstimatorView): ModelStep {
  const frame = featureFrame(view);
  const unseen = view.choice('unseen', ['ignore', 'raise', 'encode'], 'ignore');
  const unknown = unseen === 'encode' ? unseenNumbers(view) : null;
  const columns = new Map<number, TableColumn>();
  for (const [name, categories] of byColumn(view, 'encoder_dict_')) {
    const [place] = frame.placesOf([name], 'encoder_dict_');
    const row = Float64Array.of(unknown?.(name) ?? Number.NaN);
    const table = numbersOf(view, name, categories, unseen === 'raise' ? null : row);
    columns.set(place ?? -1, table);
  }
  const refuses = refusesMissing(view);
  return inPlace(frame, new Set(columns.keys()), (base, run) => ({
    kind: 'category-table',
    ...base,
    ...refuses,
    columns: run.flatMap((column) => columns.get(column) ?? []),
  }));
}

/** DecisionTreeEncoder: what its tree answers for each category, which it keeps as a table from 1.9 on. */
export function readTreeCodes(view: EstimatorView): ModelStep {
  if (!view.has('encoder_dict_') && view.has('encoder_'))
    throw view.unsupported('encoder_', 'a tree a column', 'a table (feature_engine 1.9 and later) is');
  return readCategoryNumbers(view);
}

/** RareLabelEncoder: a category that is not among the frequent ones (`encoder_dict_`) becomes `replace_with`. */
export function readFrequentCategories(view: EstimatorView): ModelStep {
  const frame = featureFrame(view);
  const given = view.get('replace_with') ?? 'Rare';
  const value = toText(given) ?? toNumber(given);
  if (value === null) throw view.unsupported('replace_with', show(given), 'strings and numbers are');
  const whenMissing: CellTreatment =
    (view.get('missing_values') ?? 'raise') === 'raise' ? { kind: 'refuse' } : { kind: 'keep' };
  const columns = new Map<number, DomainColumn>();
  for (const [name, categories] of byColumn(view, 'encoder_dict_')) {
    const [place] = frame.placesOf([name], 'encoder_dict_');
    columns.set(place ?? -1, {
      valid: frequentOf(view, name, categories, value),
      missing: [{ kind: 'null' }],
      whenMissing,
      whenInvalid: { kind: 'replace', value },
    });
  }
  return inPlace(frame, new Set(columns.keys()), (base, run) => ({
    kind: 'value-domain',
    ...base,
    columns: run.flatMap((column) => columns.get(column) ?? []),
  }));
}

function frequentOf(
  view: EstimatorView,
  name: string,
  value: PyValue,
  replacement: number | string,
): ColumnCategories {
  const field = `encoder_dict_[${name}]`;
  const items = arrayItemsOf(value)?.filter((item) => !isMissing(item)) ?? null;
  if (items === null) throw view.invalid(field, show(value), 'a list of categories');
  view.reading.repeat(items.length, view.origin);
  // Where none is frequent, the file does not say what the column holds.
  const found: ColumnCategories | null =
    items.length === 0 && typeof replacement === 'string'
      ? { type: 'string', values: [] }
      : toCategories(items);
  if (found === null)
    throw view.unsupported(field, `${show(value)}${labelFault(items)}`, 'categories of one type are');
  if (found.type !== typeof replacement)
    throw view.unsupported(
      'replace_with',
      `${JSON.stringify(replacement)} among ${found.type}s`,
      'a value of the type of the column is',
    );
  return found;
}

/** WoEEncoder and OneHotEncoder have no option: missing values are refused. */
const refusesMissing = (view: EstimatorView): { refusesMissing?: true } =>
  (view.get('missing_values') ?? 'raise') === 'raise' ? { refusesMissing: true } : {};

/** `_unseen`: a number, by column where means of the target differ. */
function unseenNumbers(view: EstimatorView): (name: string) => number {
  const value = view.required('_unseen');
  if (!isType(value, 'dict')) {
    const number = view.number('_unseen');
    return () => number;
  }
  const numbers = numbersByColumn(view, '_unseen');
  return (name) => numbers.get(name) ?? Number.NaN;
}

function numbersOf(
  view: EstimatorView,
  name: string,
  categories: PyValue,
  unknown: Float64Array | null,
): TableColumn {
  const field = `encoder_dict_[${name}]`;
  if (!isType(categories, 'dict')) throw view.invalid(field, show(categories), 'a dict of categories');
  view.reading.repeat(categories.entries.length, view.origin);
  const rows = categories.entries.map(([category, value]) => {
    const number = toNumber(value);
    if (number === null) throw view.unsupported(field, show(value), 'numbers are');
    return [category, Float64Array.of(number)] as const;
  });
  const missing = rows.find(([category]) => isMissing(category))?.[1] ?? null;
  return tableColumn(view, field, { width: 1, rows, missing, unknown });
}

/** OneHotEncoder: a column a category behind all others, instead of the columns that are encoded. */
export function readDummies(view: EstimatorView): ModelStep {
  const frame = featureFrame(view);
  const names = columnTexts(view, 'variables_', view.required('variables_'));
  const places = frame.placesOf(names, 'variables_');
  const known = new Map(byColumn(view, 'encoder_dict_'));
  const columns = names.map((name) => dummiesOf(view, name, known.get(name)));
  const step: ModelStep = {
    kind: 'one-hot',
    ...blockBase(frame.base, places),
    refusesMissing: true,
    columns,
    unknown: 'ignore',
  };
  return frameStep(frame.base, [...keptBlocks(frame, new Set(places)), { columns: places, step }]);
}

function dummiesOf(view: EstimatorView, name: string, value: PyValue | undefined): OneHotColumn {
  const field = `encoder_dict_[${name}]`;
  const items = arrayItemsOf(value);
  if (items === null) throw view.invalid(field, show(value ?? null), 'a list of categories');
  view.reading.repeat(items.length, view.origin);
  const empty = new Float64Array(0);
  const rows = items.map((category) => [category, empty] as const);
  const { categories } = tableColumn(view, field, { width: 0, rows, missing: null, unknown: empty });
  const width = categories.values.length;
  if (width !== items.length) throw view.unsupported(field, 'a missing category', 'categories are');
  return { categories, slots: Int32Array.from({ length: width }, (_, i) => i), width, unknownSlot: -1 };
}
