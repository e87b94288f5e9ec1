/** One request in the log. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBTimestampTZValue } from '@duckdb/node-api';
import { parseNote } from '../../capture/explanation-note.ts';
import { PlimsollError } from '../../core/errors.ts';
import { type DuckDBSettings, withDuckDB } from '../../duckdb/open.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import type { LoggedRequest } from '../port.ts';
import type { LoggedColumn, LogShape } from './log-shape.ts';
import { type LogLocation, localSegments, readShapes, scanSql } from './segment-scan.ts';

/** The log, and the labels that came for what is in it. */
export interface RequestLog extends LogLocation {
  readonly store: Pick<MonitoringStore, 'segments' | 'labelsOf'>;
}

/** Labels of one request that are told. */
const MOST_LABELS = 100;
/** Files that are looked through at once. */
const PART = 64;

/** Rows of a request, by `row`. The newest files are looked through first. Throws REQUEST_UNKNOWN. */
export async function findLoggedRequest(place: RequestLog, requestId: string): Promise<LoggedRequest> {
  const segments = await localSegments(place, { endpoint: null });
  const files = segments.map(({ file }) => file).reverse();
  const rows = await withMemoryDuckDB(async (db) => {
    for (let i = 0; i < files.length; i += PART) {
      const part = files.slice(i, i + PART);
      const query = `SELECT DISTINCT file FROM ${scanSql(part)} WHERE request_id = $1`;
      const found = await db.runAndReadAll(query, [requestId]);
      const rows = await rowsOf(
        db,
        found.getRows().map(([file]) => String(file)),
        requestId,
      );
      if (rows.length > 0) return rows;
    }
    throw new PlimsollError('REQUEST_UNKNOWN', { request: requestId.slice(0, 200) });
  });
  const labels = await place.store.labelsOf(requestId, MOST_LABELS);
  return {
    ...{ requestId, rows },
    labels: labels.map(({ metric, value, at, receivedAt }) => ({ metric, value, at, receivedAt })),
  };
}

/** Files of the log take a few hundred megabytes at most; what does not fit goes to a folder. */
export const logSettings = (spillFolder: string): DuckDBSettings => ({
  memoryLimit: '384MB',
  spillFolder,
  isUtc: true,
});

/** Runs work over a DuckDB of its own, which leaves nothing behind. */
export async function withMemoryDuckDB<T>(work: (db: DuckDBConnection) => Promise<T>): Promise<T> {
  const spill = await mkdtemp(join(tmpdir(), 'plimsoll-log-'));
  try {
    return await withDuckDB(logSettings(spill), work);
  } finally {
    await rm(spill, { recursive: true, force: true });
  }
}

async function rowsOf(
  db: DuckDBConnection,
  files: readonly string[],
  requestId: string,
): Promise<Readonly<Record<string, unknown>>[]> {
  const rows: Readonly<Record<string, unknown>>[] = [];
  for (const { file, shape } of await readShapes(db, files)) {
    const query = `SELECT * EXCLUDE (file) FROM ${scanSql([file])} WHERE request_id = $1 ORDER BY row`;
    const read = await db.runAndReadAll(query, [requestId]);
    rows.push(...read.getRowObjects().map((cells) => loggedRow(cells, shape)));
  }
  return rows;
}

/** A row of the log as people see it: inputs and outputs by the names that the model has for them. */
export function loggedRow(
  { time, request_id: _, latency_ms: latencyMillis, ...cells }: Readonly<Record<string, unknown>>,
  { inputs, outputs }: LogShape,
): Readonly<Record<string, unknown>> {
  const { row, endpoint, model, version, arm, role, unit, segment, weight } = cells;
  const named = (columns: readonly LoggedColumn[]) =>
    Object.fromEntries(columns.map(({ name, column }) => [name, jsonCell(cells[column])]));
  const redacted = [...inputs, ...outputs].flatMap((one) =>
    one.redacted === null ? [] : [[one.name, one.redacted]],
  );
  const explanation = parseNote(cells['explanation']);
  const at = time instanceof DuckDBTimestampTZValue ? Number(time.micros) / 1000 : Number.NaN;
  return {
    ...{ time: new Date(at).toISOString(), row, endpoint, model, version, arm, role, unit, segment },
    ...{ latencyMillis, weight, inputs: named(inputs), outputs: named(outputs) },
    ...(redacted.length === 0 ? {} : { redacted: Object.fromEntries(redacted) }),
    ...(explanation === null ? {} : { explanation }),
  };
}

/** As in JSON answers: infinities are strings. */
const jsonCell = (cell: unknown): unknown =>
  typeof cell === 'number' && !Number.isFinite(cell)
    ? Number.isNaN(cell)
      ? null
      : String(cell)
    : (cell ?? null);
