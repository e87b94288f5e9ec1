/** How one feature moved over time, by the counts that were kept. */

import { required } from '../../core/element-at.ts';
import type { MonitoringStore } from '../../store/monitoring/monitoring.ts';
import { measureEffect } from '../drift/drift-effect.ts';
import type { DriftEffect } from '../drift/drift-finding.ts';
import { driftStatistics, gatherBins } from '../drift/drift-statistic.ts';
import {
  BIN,
  type FeatureProfile,
  type ReferenceProfile,
  type TickCounts,
} from '../reference/reference-profile.ts';
import { keptTicks } from './kept-ticks.ts';

export interface HistoryRequest {
  readonly endpoint: string;
  readonly model: string;
  readonly version: number;
  readonly feature: string;
  readonly side: 'input' | 'output';
  readonly from: number;
  readonly to: number;
}

/** Rows of one hour, or of one day, against the reference. */
export interface HistoryPoint {
  readonly at: number;
  readonly rows: number;
  /** Of the values, or, where only their presence is watched, of the share of missing ones. */
  readonly effect: DriftEffect;
  readonly missing: number;
  readonly unseen: number;
  readonly beyond: number;
}

export interface FeatureHistory {
  /** Length of the time that a point stands for, in milliseconds. */
  readonly step: number;
  readonly points: readonly HistoryPoint[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A longer span is shown by days. */
const BY_HOURS_MOST = 8 * DAY_MS;
/** Of fewer rows an effect says nothing. */
const ROWS_LEAST = 20;

const BEYOND: readonly number[] = [BIN.negativeInfinity, BIN.positiveInfinity, BIN.below, BIN.above];

/** Null where the reference has no such feature. Counts against another reference are left out. */
export async function featureHistory(
  store: Pick<MonitoringStore, 'ticks' | 'profile'>,
  { model, version, feature: name, side, ...range }: HistoryRequest,
): Promise<FeatureHistory | null> {
  const row = await store.profile(model, version);
  const found = row && placeOf(row.profile as ReferenceProfile, name, side);
  if (row === null || found === null) return null;
  const step = range.to - range.from > BY_HOURS_MOST ? DAY_MS : HOUR_MS;
  const slots = new Map<number, { rows: number; readonly counts: Float64Array }>();
  for await (const { at, tick } of keptTicks(store, { ...range, version })) {
    const counts = tick.profile === row.createdAt ? found.countsOf(tick.counts) : undefined;
    if (counts === undefined) continue;
    const slot = Math.floor(at / step) * step;
    const sum = slots.get(slot) ?? { rows: 0, counts: new Float64Array(found.feature.counts.length) };
    for (const [bin, count] of counts.entries()) {
      sum.counts[bin]! += count;
      sum.rows += count;
    }
    slots.set(slot, sum);
  }
  const points = [...slots]
    .filter(([, { rows }]) => rows >= ROWS_LEAST)
    .toSorted(([a], [b]) => a - b)
    .map(([at, { rows, counts }]) => pointOf(found.feature, at, rows, counts));
  return { step, points };
}

interface Placed {
  readonly feature: FeatureProfile;
  readonly countsOf: (counts: TickCounts) => Float64Array | undefined;
}

function placeOf(
  { features, outputs, joint }: ReferenceProfile,
  name: string,
  side: 'input' | 'output',
): Placed | null {
  const lists: readonly (readonly [
    readonly FeatureProfile[],
    (counts: TickCounts) => TickCounts['features'],
  ])[] =
    side === 'output'
      ? [[outputs, (counts) => counts.outputs]]
      : [
          [features, (counts) => counts.features],
          [joint?.features ?? [], (counts) => counts.joint],
        ];
  for (const [list, countsIn] of lists) {
    const place = list.findIndex((one) => one.name === name);
    const feature = list[place];
    if (feature !== undefined) return { feature, countsOf: (counts) => countsIn(counts)[place] };
  }
  return null;
}

function pointOf(feature: FeatureProfile, at: number, rows: number, counts: Float64Array): HistoryPoint {
  const statistic = required(driftStatistics(feature)[0], 'a statistic of every feature');
  const share = (bins: readonly number[]): number =>
    bins.reduce((sum, bin) => sum + (counts[bin] ?? 0), 0) / rows;
  const quality = { missing: share([BIN.null, BIN.nan]), unseen: share([BIN.unseen]), beyond: share(BEYOND) };
  const own = new Float64Array(statistic.bins.length);
  gatherBins(statistic, counts, rows, own);
  const effect = measureEffect(statistic.unit, own, statistic.multinomial, feature.dependence);
  return { at, rows, effect, ...quality };
}
