/**
 * The usual latency of a model, from its own hours, and whether it is beyond it now. An hour is remembered by its 95th
 * percentile; the baseline is the median over a week of hours, so that a bad day does not become usual, and a model whose
 * hours differ is allowed to. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { addTo } from '../../core/vector.ts';
import {
  countWithin,
  DURATION_CELLS,
  durationBound,
  durationCell,
  durationQuantile,
  totalCount,
} from '../../metrics/duration-buckets.ts';
import { incompleteBeta } from '../../statistics/beta.ts';

const HOUR_MS = 3_600_000;
/** Hours that are remembered, that must be, and requests that make one. */
const HOURS_KEPT = 168;
const HOURS_LEAST = 3;
const HOUR_REQUESTS = 100;

const QUANTILE = 0.95;

/** Plain data. */
export interface BaselineState {
  /** Number of the hour that is being filled. */
  readonly hour: number | null;
  /** Its cells that are not empty. */
  readonly cells: readonly (readonly [cell: number, count: number])[];
  /** 95th percentiles of the hours before, in seconds, oldest first. */
  readonly hours: readonly number[];
}

export class LatencyBaseline {
  #hour: number | null;
  readonly #cells = new Float64Array(DURATION_CELLS);
  #hours: readonly number[];

  constructor(state: BaselineState | null = null) {
    this.#hour = state?.hour ?? null;
    this.#hours = state?.hours ?? [];
    for (const [cell, count] of state?.cells ?? []) this.#cells[cell] = count;
  }

  add(at: number, cells: ArrayLike<number>): void {
    const hour = Math.floor(at / HOUR_MS);
    if (this.#hour !== hour) this.#close();
    this.#hour = hour;
    addTo(this.#cells, cells);
  }

  /** The usual 95th percentile in seconds, and how many times of it an hour may be without being unusual; or null. */
  get usual(): { readonly seconds: number; readonly spread: number } | null {
    if (this.#hours.length < HOURS_LEAST) return null;
    const logs = this.#hours.map(Math.log);
    const middle = median(logs);
    // 1.4826 makes a standard deviation of the median deviation of normal values.
    const deviation = 1.4826 * median(logs.map((one) => Math.abs(one - middle)));
    return { seconds: Math.exp(middle), spread: Math.exp(4 * deviation) };
  }

  state(): BaselineState {
    const cells = Array.from(this.#cells, (count, cell) => [cell, count] as const);
    return { hour: this.#hour, cells: cells.filter(([, count]) => count > 0), hours: this.#hours };
  }

  #close(): void {
    const requests = this.#cells.reduce((sum, count) => sum + count, 0);
    if (requests >= HOUR_REQUESTS)
      this.#hours = [...this.#hours, durationQuantile(this.#cells, QUANTILE)].slice(-HOURS_KEPT);
    this.#cells.fill(0);
  }
}

export interface LatencySpike {
  readonly standing: 'beyond' | 'between' | 'below';
  /** 95th percentiles of now and as usual, and what now must not pass, in seconds. */
  readonly now: number;
  readonly usual: number;
  readonly threshold: number;
  readonly requests: number;
}

/** Fewer requests say nothing of a 95th percentile. */
const LEAST_REQUESTS = 50;

/**
 * Beyond: the 95th percentile of `cells` is above `times` the usual one and above what its hours vary by, and so clearly
 * that independent requests would look like that in at most `falseAlarms` of all looks. Null where nothing can be said.
 */
export function detectSpike(
  cells: ArrayLike<number>,
  baseline: LatencyBaseline,
  times: number,
  falseAlarms: number,
): LatencySpike | null {
  const { usual } = baseline;
  const requests = totalCount(cells);
  if (usual === null || requests < LEAST_REQUESTS) return null;
  const threshold = usual.seconds * Math.max(times, usual.spread);
  const now = durationQuantile(cells, QUANTILE);
  // The bound above the threshold, so that what is counted as slower is.
  const slower = requests - countWithin(cells, durationBound(durationCell(threshold * 1000)));
  const share = 1 - QUANTILE;
  // P(X ≥ k) of a binomial law is the regularised incomplete beta function I_p(k, n − k + 1).
  const chance = slower === 0 ? 1 : incompleteBeta(share, slower, requests - slower + 1);
  const calm = usual.seconds + (threshold - usual.seconds) / 2;
  const standing = chance <= falseAlarms ? 'beyond' : now <= calm ? 'below' : 'between';
  return { standing, now, usual: usual.seconds, threshold, requests };
}

function median(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const middle = ordered.length >> 1;
  const upper = elementAt(ordered, middle);
  return ordered.length % 2 === 1 ? upper : (elementAt(ordered, middle - 1) + upper) / 2;
}
