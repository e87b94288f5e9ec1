/**
 * Logged answers with the labels that came for them, by cohorts of the time of the answer. The newest label of a request
 * counts, or else the newest of its unit. DuckDB does it, over files, within its bounds.
 */

import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt, lastOf } from '../../../core/element-at.ts';
import { identifier } from '../../../sql/identifiers.ts';
import type { MonitoringStore } from '../../../store/monitoring/monitoring.ts';
import type { LoggedColumn } from '../../log/log-shape.ts';
import { type FoundSegment, readShapes, scanSql } from '../../log/segment-scan.ts';
import type { FeatureColumn } from '../estimate/column-binning.ts';
import { DELAY_GRID } from './label-delays.ts';

/** Labels in one read of the store. */
const PAGE = 10_000;
/** Rows of a cohort that metrics are made of, with and without a label; of more, a sample that is the same each time. */
const LABELLED_MAX = 50_000;
const UNLABELLED_MAX = 20_000;
/** Inputs that are looked at. */
const INPUTS_MAX = 60;

export type LoggedCell = number | string | null;

export interface CohortKey {
  readonly version: number;
  readonly from: number;
  readonly to: number;
}

export interface JoinedRows {
  /** Milliseconds since the epoch. */
  readonly time: Float64Array;
  readonly requestId: readonly string[];
  /** From 0 in its request. */
  readonly row: Float64Array;
  readonly segment: readonly (string | null)[];
  /** Rows of traffic that each stands for, also for those that were not taken into the sample. */
  readonly weight: Float64Array;
  readonly label: readonly (string | null)[];
  /** By the names that the model has for them; what is redacted is not there. */
  readonly outputs: Readonly<Record<string, readonly LoggedCell[]>>;
  readonly inputs: readonly FeatureColumn[];
}

export interface JoinedCohort extends CohortKey {
  /** Rows in the log, and of traffic; those with a label. */
  readonly rows: number;
  readonly traffic: number;
  readonly labelledRows: number;
  readonly labelledTraffic: number;
  /** Labels that took the place of another. */
  readonly revised: number;
  /** Labelled rows by label and class of the delay of their first label. */
  readonly delays: readonly { readonly label: string; readonly delay: number; readonly labels: number }[];
  readonly labelled: JoinedRows;
  readonly unlabelled: JoinedRows;
}

/** Makes tables of all labels (`by_request`, `by_unit`) and of those numbered beyond `after` (`fresh`). */
export async function loadLabels(
  db: DuckDBConnection,
  store: Pick<MonitoringStore, 'labels'>,
  { endpoint, metric, after }: { endpoint: string; metric: string; after: number },
): Promise<void> {
  await db.run(
    'CREATE OR REPLACE TEMP TABLE labels (id BIGINT, request_id VARCHAR, unit VARCHAR, value VARCHAR, received DOUBLE)',
  );
  const appender = await db.createAppender('labels');
  for (let last = 0; ; ) {
    const page = await store.labels({ endpoint, metric, after: last, limit: PAGE });
    for (const { id, requestId, unit, value, receivedAt } of page) {
      appender.appendBigInt(BigInt(id));
      if (requestId === null) appender.appendNull();
      else appender.appendVarchar(requestId);
      if (unit === null) appender.appendNull();
      else appender.appendVarchar(unit);
      appender.appendVarchar(value);
      appender.appendDouble(receivedAt);
      appender.endRow();
    }
    if (page.length < PAGE) break;
    last = lastOf(page).id;
  }
  appender.closeSync();
  for (const [table, key] of [
    ['by_request', 'request_id'],
    ['by_unit', 'unit'],
  ])
    await db.run(
      `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT ${key} AS key, arg_max(value, id) AS label,
        min(received) AS first, count(DISTINCT value) - 1 AS revised
      FROM labels WHERE ${key} IS NOT NULL GROUP BY ${key}`,
    );
  await db.run(
    `CREATE OR REPLACE TEMP TABLE fresh AS SELECT DISTINCT request_id, unit FROM labels WHERE id > ${after}`,
  );
}

/** Cohorts of `span` milliseconds that fresh labels are for. */
export async function touchedCohorts(
  db: DuckDBConnection,
  segments: readonly FoundSegment[],
  span: number,
): Promise<readonly CohortKey[]> {
  if (segments.length === 0) return [];
  const read = await db.runAndReadAll(
    `SELECT DISTINCT version, floor(epoch_ms(time) / ${span}) AS cohort FROM ${scanSql(segments.map(({ file }) => file))}
    WHERE request_id IN (SELECT request_id FROM fresh) OR unit IN (SELECT unit FROM fresh)`,
  );
  return read.getRows().map(([version, cohort]) => {
    const from = Number(cohort) * span;
    return { version: Number(version), from, to: from + span };
  });
}

