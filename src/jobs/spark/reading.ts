/** A frozen input in the words of Spark's readers. Pure. */

import { PlimsollError } from '../../core/errors.ts';
import type { FrozenInput, FrozenItem } from '../chunk.ts';
import { CSV_LAYOUT } from '../sources/files/csv/dialect.ts';
import { readLayout } from '../sources/files/layout.ts';
import { parseAddress } from '../sources/table/address.ts';
import type { JobSpec } from '../spec/spec.ts';

export type SparkSource =
  | { readonly format: 'parquet' | 'csv'; readonly groups: readonly FileGroup[] }
  | {
      readonly format: 'jdbc';
      /** Of Spark's JDBC reader, without user and password. */
      readonly options: Readonly<Record<string, string>>;
    };

/** Files that are read alike. */
export interface FileGroup {
  readonly paths: readonly string[];
  /** What the names of their folders say; null is a missing value. */
  readonly partition: Readonly<Record<string, string | null>>;
  /** Of Spark's reader. */
  readonly options: Readonly<Record<string, string>>;
  /** Names of the columns in the order of the file, all of them texts; null where the files say themselves what they hold. */
  readonly header: readonly string[] | null;
}

type FrozenFile = Extract<FrozenItem, { kind: 'file' }>;

/** How Hive and Spark write a missing value into the name of a folder. */
const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/** Throws SPARK_UNSUPPORTED for what Spark cannot read, or not by the rules that hold here. */
export function sparkSource({ source }: Pick<JobSpec, 'source'>, frozen: FrozenInput): SparkSource {
  const [first] = frozen.items;
  if (first === undefined) throw sparkUnsupported('the input has no items');
  if (first.kind === 'table') return { format: 'jdbc', options: jdbcOptions(source.uri) };
  const format = source.format ?? formatOf(first.path);
  if (format !== 'parquet' && format !== 'csv') {
    const rules = 'by rules of its own (what is missing, what is a number)';
    throw sparkUnsupported(
      `${first.path} is neither Parquet nor CSV: it would read ${format ?? 'it'} ${rules}`,
    );
  }
  const files = frozen.items.filter((item) => item.kind === 'file');
  return { format, groups: groupsOf(files, READING[format]) };
}

function formatOf(path: string): 'parquet' | 'csv' | 'jsonl' | 'arrow' | null {
  if (/\.(parquet|pq)$/i.test(path)) return 'parquet';
  if (/\.(csv|tsv)(\.gz|\.zst)?$/i.test(path)) return 'csv';
  if (/\.(jsonl|ndjson)(\.gz|\.zst)?$/i.test(path)) return 'jsonl';
  return /\.(arrows?|feather|ipc)$/i.test(path) ? 'arrow' : null;
}

type Reading = Pick<FileGroup, 'options' | 'header'>;

const READING: Readonly<Record<'parquet' | 'csv', (file: FrozenFile) => Reading>> = {
  parquet: () => ({ options: {}, header: null }),
  csv: ({ layout }) => {
    const { delimiter, header } = readLayout(CSV_LAYOUT, layout).dialect;
    const sep = String.fromCharCode(delimiter);
    // RFC 4180: quotes are doubled, cells may hold line breaks, a quote anywhere else is a fault of the record.
    const rules = { escape: '"', multiLine: 'true', unescapedQuoteHandling: 'RAISE_ERROR' };
    return { options: { header: 'true', sep, maxColumns: '100001', ...rules }, header };
  },
};

/** In order of the input: files that follow each other and are read alike are one group. */
function groupsOf(files: readonly FrozenFile[], readingOf: (file: FrozenFile) => Reading): FileGroup[] {
  const groups: { group: FileGroup; paths: string[]; likeness: string }[] = [];
  for (const file of files) {
    const alike = { partition: withNulls(file.partition), ...readingOf(file) };
    const likeness = JSON.stringify(alike);
    const last = groups.at(-1);
    const paths = last?.likeness === likeness ? last.paths : [];
    paths.push(sparkUri(file.path));
    if (paths.length === 1) groups.push({ group: { paths, ...alike }, paths, likeness });
  }
  return groups.map(({ group }) => group);
}

const withNulls = (partition: FrozenFile['partition']): FileGroup['partition'] =>
  Object.fromEntries(
    Object.entries(partition).map(([name, value]) => [name, value === HIVE_NULL ? null : value]),
  );

/** A path as Hadoop takes it; a pattern's characters in it mean themselves. */
function sparkUri(path: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(path)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 's3')
    throw sparkUnsupported(`${path} is neither a file nor an object of S3`);
  const uri = scheme === 's3' ? `s3a${path.slice(2)}` : `file://${path}`;
  return uri.replace(/[[\]{}*?\\]/g, String.raw`\$&`);
}

/** Of Spark's JDBC reader; user and password are told apart. */
function jdbcOptions(uri: string): Record<string, string> {
  const { database, from } = parseAddress(uri);
  const { protocol, host, pathname } = new URL(database);
  if (!/^postgres(ql)?:$/.test(protocol)) throw sparkUnsupported(`it does not read ${protocol} tables here`);
  return { url: `jdbc:postgresql://${host}${pathname}`, driver: 'org.postgresql.Driver', dbtable: from };
}

/** SPARK_UNSUPPORTED, for that reason. */
export const sparkUnsupported = (reason: string): PlimsollError =>
  new PlimsollError('SPARK_UNSUPPORTED', { reason });
