/** A frozen input in the words of Spark's readers. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import type { FrozenInput, FrozenItem } from '../chunk.ts';
import { parseAddress } from '../sources/table/address.ts';
import type { FileFormat, JobSpec } from '../spec/spec.ts';

export type SparkSource =
  | {
      readonly format: 'parquet' | 'csv' | 'jsonl';
      readonly groups: readonly FileGroup[];
      /** Columns with Spark's names of their types; empty where the files say it themselves. */
      readonly schema: readonly { readonly name: string; readonly type: string }[];
      readonly options: Readonly<Record<string, string>>;
    }
  | {
      readonly format: 'jdbc';
      /** Of Spark's JDBC reader, without user and password. */
      readonly options: Readonly<Record<string, string>>;
    };

/** Files whose folders' names give the same values to columns. */
export interface FileGroup {
  readonly paths: readonly string[];
  readonly partition: Readonly<Record<string, string | null>>;
}

/** How Hive and Spark write a missing value into the name of a folder. */
const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/** Throws SPARK_UNSUPPORTED for what Spark cannot read. */
export function sparkSource({ source }: JobSpec, frozen: FrozenInput): SparkSource {
  const [first] = frozen.items;
  if (first === undefined) throw unsupported('the input has no items');
  if (first.kind === 'table') return { format: 'jdbc', options: jdbcOptions(source.uri) };
  const format = source.format ?? formatOf(first.path);
  if (format === null || format === 'arrow')
    throw unsupported(`${first.path} is no Parquet, CSV or JSON Lines file`);
  const files = frozen.items.filter((item) => item.kind === 'file');
  return { format, groups: groupsOf(files), ...READING[format](frozen, first.path) };
}

type FrozenFile = Extract<FrozenItem, { kind: 'file' }>;

/** In order of the input: files that follow each other in one folder are one group. */
function groupsOf(files: readonly FrozenFile[]): FileGroup[] {
  const groups: { paths: string[]; partition: FileGroup['partition']; folder: string }[] = [];
  for (const { path, partition } of files) {
    const folder = JSON.stringify(partition);
    const last = groups.at(-1);
    if (last?.folder === folder) last.paths.push(sparkUri(path));
    else groups.push({ paths: [sparkUri(path)], partition: withNulls(partition), folder });
  }
  return groups.map(({ paths, partition }) => ({ paths, partition }));
}

const withNulls = (partition: FrozenFile['partition']): FileGroup['partition'] =>
  Object.fromEntries(
    Object.entries(partition).map(([name, value]) => [name, value === HIVE_NULL ? null : value]),
  );

/** A path as Hadoop takes it; a pattern's characters in it mean themselves. */
function sparkUri(path: string): string {
  if (path.startsWith('s3://')) return `s3a://${path.slice('s3://'.length)}`;
  if (path.includes('://')) throw unsupported(`${path} is neither a file nor an object of S3`);
  return `file://${path}`.replace(/[[\]{}*?\\]/g, String.raw`\$&`);
}

const formatOf = (path: string): TableFormat | null => {
  const [, ending] = /\.(parquet|pq|csv|tsv|jsonl|ndjson)(?:\.gz|\.zst)?$/i.exec(path) ?? [];
  if (ending === undefined) return null;
  return ENDINGS[ending.toLowerCase()] ?? null;
};

const ENDINGS: Readonly<Record<string, TableFormat>> = {
  parquet: 'parquet',
  pq: 'parquet',
  csv: 'csv',
  tsv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
};

type TableFormat = Exclude<FileFormat, 'arrow'>;
type Reading = Pick<Exclude<SparkSource, { format: 'jdbc' }>, 'schema' | 'options'>;

const READING: Readonly<Record<TableFormat, (frozen: FrozenInput, path: string) => Reading>> = {
  parquet: () => ({ schema: [], options: {} }),
  // Texts as they are written: `cells` says what becomes of them.
  csv: ({ columns }, path) => ({
    schema: columns.map(({ name }) => ({ name, type: 'string' })),
    options: {
      header: 'true',
      enforceSchema: 'false',
      escape: '"',
      sep: /\.tsv(\.|$)/i.test(path) ? '\t' : ',',
    },
  }),
  jsonl: ({ columns }) => ({
    schema: columns.map(({ name, type }) => ({ name, type: jsonType(name, type) })),
    options: {},
  }),
};

/** Spark's names of the types that JSON has. */
function jsonType(name: string, type: string): string {
  if (/^(U?(TINY|SMALL)INT|U?INTEGER|BIGINT)$/.test(type)) return 'bigint';
  if (/^(FLOAT|DOUBLE)$/.test(type)) return 'double';
  if (type === 'BOOLEAN') return 'boolean';
  if (type === 'VARCHAR') return 'string';
  throw unsupported(`column "${name}" is ${type} in JSON Lines`);
}

/** Of Spark's JDBC reader; user and password are told apart. */
function jdbcOptions(uri: string): Record<string, string> {
  const { database, from } = parseAddress(uri);
  const { protocol, host, pathname } = new URL(database);
  if (!/^postgres(ql)?:$/.test(protocol)) throw unsupported(`it does not read ${protocol} tables here`);
  return { url: `jdbc:postgresql://${host}${pathname}`, driver: 'org.postgresql.Driver', dbtable: from };
}

export const unsupported = (reason: string): PlimsollError =>
  new PlimsollError('SPARK_UNSUPPORTED', { reason });
