/**
 * Mean of a metric between 0 and 1, exact at every look whatever its distribution: bets against each possible mean
 * (Waudby-Smith & Ramdas, arXiv 2010.09686, hedged capital with predictable plug-in). Two arms are compared by betting
 * on paired or inverse-probability-weighted differences that are scaled into [0, 1]. Pure.
 */

import { elementAt } from '../../core/element-at.ts';
import { addAt } from '../../core/vector.ts';
import type { ConfidenceInterval } from '../../statistics/confidence-interval.ts';

/** Bets never risk more than this part of what a loss could take. */
const TRUNCATION = 0.5;

export interface BettingState {
  readonly alpha: number;
  /** Possible means under test, and log capital of bets that the mean is above and below each. */
  readonly means: readonly number[];
  readonly above: readonly number[];
  readonly below: readonly number[];
  /** Largest hedged capital at any look: a mean once refuted stays so. */
  readonly peak: readonly number[];
  readonly n: number;
  readonly sum: number;
  /** Σ (x_i − running mean)². */
  readonly spread: number;
}

/** Bets against `cells` + 1 means spread evenly over [0, 1], or against the given ones. */
export function startBetting(alpha: number, means: number | readonly number[] = 1000): BettingState {
  const tested = typeof means === 'number' ? Array.from({ length: means + 1 }, (_, i) => i / means) : means;
  const zero = tested.map(() => 0);
  return {
    alpha,
    means: tested,
    above: zero,
    below: zero,
    peak: tested.map(() => -Math.LN2),
    n: 0,
    sum: 0,
    spread: 0,
  };
}

/** Size of the next bet, before truncation: known before the value is. */
export function nextBet({ alpha, n, spread }: BettingState): number {
  const variance = (0.25 + spread) / (n + 1);
  const t = n + 1;
  return Math.sqrt((2 * Math.log(1 / alpha)) / (variance * t * Math.log(1 + t)));
}

/** Adds one value of [0, 1]. */
export function addBet(state: BettingState, value: number): BettingState {
  const bet = nextBet(state);
  const above = state.above.map((log, i) => {
    const m = elementAt(state.means, i);
    return log + Math.log1p(Math.min(bet, TRUNCATION / m) * (value - m));
  });
  const below = state.below.map((log, i) => {
    const m = elementAt(state.means, i);
    return log + Math.log1p(-Math.min(bet, TRUNCATION / (1 - m)) * (value - m));
  });
  const n = state.n + 1;
  const sum = state.sum + value;
  const mean = (0.5 + sum) / (n + 1);
  return {
    ...state,
    above,
    below,
    peak: state.peak.map((log, i) => higherPeak(log, elementAt(above, i), elementAt(below, i))),
    n,
    sum,
    spread: state.spread + (value - mean) ** 2,
  };
}

/** The largest hedged capital after a look. */
const higherPeak = (before: number, above: number, below: number): number =>
  Math.max(before, Math.max(above, below) - Math.LN2);

/** Values between two looks of a batch: their product of gains neither over- nor underflows. */
const STRIDE = 64;

/** Adds many values of [0, 1], with a look at each 64th and the last only: as valid, and cheap with many means. */
export function addBets(state: BettingState, values: readonly number[]): BettingState {
  const [above, below, peak] = [[...state.above], [...state.below], [...state.peak]];
  let { n, sum, spread } = state;
  for (let from = 0; from < values.length; from += STRIDE) {
    const batch = values.slice(from, from + STRIDE);
    const bets = batch.map((value) => {
      const bet = nextBet({ ...state, n, spread });
      n++;
      sum += value;
      spread += (value - (0.5 + sum) / (n + 1)) ** 2;
      return { value, bet };
    });
    state.means.forEach((m, i) => {
      const [most, mostBelow] = [TRUNCATION / m, TRUNCATION / (1 - m)];
      let up = 1;
      let down = 1;
      for (const { value, bet } of bets) {
        const gain = value - m;
        up *= 1 + Math.min(bet, most) * gain;
        down *= 1 - Math.min(bet, mostBelow) * gain;
      }
      addAt(above, i, Math.log(up));
      addAt(below, i, Math.log(down));
      peak[i] = higherPeak(elementAt(peak, i), elementAt(above, i), elementAt(below, i));
    });
  }
  return { ...state, above, below, peak, n, sum, spread };
}

/** Means not refuted at any look, with the cells beside them; the whole of [0, 1] before any value. */
export function bettingInterval({ alpha, means, peak, n, sum }: BettingState): ConfidenceInterval {
  const limit = Math.log(1 / alpha);
  const first = peak.findIndex((log) => log < limit);
  const last = peak.findLastIndex((log) => log < limit);
  // Every cell refuted: only between two cells can the mean be.
  if (first < 0) return { lower: sum / n, upper: sum / n };
  return {
    lower: elementAt(means, Math.max(0, first - 1)),
    upper: elementAt(means, Math.min(means.length - 1, last + 1)),
  };
}
