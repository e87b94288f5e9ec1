import type { FloatBorders, OneHotValues } from '../../model/catboost.ts';
import type { ModelRefusals } from './failure.ts';
import type { CatBoostFile, NumberedFeature } from './model-file.ts';

/** Input columns of one model: each is described one by one. */
const MAX_COLUMNS = 2 ** 21;

/** The features of a file by the columns of its input. */
export interface FileColumns {
  readonly width: number;
  /** One a column; null where the training data had no names. */
  readonly names: readonly string[] | null;
  /** Float features that have borders, in the order of their questions. */
  readonly floats: readonly FloatBorders[];
  readonly oneHots: readonly OneHotValues[];
  /** Index in `floats` by the number of the feature. */
  readonly floatAt: ReadonlyMap<number, number>;
  readonly oneHotAt: ReadonlyMap<number, number>;
  /** Column of a categorical feature by its number. */
  readonly categoryColumn: ReadonlyMap<number, number>;
}

/** Places the features of a file in columns, and checks all borders and values. */
export function placeColumns(file: CatBoostFile, refusals: ModelRefusals): FileColumns {
  const features: readonly NumberedFeature[] = [...file.floats, ...file.categories, ...file.others];
  const columns = columnNames(features, refusals);
  const used = file.floats.filter(({ borders }) => borders.length > 0);
  const floats = used.map(({ column, borders, hasNans, nanTreatment }, i): FloatBorders => {
    checkBorders(borders, `float_features[${i}].borders`, refusals);
    return { column, borders, missingAbove: hasNans && nanTreatment === 'AsTrue' };
  });
  const categoryColumn = byNumber(file.categories, ({ column }) => column, refusals);
  const oneHots = file.oneHots.map(({ feature, values }, i): OneHotValues => {
    const column = categoryColumn.get(feature);
    const field = `one_hot_features[${i}]`;
    if (column === undefined)
      throw refusals.invalid(field, `of categorical feature ${feature}`, 'one that there is');
    if (new Set(values).size !== values.length)
      throw refusals.invalid(`${field}.values`, 'a value twice', 'each value once');
    return { column, values };
  });
  return {
    ...columns,
    floats,
    oneHots,
    floatAt: byNumber(used, (_, i) => i, refusals),
    oneHotAt: new Map(file.oneHots.map(({ feature }, i) => [feature, i])),
    categoryColumn,
  };
}

/** Borders ascend, or two ways of asking for them would give two answers. */
export function checkBorders(borders: Float32Array, field: string, refusals: ModelRefusals): void {
  let last = Number.NEGATIVE_INFINITY;
  for (const border of borders) {
    if (!(border >= last)) throw refusals.invalid(field, `${border} after ${last}`, 'ascending numbers');
    last = border;
  }
}

function byNumber<T extends NumberedFeature>(
  features: readonly T[],
  value: (feature: T, i: number) => number,
  refusals: ModelRefusals,
): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>();
  for (const [i, feature] of features.entries()) {
    if (numbers.has(feature.index))
      throw refusals.invalid('feature_index', `${feature.index} twice`, 'one number a feature');
    numbers.set(feature.index, value(feature, i));
  }
  return numbers;
}

/** The width of the input, and its names where every column has one. */
function columnNames(
  features: readonly NumberedFeature[],
  refusals: ModelRefusals,
): Pick<FileColumns, 'width' | 'names'> {
  const names = new Map<number, string>();
  let width = 0;
  for (const { column, name } of features) {
    if (column < 0) throw refusals.invalid('flat_feature_index', String(column), 'a column');
    if (column >= MAX_COLUMNS)
      throw refusals.unsupported('flat_feature_index', String(column), `up to ${MAX_COLUMNS} columns are`);
    if (names.has(column))
      throw refusals.invalid('flat_feature_index', `${column} twice`, 'one feature a column');
    names.set(column, name);
    width = Math.max(width, column + 1);
  }
  if (names.size !== width || [...names.values()].includes('')) return { width, names: null };
  return { width, names: Array.from({ length: width }, (_, column) => names.get(column) ?? '') };
}
