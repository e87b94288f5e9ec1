/** A job as people write it: its grammar, as a table of `plimsoll.yaml` and behind the flags of `batch run`. Pure. */
import type { Static } from 'typebox';
import { EXPLANATION_METHODS } from '../../explain/explanation.ts';
import { readValue, refuse } from '../../schema/read-value.ts';
import { orNothing, transformed, withReader } from '../../schema/transformed.ts';
import {
  choice,
  either,
  field,
  flag,
  list,
  number,
  record,
  text,
  type ValueSchema,
  WANTED,
  whole,
} from '../../schema/value-schema.ts';
import { SPARK } from './spark.ts';
import { joinUri, splitUri, uriProblem } from './uri.ts';

/** Rows of a chunk where nothing is said: a row group of DuckDB. */
const CHUNK_ROWS = 122_880;
const CHUNK_ROWS_MAX = 10_000_000;
const LANES_MAX = 64;
const COLUMNS_MAX = 20_000;
const FLOAT32_MAX = 3.4e38;
/** Characters of a URI: it may hold a query. */
const URI_MAX = 110_000;
export const FORMATS = ['parquet', 'csv', 'jsonl', 'arrow'] as const;
export const STAMPS = ['predicted_at', 'model_version', 'request_id'] as const;

export const JOB_NAME = text(
  '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$',
  'letters, digits, ".", "_" or "-", at most 128, beginning with a letter or digit',
);

const column = text('^[^\\u0000]{1,1000}$', 'the name of a column');
const columns = list(column, { min: 0, max: COLUMNS_MAX });
const share = number({ min: 0, max: 1 });

/** Says what is wrong with a URI without showing it: there may be a password in it. */
const uri = withReader<string>({ type: 'string', maxLength: URI_MAX }, (value, path, problems) => {
  const problem = problemOf(value);
  if (problem !== null) problems.push(`${path} ${problem}`);
  return problem === null ? String(value) : '';
});

function problemOf(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return 'is missing, wanted a path or a URI';
  if (value.length > URI_MAX || value.includes('\0') || !value.isWellFormed())
    return `is no readable text of at most ${URI_MAX} characters`;
  return uriProblem(value);
}

/** A bare URI stands for a table that says nothing else. `?format=` in it goes where the format is kept. */
function place<T extends { readonly uri: string; readonly format: (typeof FORMATS)[number] | null }>(
  of: ValueSchema<T>,
) {
  const table = transformed(of, (written, path, problems) => {
    const given = formatIn(written.uri);
    if (given === null) return written;
    const format = readValue(choice(FORMATS), given.format, `${path}.format`, problems);
    if (written.format !== null && written.format !== format)
      problems.push(`${path}.format is ${written.format}, and its URI says ${format}: wanted one of them`);
    return { ...written, uri: given.uri, format };
  });
  return withReader<T>({ anyOf: [{ type: 'string' }, of] }, (value, path, problems) =>
    readValue(table, typeof value === 'string' ? { uri: value } : value, path, problems),
  );
}

function formatIn(uri: string): { readonly uri: string; readonly format: string } | null {
  const { kind, head, parameters } = splitUri(uri);
  const format = parameters.find(([name]) => name === 'format')?.[1];
  if (format === undefined || format === null || (kind !== 'file' && kind !== 's3')) return null;
  const others = parameters.filter(([name]) => name !== 'format');
  return { uri: joinUri({ head, parameters: others }), format };
}

const URI = field(uri, null, 'a path, a pattern, a folder, or a URI of what docs/batch.md lists');
const FORMAT = field(
  orNothing(choice(FORMATS)),
  null,
  'format of the files; by the extension where left out',
);

export const SOURCE = record({ uri: URI, format: FORMAT });
export const SINK = record({
  uri: URI,
  format: FORMAT,
  mode: field(choice(['append', 'upsert']), 'append', 'upsert replaces rows of the same key (databases)'),
  publish: field(
    choice(['whole', 'chunks']),
    'whole',
    'when rows are to be seen: all at once, or each chunk when it is done (PostgreSQL)',
  ),
  /** Time of the prediction, `M@V`, id of the row's scoring (`<run>-<row>`). */
  stamps: field(list(choice(STAMPS), { min: 0, max: STAMPS.length }), [], 'columns to add'),
});

