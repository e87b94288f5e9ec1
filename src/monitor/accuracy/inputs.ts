/** Joined rows as metrics and estimates take them. Pure. */
import type { Inputs } from './estimate/estimator.ts';
import type { FeatureColumn } from './estimate/features.ts';
import type { JoinedRows } from './labels/join.ts';
import { type Reading, toRows, usable } from './labels/rows-of.ts';
import { concatRows, takeRows } from './metrics/rows.ts';

/** Rows that can be read, with their inputs, time and label. */
export interface Read extends Inputs {
  readonly time: Float64Array;
  readonly label: readonly (string | null)[];
  readonly segment: readonly (string | null)[];
  readonly requestId: readonly string[];
}

export function readRows(reading: Reading, joined: JoinedRows, withTruth: boolean): Read {
  const all = toRows(reading, joined);
  const rows = usable(all, withTruth);
  const texts = (values: readonly (string | null)[]) => rows.map((i) => values[i]!);
  return {
    rows: takeRows(all, rows),
    features: joined.inputs.map((column) => takeColumn(column, rows)),
    time: Float64Array.from(rows, (i) => joined.time[i]!),
    label: texts(joined.label),
    segment: texts(joined.segment),
    requestId: rows.map((i) => joined.requestId[i]!),
  };
}

const takeColumn = (column: FeatureColumn, rows: readonly number[]): FeatureColumn =>
  column.kind === 'number'
    ? { ...column, values: Float64Array.from(rows, (i) => column.values[i]!) }
    : { ...column, values: rows.map((i) => column.values[i]!) };

/** Those rows. */
export const takeRead = (read: Read, rows: readonly number[]): Read => ({
  rows: takeRows(read.rows, rows),
  features: read.features.map((column) => takeColumn(column, rows)),
  time: Float64Array.from(rows, (i) => read.time[i]!),
  label: rows.map((i) => read.label[i]!),
  segment: rows.map((i) => read.segment[i]!),
  requestId: rows.map((i) => read.requestId[i]!),
});

/** One after the other; columns that one of them has not are left out. */
export function concatRead(a: Read, b: Read): Read {
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
