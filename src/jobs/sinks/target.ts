/** What the URI of a sink names. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import type { FileFormat, SinkSpec } from '../spec/spec.ts';

export type SinkKind = 'files' | 'postgres' | 'sqlite' | 'duckdb' | 's3';

const SCHEMES: readonly (readonly [RegExp, SinkKind])[] = [
  [/^postgres(?:ql)?:\/\//, 'postgres'],
  [/^sqlite:/, 'sqlite'],
  [/^duckdb:/, 'duckdb'],
  [/^s3:\/\//, 's3'],
];

/** Throws SINK_INVALID for a scheme that is no sink. */
export function kindOf(uri: string): SinkKind {
  const kind = SCHEMES.find(([scheme]) => scheme.test(uri))?.[1];
  if (kind !== undefined) return kind;
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(uri) && !uri.startsWith('file://'))
    throw invalid(uri, `its scheme is no sink: a path, postgres:, sqlite:, duckdb: or s3: was wanted`);
  return 'files';
}

const EXTENSIONS: Readonly<Record<string, FileFormat>> = {
  parquet: 'parquet',
  csv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
};

/** The format of files: what the spec says, else by the extension; folders are of Parquet. Throws SINK_INVALID. */
export function formatOf({ uri, format }: Pick<SinkSpec, 'uri' | 'format'>): Exclude<FileFormat, 'arrow'> {
  const extension = /\.(\w+)$/.exec(uri)?.[1]?.toLowerCase() ?? '';
  const chosen = format ?? (uri.endsWith('/') ? 'parquet' : EXTENSIONS[extension]);
  if (chosen === undefined || chosen === 'arrow')
    throw invalid(uri, `its format is ${chosen ?? 'unknown'}, .parquet, .csv or .jsonl was wanted`);
  return chosen;
}

const invalid = (where: string, problems: string): PlimsollError =>
  new PlimsollError('SINK_INVALID', { where, problems });
