import type { ColumnCategories } from '../../model/encoding.ts';
import type { StepOrigin } from '../../model/step-base.ts';
import { stepInvalid, stepUnsupported } from '../failure.ts';
import { type DocumentValue, itemsOf } from '../json/document.ts';
import { shownValue } from '../json/document-view.ts';
import type { LightgbmModel } from './model-text.ts';

/** Categories by column. */
type PandasCategories = ReadonlyMap<number, ColumnCategories>;

/**
 * The categories of pandas columns: the booster splits on their codes, so that a cell is looked up among them first, and
 * one that is not there is missing (`_data_from_pandas` of LightGBM's `basic.py`). The file lists categories of the
 * columns in their order without saying which these are; `categorical_feature` among the parameters says it, for all but
 * ordered ones. Throws MODEL_UNSUPPORTED where the two do not go together.
 */
export function pandasCategories(model: LightgbmModel, origin: StepOrigin): PandasCategories {
  const lists = listsOf(model, origin);
  if (lists.length === 0) return new Map();
  const columns = categoricalColumns(model, origin);
  if (columns.length !== lists.length)
    throw stepUnsupported(
      origin,
      'pandas_categorical',
      `categories of ${lists.length} columns beside ${columns.length} of categorical_feature, so that it cannot be told which they are of`,
      'files whose categorical features are all unordered categories of pandas are',
    );
  return new Map(
    columns.map((column, i): [number, ColumnCategories] => {
      const list = lists[i] ?? [];
      checkCodes(model, column, list.length, origin);
      return [column, categoriesOf(list, model.columnNames[column] ?? '', origin)];
    }),
  );
}

type JsonScalar = string | number | boolean;

function listsOf(
  { pandasCategorical }: LightgbmModel,
  origin: StepOrigin,
): readonly (readonly JsonScalar[])[] {
  if (pandasCategorical === null) return [];
  const lists = itemsOf(pandasCategorical)?.map(itemsOf);
  if (lists?.every(isScalars)) return lists;
  const found = shownValue(pandasCategorical);
  throw stepInvalid(origin, 'pandas_categorical', found, 'lists of categories, or null');
}

const isScalars = (list: readonly DocumentValue[] | null): list is readonly JsonScalar[] =>
  list?.every((value) => ['string', 'number', 'boolean'].includes(typeof value)) === true;

/**
 * Columns that were declared categorical at training, ascending. Version 2 leaves the parameter empty; what training saw
 * of a column then says it.
 */
function categoricalColumns({ parameters, columnInfos, columnNames }: LightgbmModel, origin: StepOrigin) {
  const stated = parameters.get('categorical_feature') ?? '';
  if (stated === '')
    return [...columnNames.keys()].filter((column) => /^-?\d+(?::-?\d+)*$/.test(columnInfos?.[column] ?? ''));
  const columns = stated.split(',').map(Number);
  if (!columns.every((column) => Number.isInteger(column) && column >= 0 && column < columnNames.length))
    throw stepUnsupported(origin, 'categorical_feature', stated.slice(0, 60), 'numbers of columns are');
  return [...new Set(columns)].sort((a, b) => a - b);
}

/** What training saw of a column were codes of its categories. */
function checkCodes({ columnInfos }: LightgbmModel, column: number, size: number, origin: StepOrigin): void {
  const seen = columnInfos?.[column]?.split(':') ?? [];
  const strange = seen.find((code) => !(code === 'none' || Number(code) < size));
  if (strange !== undefined)
    throw stepUnsupported(
      origin,
      'pandas_categorical',
      `${size} categories of column ${column}, which has held ${strange.slice(0, 40)}`,
      'files whose categorical features are all unordered categories of pandas are',
    );
}

function categoriesOf(list: readonly JsonScalar[], name: string, origin: StepOrigin): ColumnCategories {
  const strings = list.filter((value) => typeof value === 'string');
  if (strings.length === list.length && list.length > 0) return { type: 'string', values: strings };
  const booleans = list.filter((value) => typeof value === 'boolean');
  if (booleans.length === list.length && list.length > 0) return { type: 'bool', values: booleans };
  const numbers = list.filter((value) => typeof value === 'number');
  if (numbers.length === list.length) return { type: 'number', values: Float64Array.from(numbers) };
  throw stepUnsupported(
    origin,
    'pandas_categorical',
    `categories of mixed types in ${JSON.stringify(name.slice(0, 40))}`,
    'columns of strings, of numbers or of bools are',
  );
}
