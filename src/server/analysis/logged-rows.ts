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

/** Rows that are taken at most, of the newest files; labels that are looked at. */
const MOST_ROWS = 2000;
const MOST_LABELS = 200_000;
const LABELS_AT_ONCE = 10_000;
/** Of labels that are of several metrics, the one that says what came true. */
const METRIC = 'label';

export interface LoggedRows {
  readonly rows: ColumnBatch;
  /** Those of them for which a label came; null where none did. */
  readonly labelled: { readonly rows: ColumnBatch; readonly labels: LabelColumn } | null;
}

interface LabelledCells {
  readonly cells: LoggedCells;
  readonly label: string | null;
}

/** The newest rows that a version answered at an endpoint; null where the log has none. Throws LOG_REDACTED, LOG_PARTIAL. */
export async function loggedRows(
  log: LogLocation & { readonly store: Pick<MonitoringStore, 'labels'> },
  { endpoint, version }: { readonly endpoint: string; readonly version: number },
  signature: Signature,
): Promise<LoggedRows | null> {
  const labels = await labelsOf(log.store, endpoint);
  const range = { endpoint, version };
  const segments = (await localSegments(log, range)).toReversed();
  const taken = await withMemoryDuckDB((db) => newest(db, segments, range, labels, signature));
  return taken.length === 0 ? null : asBatches(taken, signature);
}

async function newest(
  db: DuckDBConnection,
  segments: Parameters<typeof pastRequests>[1],
  range: Parameters<typeof pastRequests>[2],
  labels: ReadonlyMap<string, string>,
  signature: Signature,
): Promise<readonly LabelledCells[]> {
  const taken: LabelledCells[] = [];
  for (const segment of segments)
    for await (const request of pastRequests(db, [segment], range)) {
      taken.push(...cellsOf(request, range.endpoint ?? '', labels, signature));
      if (taken.length >= MOST_ROWS) return taken.slice(0, MOST_ROWS);
    }
  return taken;
}

function cellsOf(
  { requestId, inputs, shape }: PastRequest,
  endpoint: string,
  labels: ReadonlyMap<string, string>,
  signature: Signature,
): readonly LabelledCells[] {
  requireReplayable(endpoint, signature, shape);
  const label = labels.get(requestId) ?? null;
  return inputs.map((cells) => ({ cells, label }));
}

function asBatches(taken: readonly LabelledCells[], signature: Signature): LoggedRows | null {
  const rows = batchOf(taken, signature);
  if (rows === null) return null;
  const known = taken.filter(({ label }) => label !== null);
  const labelled = known.length === 0 ? null : batchOf(known, signature);
  const labels = { name: METRIC, values: known.map(({ label }) => label) };
  return { rows, labelled: labelled && { rows: labelled, labels } };
}

function batchOf(taken: readonly LabelledCells[], signature: Signature): ColumnBatch | null {
  const body = requestBodyOf(
    signature,
    taken.map(({ cells }) => cells),
  );
  const batch = decodeInput(body, signature);
  return batch.kind === 'tensors' ? null : batch;
}

/** The newest label of each request. */
async function labelsOf(
  store: Pick<MonitoringStore, 'labels'>,
  endpoint: string,
): Promise<ReadonlyMap<string, string>> {
  const labels = new Map<string, string>();
  let after = 0;
  for (let seen = 0; seen < MOST_LABELS; ) {
    const page = await store.labels({ endpoint, metric: METRIC, after, limit: LABELS_AT_ONCE });
    for (const { id, requestId, value } of page) {
      after = Math.max(after, id);
      if (requestId !== null) labels.set(requestId, value);
    }
    seen += page.length;
    if (page.length < LABELS_AT_ONCE) break;
  }
  return labels;
}
