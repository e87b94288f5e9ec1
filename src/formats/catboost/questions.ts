import type { CatBoostQuestions, CtrColumn, CtrTable } from '../../model/catboost.ts';
import { checkBorders, type FileColumns } from './columns.ts';
import { hasMeans } from './ctr-tables.ts';
import type { ModelRefusals } from './failure.ts';
import {
  baseKey,
  type CatBoostFile,
  type CtrBase,
  type CtrFeature,
  type FileProjection,
  type FileTable,
} from './model-file.ts';

/** Everything that the trees of a file may ask. */
export interface FileQuestions {
  readonly tables: readonly CtrTable[];
  readonly ctrs: readonly CtrColumn[];
  readonly questions: CatBoostQuestions;
}

/**
 * Numbers the questions as splits do: borders of float features, values of one-hot features, borders of CTRs
 * (TModelTrees::CalcBinFeatures, catboost/libs/model/model.cpp), and gathers the tables that CTRs look into.
 */
export function numberQuestions(
  file: CatBoostFile,
  columns: FileColumns,
  refusals: ModelRefusals,
): FileQuestions {
  const sizes = [
    columns.floats.map(({ borders }) => borders.length),
    columns.oneHots.map(({ values }) => values.length),
    file.ctrs.map(({ borders }) => borders.length),
  ];
  const count = sizes.flat().reduce((sum, size) => sum + size, 0);
  const questions: CatBoostQuestions = {
    kind: new Uint8Array(count),
    source: new Int32Array(count),
    item: new Int32Array(count),
  };
  const firsts: number[][] = [[], [], []];
  let at = 0;
  for (const [kind, lengths] of sizes.entries())
    for (const [source, length] of lengths.entries()) {
      firsts[kind]?.push(at);
      for (let item = 0; item < length; item++, at++) {
        questions.kind[at] = kind;
        questions.source[at] = source;
        questions.item[at] = item;
      }
    }
  const [floats = [], oneHots = []] = firsts;
  const tables = new TableList(file.tables, { columns, floats, oneHots }, refusals);
  const ctrs = file.ctrs.map((ctr, i) => ctrColumn(ctr, `ctrs[${i}]`, tables, refusals));
  return { tables: tables.list, ctrs, questions };
}

/** Where the questions of each feature begin. */
interface QuestionPlaces {
  readonly columns: FileColumns;
  readonly floats: readonly number[];
  readonly oneHots: readonly number[];
}

/** The tables that are looked into, each once. */
class TableList {
  readonly list: CtrTable[] = [];
  readonly #files: ReadonlyMap<string, FileTable>;
  readonly #places: QuestionPlaces;
  readonly #refusals: ModelRefusals;
  readonly #numbers = new Map<string, number>();

  constructor(files: readonly FileTable[], places: QuestionPlaces, refusals: ModelRefusals) {
    this.#files = new Map(files.map((table) => [baseKey(table.base), table]));
    this.#places = places;
    this.#refusals = refusals;
  }

  /** The number of a table in the list. */
  of(base: CtrBase, field: string): number {
    const key = baseKey(base);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const table = this.#files.get(key);
    if (table === undefined)
      throw this.#refusals.invalid(field, `a ${base.type} of no table`, 'a table in ctr_data');
    const { keys, counts, classes, sums, denominator } = table;
    checkKeys(keys, `the table of ${field}`, this.#refusals);
    this.#numbers.set(key, this.list.length);
    this.list.push({ ...this.#projection(base.projection, field), keys, counts, classes, sums, denominator });
    return this.list.length - 1;
  }

  #projection(
    { categories, floats, oneHots }: FileProjection,
    field: string,
  ): Pick<CtrTable, 'categories' | 'floats' | 'oneHots'> {
    const { columns } = this.#places;
    const missing = (found: string) =>
      this.#refusals.invalid(`${field}.elements`, found, 'what the model has');
    return {
      categories: categories.map((feature) => {
        const column = columns.categoryColumn.get(feature);
        if (column === undefined) throw missing(`categorical feature ${feature}`);
        return column;
      }),
      floats: Int32Array.from(floats, ({ feature, border }) => {
        const at = columns.floatAt.get(feature) ?? -1;
        const item = columns.floats[at]?.borders.indexOf(border) ?? -1;
        if (item < 0) throw missing(`border ${border} of float feature ${feature}`);
        return (this.#places.floats[at] ?? 0) + item;
      }),
      oneHots: Int32Array.from(oneHots, ({ feature, value }) => {
        const at = columns.oneHotAt.get(feature) ?? -1;
        const item = columns.oneHots[at]?.values.indexOf(value) ?? -1;
        if (item < 0) throw missing(`value ${value} of categorical feature ${feature}`);
        return (this.#places.oneHots[at] ?? 0) + item;
      }),
    };
  }
}

function checkKeys(keys: Uint32Array, field: string, refusals: ModelRefusals): void {
  const seen = new Set<bigint>();
  for (const key of new BigUint64Array(keys.slice().buffer)) seen.add(key);
  if (2 * seen.size !== keys.length) throw refusals.invalid(field, 'a key twice', 'each key once');
}

function ctrColumn(
  { base, targetBorder, priorNumerator, priorDenominator, shift, scale, borders }: CtrFeature,
  field: string,
  tables: TableList,
  refusals: ModelRefusals,
): CtrColumn {
  checkBorders(borders, `${field}.borders`, refusals);
  const table = tables.of(base, field);
  const { classes, sums } = tables.list[table] ?? { classes: 0, sums: null };
  if ((sums !== null) !== hasMeans(base))
    throw refusals.invalid(field, `a table of ${sums === null ? 'counts' : 'sums'}`, `one of ${base.type}`);
  const targets = base.type === 'Buckets' ? classes : classes - 1;
  const isTargeted = base.type === 'Buckets' || base.type === 'Borders';
  if (isTargeted && !(targetBorder >= 0 && targetBorder < targets))
    throw refusals.invalid(`${field}.target_border_idx`, String(targetBorder), `0 to ${targets - 1}`);
  return {
    table,
    type: base.type,
    target: targetBorder,
    priorNumerator,
    priorDenominator,
    shift,
    scale,
    borders,
  };
}
