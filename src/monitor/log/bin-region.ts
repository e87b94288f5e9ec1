/** Parts of a profile's features: the bins that rows of the log are in, and those that have grown most. Pure. */

import { elementAt } from '../../core/element-at.ts';
import { binNames } from '../reference/bin-names.ts';
import { columnBinner } from '../reference/column-binner.ts';
import {
  type FeatureProfile,
  FIRST_REGULAR_BIN,
  type ReferenceProfile,
} from '../reference/reference-profile.ts';
import { seasonalOffset } from '../reference/season.ts';
import type { LoggedCells } from './past-requests.ts';

/** One bin of one feature. */
export interface BinRegion {
  readonly feature: string;
  readonly bin: number;
  /** What people call the bin. */
  readonly name: string;
  /** Share of the reference's rows, and of those that were looked at, in it. */
  readonly reference: number;
  readonly current: number;
}

/** The bin of a row's cell, by feature of a profile; `at` is when the row came, in milliseconds since the epoch. */
export function cellBinner(feature: FeatureProfile): (cells: LoggedCells, at: number) => number {
  const bin = columnBinner(feature);
  const number = new Float64Array(1);
  const target = new Uint8Array(1);
  const missing = new Uint8Array(1);
  return (cells, at) => {
    const cell = cells[feature.name] ?? null;
    const isNumber = typeof cell === 'number' || cell === 'Infinity' || cell === '-Infinity' || cell === null;
    if (isNumber && feature.type === 'number') {
      number[0] = cell === null ? Number.NaN : Number(cell) - seasonalOffset(feature, at);
      missing[0] = cell === null ? 1 : 0;
      bin({ kind: 'number', values: number, nulls: missing }, 0, 1, target);
    } else bin({ kind: 'category', values: [cell === null ? null : String(cell)] }, 0, 1, target);
    return elementAt(target, 0);
  };
}

/** Bins of a feature as people write them, to their numbers. */
export const binNumbers = (feature: FeatureProfile): ReadonlyMap<string, number> =>
  new Map(binNames(feature).map((name, bin) => [name, bin]));

/**
 * The bins whose share has grown most against the reference, one a feature, the greatest growth first. `counts` are the rows
 * that were looked at, by feature and bin.
 */
export function grownRegions(profile: ReferenceProfile, counts: readonly Float64Array[]): BinRegion[] {
  const regions = profile.features.flatMap((feature, j) => {
    const current = elementAt(counts, j);
    const [all, now] = [sum(feature.counts), sum(current)];
    if (all === 0 || now === 0) return [];
    const names = binNames(feature);
    const candidates = feature.counts.map((count, bin) => ({
      ...{ feature: feature.name, bin, name: names[bin] ?? String(bin - FIRST_REGULAR_BIN) },
      reference: count / all,
      current: elementAt(current, bin) / now,
    }));
    return candidates.toSorted((a, b) => growth(b) - growth(a)).slice(0, 1);
  });
  return regions.filter((region) => growth(region) > 0).toSorted((a, b) => growth(b) - growth(a));
}

const growth = ({ current, reference }: BinRegion): number => current - reference;
const sum = (counts: ArrayLike<number>): number => Array.from(counts).reduce((a, b) => a + b, 0);
