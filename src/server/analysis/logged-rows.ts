/** Rows of the prediction log as a model takes them, and the labels that came for them. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { LabelColumn } from '../../importance/truth.ts';
import type { ColumnBatch } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import { withMemoryDuckDB } from '../../monitor/log/find-request.ts';
import { type LoggedCells, type PastRequest, pastRequests } from '../../monitor/log/past-requests.ts';
import { requestBodyOf, requireReplayable } from '../../monitor/log/rebuild-request.ts';
import { type LogLocation, localSegments } from '../../monitor/log/segment-scan.ts';
import { decodeInput } from '../../serving/rows/decode.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';

/** Rows that are taken at most, of the newest files; labels of one request that are looked at. */
const MOST_ROWS = 2000;
const MOST_LABELS = 100;
/** Of labels that are of several metrics, the one that says what came true. */
const METRIC = 'label';

export interface LoggedRows {
  readonly rows: ColumnBatch;
  /** Those of them for which a label came; null where none did. */
  readonly labelled: { readonly rows: ColumnBatch; readonly labels: LabelColumn } | null;
}

interface TakenRow {
  readonly cells: LoggedCells;
  readonly requestId: string;
}

/** Values by the id of the request. */
type Labels = ReadonlyMap<string, string>;

/** The newest rows that a version answered at an endpoint; null where the log has none. Throws LOG_REDACTED, LOG_PARTIAL. */
export async function loggedRows(
  log: LogLocation & { readonly store: Pick<MonitoringStore, 'labelsOf'> },
  { endpoint, version }: { readonly endpoint: string; readonly version: number },
  signature: Signature,
): Promise<LoggedRows | null> {
  const range = { endpoint, version };
  const segments = (await localSegments(log, range)).toReversed();
  const taken = await withMemoryDuckDB((db) => newest(db, segments, range, signature));
  if (taken.length === 0) return null;
  const labels = await labelsOf(log.store, endpoint, new Set(taken.map(({ requestId }) => requestId)));
  return asBatches(taken, labels, signature);
}

async function newest(
  db: DuckDBConnection,
  segments: Parameters<typeof pastRequests>[1],
  range: Parameters<typeof pastRequests>[2],
  signature: Signature,
): Promise<readonly TakenRow[]> {
  const taken: TakenRow[] = [];
  for (const segment of segments)
    for await (const request of pastRequests(db, [segment], range)) {
      taken.push(...cellsOf(request, range.endpoint ?? '', signature));
      if (taken.length >= MOST_ROWS) return taken.slice(0, MOST_ROWS);
    }
  return taken;
}

function cellsOf(
  { requestId, inputs, shape }: PastRequest,
  endpoint: string,
  signature: Signature,
): readonly TakenRow[] {
  requireReplayable(endpoint, signature, shape);
  return inputs.map((cells) => ({ cells, requestId }));
}

function asBatches(taken: readonly TakenRow[], labels: Labels, signature: Signature): LoggedRows | null {
  const rows = batchOf(taken, signature);
  if (rows === null) return null;
  const known = taken.filter(({ requestId }) => labels.has(requestId));
  const labelled = known.length === 0 ? null : batchOf(known, signature);
  const values = known.map(({ requestId }) => labels.get(requestId) ?? null);
  return { rows, labelled: labelled && { rows: labelled, labels: { name: METRIC, values } } };
}

function batchOf(taken: readonly TakenRow[], signature: Signature): ColumnBatch | null {
  const body = requestBodyOf(
    signature,
    taken.map(({ cells }) => cells),
  );
  const batch = decodeInput(body, signature);
  return batch.kind === 'tensors' ? null : batch;
}

/** The newest label of each of these requests, as far as one came: those of all others are many more. */
async function labelsOf(
  store: Pick<MonitoringStore, 'labelsOf'>,
  endpoint: string,
  requests: Iterable<string>,
): Promise<Labels> {
  const labels = new Map<string, string>();
  for (const request of requests)
    for (const row of await store.labelsOf(request, MOST_LABELS))
      if (row.endpoint === endpoint && row.metric === METRIC) labels.set(request, row.value);
  return labels;
}
