/** Joined rows as metrics and estimates take them. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { EstimatorInputs } from './estimate/accuracy-estimator.ts';
import type { FeatureColumn } from './estimate/column-binning.ts';
import { type AnswerSchema, toMetricRows, usableRows } from './labels/answer-schema.ts';
import type { JoinedRows } from './labels/join-labels.ts';
import { concatRows, selectRows } from './metrics/metric-rows.ts';

/** Rows that can be read, with their inputs, time and label. */
export interface AccuracyRows extends EstimatorInputs {
  readonly time: Float64Array;
  readonly label: readonly (string | null)[];
  readonly segment: readonly (string | null)[];
  readonly requestId: readonly string[];
}

export function readAccuracyRows(
  reading: AnswerSchema,
  joined: JoinedRows,
  withTruth: boolean,
): AccuracyRows {
  const all = toMetricRows(reading, joined);
  const rows = usableRows(all, withTruth);
  const texts = (values: readonly (string | null)[]) => rows.map((i) => elementAt(values, i));
  return {
    rows: selectRows(all, rows),
    features: joined.inputs.map((column) => takeColumn(column, rows)),
    time: Float64Array.from(rows, (i) => elementAt(joined.time, i)),
    label: texts(joined.label),
    segment: texts(joined.segment),
    requestId: rows.map((i) => elementAt(joined.requestId, i)),
  };
}

const takeColumn = (column: FeatureColumn, rows: readonly number[]): FeatureColumn =>
  column.kind === 'number'
    ? { ...column, values: Float64Array.from(rows, (i) => elementAt(column.values, i)) }
    : { ...column, values: rows.map((i) => elementAt(column.values, i)) };

/** Those rows. */
export const selectAccuracyRows = (read: AccuracyRows, rows: readonly number[]): AccuracyRows => ({
  rows: selectRows(read.rows, rows),
  features: read.features.map((column) => takeColumn(column, rows)),
  time: Float64Array.from(rows, (i) => elementAt(read.time, i)),
  label: rows.map((i) => elementAt(read.label, i)),
  segment: rows.map((i) => elementAt(read.segment, i)),
  requestId: rows.map((i) => elementAt(read.requestId, i)),
});

/** One after the other; columns that one of them has not are left out. */
export function concatAccuracyRows(a: AccuracyRows, b: AccuracyRows): AccuracyRows {
  const features = a.features.flatMap((column) => {
    const other = b.features.find(({ name, kind }) => name === column.name && kind === column.kind);
    return other === undefined ? [] : [concatColumn(column, other)];
  });
  return {
    rows: concatRows(a.rows, b.rows),
    features,
    time: Float64Array.from([...a.time, ...b.time]),
    label: [...a.label, ...b.label],
    segment: [...a.segment, ...b.segment],
    requestId: [...a.requestId, ...b.requestId],
  };
}

const concatColumn = (a: FeatureColumn, b: FeatureColumn): FeatureColumn =>
  a.kind === 'number'
    ? { ...a, values: Float64Array.from([...a.values, ...(b.values as Float64Array)]) }
    : { ...a, values: [...a.values, ...(b.values as readonly (string | null)[])] };