/** `segments`: all that may have rows of the cohort. */
export async function joinCohort(
  db: DuckDBConnection,
  segments: readonly FoundSegment[],
  { version, from, to }: CohortKey,
): Promise<JoinedCohort> {
  const files = segments.filter((segment) => segment.from < to && segment.to >= from).map(({ file }) => file);
  if (files.length === 0) return { version, from, to, ...NOTHING };
  await db.run(
    `CREATE OR REPLACE TEMP VIEW joined AS SELECT s.*, coalesce(r.label, u.label) AS "(label)",
      coalesce(r.first, u.first) - epoch_ms(time) AS "(delay)", coalesce(r.revised, u.revised, 0) AS "(revised)"
    FROM ${scanSql(files)} s LEFT JOIN by_request r ON r.key = s.request_id LEFT JOIN by_unit u ON u.key = s.unit
    WHERE version = ${version} AND epoch_ms(time) >= ${from} AND epoch_ms(time) < ${to}`,
  );
  const counted = await db.runAndReadAll(
    `SELECT count(*), sum(weight), count("(label)"), sum(weight) FILTER ("(label)" IS NOT NULL), sum("(revised)")
    FROM joined`,
  );
  const [rows, traffic, labelledRows, labelledTraffic, revised] = elementAt(counted.getRows(), 0).map(
    Number,
  ) as Five;
  const delays = await db.runAndReadAll(
    `SELECT "(label)", greatest(0, least(${DELAY_GRID.length - 1},
      ceil(2 * log2(greatest("(delay)", 1) / 1000))))::INTEGER AS delay, count(*)
    FROM joined WHERE "(label)" IS NOT NULL GROUP BY ALL ORDER BY count(*) DESC, 1, 2 LIMIT 2000`,
  );
  const columns = await columnsOf(db, files);
  return {
    ...{ version, from, to, rows, traffic, labelledRows, labelledTraffic, revised },
    delays: delays.getRows().map(([label, delay, labels]) => ({
      label: String(label),
      delay: Number(delay),
      labels: Number(labels),
    })),
    labelled: await sample(db, columns, 'IS NOT NULL', LABELLED_MAX, labelledRows),
    unlabelled: await sample(db, columns, 'IS NULL', UNLABELLED_MAX, rows - labelledRows),
  };
}

type Five = [number, number, number, number, number];

interface Columns {
  readonly inputs: readonly LoggedColumn[];
  readonly outputs: readonly LoggedColumn[];
}

/** What the files have that is not redacted, each column once. */
async function columnsOf(db: DuckDBConnection, files: readonly string[]): Promise<Columns> {
  const shapes = await readShapes(db, files);
  const of = (side: 'inputs' | 'outputs') => {
    const columns = new Map<string, LoggedColumn>();
    for (const { shape } of shapes)
      for (const column of shape[side]) if (column.redacted === null) columns.set(column.name, column);
    return [...columns.values()];
  };
  return { inputs: of('inputs').slice(0, INPUTS_MAX), outputs: of('outputs') };
}

/** Rows of whole requests, up to a limit, chosen by the hash of the request. */
async function sample(
  db: DuckDBConnection,
  { inputs, outputs }: Columns,
  label: 'IS NULL' | 'IS NOT NULL',
  limit: number,
  all: number,
): Promise<JoinedRows> {
  const wanted = [...outputs, ...inputs].map(({ column }) => identifier(column));
  const read = await db.runAndReadAll(
    `SELECT epoch_ms(time), request_id, row, segment, weight, "(label)" ${wanted.map((name) => `, ${name}`).join('')}
    FROM joined WHERE "(label)" ${label} ORDER BY hash(request_id), request_id, row LIMIT ${limit}`,
  );
  const columns = read.getColumns() as unknown as (LoggedCell | bigint)[][];
  const taken = columns[0]?.length ?? 0;
  const scale = taken === 0 ? 1 : all / taken;
  const column = (i: number): readonly LoggedCell[] =>
    Array.from({ length: taken }, (_, row) => {
      const cell = elementAt(columns, i)[row] ?? null;
      return typeof cell === 'bigint' ? Number(cell) : cell;
    });
  const texts = (i: number) => column(i).map((cell) => (cell === null ? null : String(cell)));
  const numbers = (i: number) =>
    Float64Array.from(column(i), (cell) => (cell === null ? Number.NaN : Number(cell)));
  return {
    time: numbers(0),
    requestId: texts(1).map(String),
    row: numbers(2),
    segment: texts(3),
    weight: numbers(4).map((weight) => weight * scale),
    label: texts(5),
    outputs: Object.fromEntries(outputs.map(({ name }, i) => [name, column(6 + i)])),
    inputs: inputs.map(({ name, type }, i) => {
      const at = 6 + outputs.length + i;
      return type === 'DOUBLE'
        ? { name, kind: 'number', values: numbers(at) }
        : { name, kind: 'category', values: texts(at) };
    }),
  };
}

const NO_ROWS: JoinedRows = {
  time: new Float64Array(),
  requestId: [],
  row: new Float64Array(),
  segment: [],
  weight: new Float64Array(),
  label: [],
  outputs: {},
  inputs: [],
};

const NOTHING = {
  rows: 0,
  traffic: 0,
  labelledRows: 0,
  labelledTraffic: 0,
  revised: 0,
  delays: [],
  labelled: NO_ROWS,
  unlabelled: NO_ROWS,
};
