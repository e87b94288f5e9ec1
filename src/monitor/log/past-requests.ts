/** Requests of the log one after the other, a file at a time: memory holds one file's rows at most, and less. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt } from '../../core/element-at.ts';
import { rangeCondition } from './export-requests.ts';
import { loggedRow } from './find-request.ts';
import type { LogShape } from './log-shape.ts';
import { type FoundSegment, type LogRange, readShapes, scanSql } from './segment-scan.ts';

export type LoggedCells = Readonly<Record<string, unknown>>;

/** Rows of a request that were logged, in their order. */
export interface PastRequest {
  readonly requestId: string;
  /** When it was answered, in milliseconds since the epoch. */
  readonly at: number;
  readonly latencyMillis: number | null;
  readonly model: string;
  readonly version: number;
  /** By name, a row each. */
  readonly inputs: readonly LoggedCells[];
  readonly outputs: readonly LoggedCells[];
  readonly shape: LogShape;
}

/** In the order of time within each file; a request whose rows lie in two files comes twice. */
export async function* pastRequests(
  db: DuckDBConnection,
  segments: readonly FoundSegment[],
  range: LogRange,
): AsyncGenerator<PastRequest> {
  for (const { file } of segments) {
    const [found] = await readShapes(db, [file]);
    if (found === undefined) continue;
    const order = 'ORDER BY time, request_id, row';
    const query = `SELECT * EXCLUDE (file) FROM ${scanSql([file])} WHERE ${rangeCondition(range)} ${order}`;
    let rows: LoggedCells[] = [];
    for await (const part of (await db.stream(query)).yieldRowObjects()) {
      for (const cells of part) {
        if (rows.length > 0 && elementAt(rows, 0)['request_id'] !== cells['request_id']) {
          yield requestOf(rows, found.shape);
          rows = [];
        }
        rows.push(cells);
      }
    }
    if (rows.length > 0) yield requestOf(rows, found.shape);
  }
}

function requestOf(rows: readonly LoggedCells[], shape: LogShape): PastRequest {
  const [first] = rows as readonly [LoggedCells];
  const logged = rows.map((cells) => loggedRow(cells, shape));
  return {
    requestId: String(first['request_id']),
    at: Date.parse(String(elementAt(logged, 0)['time'])),
    latencyMillis: first['latency_ms'] as number | null,
    model: shape.model,
    version: shape.version,
    inputs: logged.map((row) => row['inputs'] as LoggedCells),
    outputs: logged.map((row) => row['outputs'] as LoggedCells),
    shape,
  };
}
