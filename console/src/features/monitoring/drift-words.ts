/** How features moved, as people compare them. Pure. */
import type { DriftView } from '../../api/generated/control-api.ts';

export type DriftFeature = DriftView['features'][number];

export interface HistogramBin {
  readonly name: string;
  /** Of all rows, 0 to 1. */
  readonly reference: number;
  readonly current: number;
}

/** Drifting ones first, then those that moved most. */
export const byMovement = (features: readonly DriftFeature[]): readonly DriftFeature[] =>
  features.toSorted(
    (a, b) =>
      Number(b.state === 'drifting') - Number(a.state === 'drifting') || b.effect.value - a.effect.value,
  );

/** Bins that either side has rows in, as shares: the sides have different numbers of rows. */
export function histogramOf({ bins, reference, current }: DriftFeature): readonly HistogramBin[] {
  const [before, now] = [reference, current].map((counts) => counts.reduce((sum, count) => sum + count, 0));
  const share = (count: number | undefined, all: number | undefined): number =>
    count === undefined || !all ? 0 : count / all;
  return bins
    .map((name, k) => ({ name, reference: share(reference[k], before), current: share(current[k], now) }))
    .filter((bin) => bin.reference > 0 || bin.current > 0);
}

/** The bin that has moved most, in a sentence. */
export function movementWords(bins: readonly HistogramBin[]): string {
  const [most] = bins.toSorted(
    (a, b) => Math.abs(b.current - b.reference) - Math.abs(a.current - a.reference),
  );
  if (most === undefined) return 'No rows yet.';
  const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
  return `${most.name}: ${percent(most.current)} of rows now, ${percent(most.reference)} in the reference`;
}
