/** The loss of each row, in bins of its inputs: what attribution compares between the reference and now. Pure. */

import { elementAt } from '../../core/element-at.ts';
import type { AccuracyRows } from './accuracy-rows.ts';
import {
  applyBinning,
  binLabels,
  type ColumnBinning,
  chooseBinning,
  type FeatureColumn,
} from './estimate/column-binning.ts';
import { attributeLossChange, type LossAttribution, type LossFeature } from './loss-attribution.ts';
import type { MetricRows } from './metrics/metric-rows.ts';

/** Rows of the reference that are kept for it, and bins of a feature. */
const ROWS_MAX = 4000;
const BINS_MAX = 12;
const FEATURES_MAX = 30;

/** Plain data. */
export interface ReferenceLosses {
  readonly columns: readonly ColumnBinning[];
  /** By feature. */
  readonly bins: readonly (readonly number[])[];
  readonly loss: readonly number[];
  readonly weight: readonly number[];
}

/** 1 for a wrong answer; the absolute error of a number; the negative of a value that should be great. Null of rankings. */
function lossesOf(rows: MetricRows): Float64Array | null {
  switch (rows.task) {
    case 'binary':
      return rows.truth.map((t, i) => Number(t !== rows.predicted[i]));
    case 'multiclass':
      return Float64Array.from(rows.weight, (_, i) => Number(rows.truth[i] !== rows.predicted[i]));
    case 'regression':
      return rows.truth.map((t, i) => Math.abs(elementAt(rows.predicted, i) - t));
    case 'value':
      return rows.values.map((v) => -v);
    case 'ranking':
      return null;
  }
}

const columnsOf = ({ features, segment }: AccuracyRows): readonly FeatureColumn[] =>
  segment.some((name) => name !== null)
    ? [{ name: 'segment', kind: 'category', values: segment }, ...features]
    : features;

export function referenceLosses(read: AccuracyRows): ReferenceLosses | null {
  const loss = lossesOf(read.rows);
  const columns = columnsOf(read).slice(0, FEATURES_MAX);
  if (loss === null || columns.length === 0) return null;
  const n = loss.length;
  const taken = Array.from({ length: Math.min(n, ROWS_MAX) }, (_, k) =>
    Math.floor((k * n) / Math.min(n, ROWS_MAX)),
  );
  const by = columns.map((column) => chooseBinning(column, loss, taken, BINS_MAX));
  return {
    columns: by,
    bins: by.map((one, c) => {
      const bins = applyBinning(one, columns[c], n);
      return taken.map((i) => elementAt(bins, i));
    }),
    loss: taken.map((i) => elementAt(loss, i)),
    weight: taken.map((i) => elementAt(read.rows.weight, i)),
  };
}

/** Null where losses cannot be compared. */
export function attributeLoss(kept: ReferenceLosses, read: AccuracyRows): LossAttribution | null {
  const loss = lossesOf(read.rows);
  if (loss === null || loss.length === 0) return null;
  const columns = new Map(columnsOf(read).map((column) => [column.name, column]));
  const features: readonly LossFeature[] = kept.columns.map((by) => ({ name: by.name, bins: binLabels(by) }));
  return attributeLossChange(
    features,
    {
      bins: kept.bins.map((bins) => Int32Array.from(bins)),
      loss: Float64Array.from(kept.loss),
      weight: Float64Array.from(kept.weight),
    },
    {
      bins: kept.columns.map((by) => Int32Array.from(applyBinning(by, columns.get(by.name), loss.length))),
      loss,
      weight: read.rows.weight,
    },
  );
}
