/** A job as people write it: its grammar, as a table of `plimsoll.yaml` and behind the flags of `batch run`. Pure. */
import {
  choice,
  either,
  field,
  list,
  number,
  orNothing,
  type Rule,
  record,
  text,
} from '../../schema/grammar.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { type SparkDocument, sparkDocument } from './spark.ts';
import type { FileFormat, JobOptions, SinkSpec } from './spec.ts';
import { joinUri, splitUri, uriProblem } from './uri.ts';

/** Rows of a chunk where nothing is said: a row group of DuckDB. */
const CHUNK_ROWS = 122_880;
const CHUNK_ROWS_MAX = 10_000_000;
const LANES_MAX = 64;
const COLUMNS_MAX = 20_000;
/** Characters of a URI: it may hold a query. */
const URI_MAX = 110_000;
const FORMATS = ['parquet', 'csv', 'jsonl', 'arrow'] as const satisfies readonly FileFormat[];
const STAMPS = ['predicted_at', 'model_version', 'request_id'] as const;

const JOB_NAME = '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$';
/** The rule of names of jobs. */
export const jobName = text(
  JOB_NAME,
  'letters, digits, ".", "_" or "-", at most 128, beginning with a letter or digit',
);

const column = text('^[^\\u0000]{1,1000}$', 'the name of a column');
const columns = list(column, { min: 0, max: COLUMNS_MAX });
const share = number({ min: 0, max: 1 });

export interface UriDocument {
  readonly uri: string;
  readonly format: FileFormat | null;
}
export interface OutputDocument extends UriDocument, Pick<SinkSpec, 'mode' | 'publish' | 'stamps'> {}

export interface OptionsDocument
  extends Pick<JobOptions, 'chunkRows' | 'duplicates' | 'holdDistance' | 'holdRows' | 'hourlyCost'> {
  readonly lanes: number | null;
  readonly budget: JobOptions['budget'];
}

export interface JobDocument {
  readonly model: string;
  readonly input: UriDocument;
  readonly key: string;
  readonly columns: readonly string[];
  readonly features: readonly string[] | null;
  readonly output: OutputDocument;
  readonly options: OptionsDocument;
  readonly spark: SparkDocument | null;
}

/** Says what is wrong with a URI without showing it: there may be a password in it. */
const uri: Rule<string> = {
  schema: { type: 'string', maxLength: URI_MAX },
  parse(value, path, problems) {
    const problem = problemOf(value);
    if (problem !== null) problems.push(`${path} ${problem}`);
    return problem === null ? (value as string) : '';
  },
};

function problemOf(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return 'is missing, wanted a path or a URI';
  if (value.length > URI_MAX || value.includes('\0') || !value.isWellFormed())
    return `is no readable text of at most ${URI_MAX} characters`;
  return uriProblem(value);
}

/** A bare URI stands for a table that says nothing else. `?format=` in it goes where the format is kept. */
function place<T extends UriDocument>(rule: Rule<T>): Rule<T> {
  return {
    schema: { anyOf: [{ type: 'string' }, rule.schema] },
    parse(value, path, problems) {
      const parsed = rule.parse(typeof value === 'string' ? { uri: value } : value, path, problems);
      const given = formatIn(parsed?.uri ?? '');
      if (given === null) return parsed;
      const format = choice(FORMATS).parse(given.format, `${path}.format`, problems);
      if (parsed.format !== null && parsed.format !== format)
        problems.push(
          `${path}.format is ${parsed.format}, and its URI says ${format}: one of them was wanted`,
        );
      return { ...parsed, uri: given.uri, format };
    },
  };
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

const input = place(record<UriDocument>({ uri: URI, format: FORMAT }, didYouMean));
const output = place(
  record<OutputDocument>(
    {
      uri: URI,
      format: FORMAT,
      mode: field(choice(['append', 'upsert']), 'append', 'upsert replaces rows of the same key (databases)'),
      publish: field(
        choice(['whole', 'chunks']),
        'whole',
        'when rows are to be seen: all at once, or each chunk when it is done (PostgreSQL)',
      ),
      stamps: field(list(choice(STAMPS), { min: 0, max: STAMPS.length }), [], 'columns to add'),
    },
    didYouMean,
  ),
);

type Budget = JobOptions['budget'];
const BUDGET_WANTED = 'a number of rows such as 100, or a share such as "1%"';
/** Rows that may go without an answer. */
const budget: Rule<Budget> = {
  schema: either(number({ min: 0, max: Number.MAX_SAFE_INTEGER, step: 1 }), text('%$', ''), '').schema,
  parse(value, path, problems) {
    if (value === null) return { rows: null, share: null };
    if (Number.isSafeInteger(value) && (value as number) >= 0) return { rows: value as number, share: null };
    const percent = /^(\d{1,3}(?:\.\d{1,6})?) ?%$/.exec(typeof value === 'string' ? value : '')?.[1];
    if (percent !== undefined && Number(percent) <= 100) return { rows: null, share: Number(percent) / 100 };
    problems.push(`${path} is ${JSON.stringify(value)?.slice(0, 60)}, wanted ${BUDGET_WANTED}`);
    return { rows: null, share: null };
  },
};

const options = record<OptionsDocument>(
  {
    chunkRows: field(
      number({ min: 1, max: CHUNK_ROWS_MAX, step: 1 }),
      CHUNK_ROWS,
      'rows of a chunk at most: what is done again after a crash',
    ),
    lanes: field(
      orNothing(number({ min: 1, max: LANES_MAX, step: 1 })),
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
  },
  didYouMean,
);

/** The rule of a job, without its name and schedule. */
export const jobDocument = record<JobDocument>(
  {
    model: field(
      text('^[^\\u0000]{1,4096}$', 'a model file, M, M@VERSION or M@ALIAS'),
      null,
      'path of a model file, or M, M@VERSION, M@ALIAS of the registry',
    ),
    input: field(input, null, 'where rows come from'),
    key: field(column, null, 'column that names a row'),
    columns: field(columns, [], 'columns to carry into the output'),
    features: field(
      orNothing(list(column, { min: 1, max: COLUMNS_MAX })),
      null,
      'columns that the model reads, in its order; left out, by name, or all others',
    ),
    output: field(output, null, 'where rows go'),
    options: field(options, {}, 'how it is done'),
    spark: field(orNothing(sparkDocument), null, 'the cluster that scores it; left out, this machine'),
  },
  didYouMean,
);
