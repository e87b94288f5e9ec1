/** Two distributions over the same bins, as people compare them. Pure. */
import { shareWords } from './words.ts';

interface ShareBin {
  readonly name: string;
  /** Of all rows, 0 to 1. */
  readonly reference: number;
  readonly current: number;
}

interface BinCounts {
  readonly bins: readonly string[];
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** Beyond the greatest value of the reference: the server names these bins before those within. */
const isLast = (name: string): boolean => name === '∞' || name.startsWith('above ');

/** Bins that either side has rows in, in the order of their values, as shares: the sides have different numbers of rows. */
export function histogramOf({ bins, reference, current }: BinCounts): readonly ShareBin[] {
  const [before, now] = [reference, current].map((counts) => counts.reduce((sum, count) => sum + count, 0));
  const share = (count: number | undefined, all: number | undefined): number =>
    count === undefined || !all ? 0 : count / all;
  return bins
    .map((name, k) => ({ name, reference: share(reference[k], before), current: share(current[k], now) }))
    .filter((bin) => bin.reference > 0 || bin.current > 0)
    .toSorted((a, b) => Number(isLast(a.name)) - Number(isLast(b.name)));
}

/** The bin that has moved most, in a sentence. */
export function movementWords(bins: readonly ShareBin[]): string {
  const [most] = bins.toSorted(
    (a, b) => Math.abs(b.current - b.reference) - Math.abs(a.current - a.reference),
  );
  if (most === undefined) return 'No rows yet.';
  return `${most.name}: ${shareWords(most.current)} of rows now, ${shareWords(most.reference)} in the reference`;
}
