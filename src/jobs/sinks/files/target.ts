/** Where the output goes: a file, or a folder of parts with a manifest. Pure. */
import { PlimsollError } from '../../../core/errors.ts';
import type { OutputFormat } from '../../../duckdb/copy.ts';
import type { FileFormat, SinkSpec } from '../../spec/spec.ts';

export interface FileTarget {
  readonly kind: 'file' | 'folder';
  /** Absolute. */
  readonly path: string;
  readonly format: OutputFormat;
}

const EXTENSIONS: Readonly<Record<string, FileFormat>> = {
  parquet: 'parquet',
  csv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
};

/** The format of files: what the job says, else by the extension; folders are of Parquet. Throws SINK_INVALID. */
export function sinkFormatOf({ uri, format }: Pick<SinkSpec, 'uri' | 'format'>): OutputFormat {
  const extension = /\.(\w+)$/.exec(uri)?.[1]?.toLowerCase() ?? '';
  const chosen = format ?? (uri.endsWith('/') ? 'parquet' : EXTENSIONS[extension]);
  if (chosen !== undefined && chosen !== 'arrow') return chosen;
  const problems = `its format is ${chosen ?? 'unknown'}, .parquet, .csv or .jsonl was wanted`;
  throw new PlimsollError('SINK_INVALID', { where: uri, problems });
}

/** Throws SINK_INVALID where a job asks of files what only databases do. */
export function requireFileMode({ uri, mode, publish }: SinkSpec): void {
  const problems = [
    mode === 'upsert' ? 'upsert is for databases' : null,
    publish === 'chunks' ? 'files are published as a whole' : null,
  ].filter((problem) => problem !== null);
  if (problems.length > 0)
    throw new PlimsollError('SINK_INVALID', { where: uri, problems: problems.join('; ') });
}