const BUDGET_WANTED = 'a number of rows such as 100, or a share such as "1%"';
const UNLIMITED: { readonly rows: number | null; readonly share: number | null } = {
  rows: null,
  share: null,
};
/** Rows that may go without an answer: a count, a share of the rows read, or any. */
const budget = withReader(
  either(whole(0, Number.MAX_SAFE_INTEGER), text('%$', ''), BUDGET_WANTED),
  (value, path, problems): typeof UNLIMITED => {
    if (value === null) return UNLIMITED;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
      return { ...UNLIMITED, rows: value };
    const percent = /^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(typeof value === 'string' ? value : '')?.[1];
    if (percent !== undefined && Number(percent) <= 100)
      return { ...UNLIMITED, share: Number(percent) / 100 };
    refuse({ [WANTED]: BUDGET_WANTED }, value, path, problems);
    return UNLIMITED;
  },
);

export const OPTIONS = record({
  chunkRows: field(
    whole(1, CHUNK_ROWS_MAX),
    CHUNK_ROWS,
    'rows of a chunk at most: what is done again after a crash',
  ),
  lanes: field(
    orNothing(whole(1, LANES_MAX)),
    null,
    'processes that score at the same time; left out, one a core, up to two',
  ),
  budget: field(budget, null, `rows that may go without an answer: ${BUDGET_WANTED}; left out, any`),
  duplicates: field(
    choice(['fail', 'skip', 'allow']),
    'fail',
    'what becomes of the second row of a key: refuse the run, leave the row out, or write both',
  ),
  holdDistance: field(
    orNothing(share),
    null,
    'hold back outputs that are distributed further than this from the last ones, 0 to 1',
  ),
  holdRows: field(
    orNothing(share),
    null,
    'hold back a run with fewer rows than this share of the last one, or more than its inverse',
  ),
  hourlyCost: field(orNothing(number({ min: 0, max: 1e6 })), null, 'price of an hour of this machine'),
});

/** Reasons that a row is given at most, each some columns. */
const REASONS_MAX = 100;

export const EXPLAIN = record({
  top: field(whole(1, REASONS_MAX), 3, 'reasons of a row: the columns that moved its answer most'),
  reasons: field(
    orNothing(flag),
    null,
    'whether they are told in words, too; left out, where the version declares any',
  ),
  output: field(
    orNothing(text('^[^\\u0000]{1,1000}$', 'the name of an output')),
    null,
    'output to explain; left out, the usual one',
  ),
  method: field(orNothing(choice(EXPLANATION_METHODS)), null, 'how; left out, exactly where a way is known'),
});

/** A job without its name and schedule. */
export const JOB = record({
  model: field(
    text('^[^\\u0000]{1,4096}$', 'a model file, M, M@VERSION or M@ALIAS'),
    null,
    'path of a model file, or M, M@VERSION, M@ALIAS of the registry',
  ),
  member: field(
    orNothing(text('^[^\\u0000]{1,1000}$', 'the name of a member, or several with commas')),
    null,
    'model that is meant in a file or folder that holds several things',
  ),
  missing: field(
    orNothing(number({ min: -FLOAT32_MAX, max: FLOAT32_MAX })),
    null,
    'number that is missing beside NaN, for XGBoost whose file does not store it',
  ),
  iterations: field(
    orNothing(whole(1, Number.MAX_SAFE_INTEGER)),
    null,
    'first iterations of boosting that predict, or trees of a forest; left out, all',
  ),
  input: field(place(SOURCE), null, 'where rows come from'),
  key: field(column, null, 'column that names a row'),
  columns: field(columns, [], 'columns to carry into the output'),
  features: field(
    orNothing(list(column, { min: 1, max: COLUMNS_MAX })),
    null,
    'columns that the model reads, in its order; left out, by name, or all others',
  ),
  explain: field(orNothing(EXPLAIN), null, 'columns of reasons in the output; left out, none'),
  output: field(place(SINK), null, 'where rows go'),
  options: field(OPTIONS, {}, 'how it is done'),
  spark: field(orNothing(SPARK), null, 'the cluster that scores it; left out, this machine'),
});

export type JobDocument = Static<typeof JOB>;
