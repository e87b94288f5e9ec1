import { extname } from 'node:path';
import { PlimsollError } from '../../../core/errors.ts';
import { type FlatColumn, valueAt } from '../../../scorer/flatten.ts';
import { csvCell } from '../../../text/csv.ts';
import { writeOutputFile } from '../text-file.ts';

/** What an answer can be written from: the JSON document of the contract, or its outputs as flat columns. */
export interface RowOutput {
  readonly document: () => unknown;
  readonly columns: () => readonly FlatColumn[];
}

type Writer = (path: string, answer: RowOutput) => void | Promise<void>;

const WRITERS: Readonly<Record<string, Writer>> = {
  '.json': (path, { document }) => writeOutputFile(path, `${JSON.stringify(document())}\n`),
  '.jsonl': (path, { columns }) => writeOutputFile(path, jsonLines(columns())),
  '.csv': (path, { columns }) => writeOutputFile(path, csv(columns())),
  '.parquet': async (path, { columns }) => (await import('./parquet.ts')).writeParquet(path, columns()),
};

/** The writer for a path by its extension; throws USAGE before anything is computed. */
export function rowWriter(path: string): Writer {
  const writer = WRITERS[extname(path).toLowerCase()];
  if (writer) return writer;
  const reason = `--output "${path}" ends in "${extname(path)}", expected .json, .jsonl, .csv or .parquet`;
  throw new PlimsollError('USAGE', { reason, command: 'predict' });
}

const rowsOf = (columns: readonly FlatColumn[]): number => columns[0]?.values.length ?? 0;

/** One object a row; NaN is null, infinities and integers beyond 2^53 are strings, as everywhere in JSON answers. */
function jsonLines(columns: readonly FlatColumn[]): string {
  const lines: string[] = [];
  for (let i = 0; i < rowsOf(columns); i++) {
    const row = Object.fromEntries(columns.map((column) => [column.name, jsonValue(valueAt(column, i))]));
    lines.push(JSON.stringify(row));
  }
  return `${lines.join('\n')}\n`;
}

function jsonValue(value: ReturnType<typeof valueAt>): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return Number.isNaN(value) ? null : String(value);
  return value;
}

/** RFC 4180 with a header; NaN is an empty cell. */
function csv(columns: readonly FlatColumn[]): string {
  const lines = [columns.map(({ name }) => csvCell(name)).join(',')];
  for (let i = 0; i < rowsOf(columns); i++) {
    lines.push(columns.map((column) => csvCell(textOf(valueAt(column, i)))).join(','));
  }
  return `${lines.join('\n')}\n`;
}

const textOf = (value: ReturnType<typeof valueAt>): string | null =>
  Number.isNaN(value) ? null : String(value);
