/** Rows of the log as a file for other tools: Parquet, CSV or JSON Lines, with bounded memory. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { PlimsollError } from '../../core/errors.ts';
import { flush, move, writing } from '../../disk/durable.ts';
import { copyStatement, type OutputFormat } from '../../duckdb/copy.ts';
import { withMemoryDuckDB } from './find-request.ts';
import { type LogLocation, type LogRange, localSegments, scanSql } from './segment-scan.ts';

export interface LogExportOptions extends LogRange {
  readonly endpoint: string;
  /** First so many rows. */
  readonly limit?: number | undefined;
  /** So many rows, drawn evenly with this seed. */
  readonly sample?: { readonly rows: number; readonly seed: number } | undefined;
  readonly output: string;
  readonly format: OutputFormat;
}

/**
 * Writes rows in the order of the log, with the columns of all versions in it; answers how many. Throws LOG_EMPTY where there
 * is none, DISK_FULL, FILE_UNWRITABLE.
 */
export async function exportRequests(place: LogLocation, options: LogExportOptions): Promise<number> {
  const { endpoint, output, format } = options;
  const segments = await localSegments(place, options);
  return withMemoryDuckDB(async (db) => {
    const files = segments.map(({ file }) => file);
    if (files.length === 0 || !(await hasRows(db, files, options)))
      throw new PlimsollError('LOG_EMPTY', { endpoint, wanted: describeRange(options) });
    const select = selectOf(files, options);
    const columns = (await db.runAndReadAll(`DESCRIBE ${select}`))
      .getRows()
      .map(([name, type]) => ({ name: String(name), type: String(type) }));
    const temporary = `${output}.tmp`;
    const rows = await writing(temporary, 0, async () => {
      const written = await db.run(copyStatement(select, columns, temporary, format, true));
      await flush(temporary);
      return written.rowsChanged;
    });
    await move(temporary, output);
    return rows;
  });
}

function selectOf(files: readonly string[], options: LogExportOptions): string {
  const { limit, sample } = options;
  const rows = `SELECT * EXCLUDE (file) FROM ${scanSql(files)} WHERE ${rangeCondition(options)}`;
  if (sample !== undefined) {
    const drawn = `FROM (${rows}) USING SAMPLE reservoir(${sample.rows} ROWS) REPEATABLE (${sample.seed})`;
    return `SELECT * FROM (SELECT * ${drawn}) ORDER BY time, request_id, row`;
  }
  return limit === undefined ? rows : `${rows} LIMIT ${limit}`;
}

/** A range in words. */
export function describeRange({ from, to, version }: LogRange): string {
  const words = [
    ...(from === undefined ? [] : [`from ${new Date(from).toISOString()}`]),
    ...(to === undefined ? [] : [`to ${new Date(to).toISOString()}`]),
    ...(version === undefined ? [] : [`of version ${version}`]),
  ];
  return words.length === 0 ? 'yet' : words.join(' ');
}

/** SQL for rows of a range: its ends are within. */
export function rangeCondition({ from, to, version }: LogRange): string {
  const at = (millis: number) => `make_timestamptz(${BigInt(Math.round(millis * 1000))})`;
  return [
    'true',
    ...(from === undefined ? [] : [`time >= ${at(from)}`]),
    ...(to === undefined ? [] : [`time <= ${at(to)}`]),
    ...(version === undefined ? [] : [`version = ${version}`]),
  ].join(' AND ');
}

async function hasRows(db: DuckDBConnection, files: readonly string[], range: LogRange): Promise<boolean> {
  const query = `SELECT 1 FROM ${scanSql(files)} WHERE ${rangeCondition(range)} LIMIT 1`;
  return (await db.runAndReadAll(query)).getRows().length > 0;
}
