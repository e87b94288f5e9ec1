/** Two histograms beside each other, in text. Pure. */
import { elementAt } from '../../../core/element-at.ts';
import { truncate } from '../../../text/truncate.ts';
import type { AlertDetail } from '../alert.ts';

type Histogram = NonNullable<AlertDetail['histogram']>;

/** A bin of both, as shares of their sums. */
export interface HistogramBar {
  readonly bin: string;
  readonly reference: number;
  readonly current: number;
}

const MAX_BINS = 12;
const WIDTH = 12;
const NAME = 16;
const EIGHTHS = ' ▏▎▍▌▋▊▉█';

/**
 * At most 12 bars in the order of the bins: those that differ most, and one for all others. Bins that are empty in both are
 * left out.
 */
export function histogramBars({ bins, reference, current }: Histogram): readonly HistogramBar[] {
  const sharesOf = (counts: readonly number[]): number[] => {
    const rows = counts.filter((count) => count > 0).reduce((sum, count) => sum + count, 0);
    return counts.map((count) => (count > 0 && rows > 0 ? count / rows : 0));
  };
  const [before, now] = [sharesOf(reference), sharesOf(current)];
  const bars = bins
    .map((bin, i) => ({ bin: bin.slice(0, 60), reference: before[i] ?? 0, current: now[i] ?? 0 }))
    .filter((bar) => bar.reference + bar.current > 0);
  if (bars.length <= MAX_BINS) return bars;
  const differs = (bar: HistogramBar): number => Math.abs(bar.current - bar.reference);
  const shown = new Set(bars.toSorted((a, b) => differs(b) - differs(a)).slice(0, MAX_BINS - 1));
  const rest = bars.filter((bar) => !shown.has(bar));
  const sum = (side: 'reference' | 'current'): number => rest.reduce((total, bar) => total + bar[side], 0);
  const other = { bin: `${rest.length} others`, reference: sum('reference'), current: sum('current') };
  return [...bars.filter((bar) => shown.has(bar)), other];
}

/** One line a bin: its name, the reference's bar and share, the bar and share of now. */
export function barLines(histogram: Histogram): readonly string[] {
  const bars = histogramBars(histogram);
  const most = Math.max(...bars.map((bar) => Math.max(bar.reference, bar.current)), 0);
  if (most === 0) return [];
  const width = Math.min(NAME, Math.max(...bars.map(({ bin }) => bin.length)));
  const cell = (share: number): string =>
    `${textBar(share / most).padEnd(WIDTH)} ${`${barPercent(share)} %`.padStart(6)}`;
  const head = `${''.padEnd(width)}  ${'reference'.padEnd(WIDTH + 7)}  now`;
  const lines = bars.map(({ bin, reference, current }) =>
    `${truncate(bin, width).padEnd(width)}  ${cell(reference)}  ${cell(current)}`.trimEnd(),
  );
  return [head, ...lines];
}

/** A bar of up to `width` characters, in eighths of one; something is never nothing. */
export function textBar(length: number, width = WIDTH): string {
  const eighths = Math.max(Math.round(length * width * 8), length > 0 ? 1 : 0);
  const whole = '█'.repeat(Math.floor(eighths / 8));
  return eighths % 8 === 0 ? whole : whole + elementAt(EIGHTHS, eighths % 8);
}

export const barPercent = (share: number): string => {
  const value = share * 100;
  if (value === 0 || value >= 9.95) return value.toFixed(0);
  return value < 0.1 ? '<0.1' : value.toFixed(1);
};
