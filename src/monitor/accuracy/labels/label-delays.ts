/**
 * How long labels take. Only those are seen that took less than the age of their answer: delays are truncated on the right,
 * and short ones are seen too often. The reverse hazard puts that right (Lagakos, Barraj and De Gruttola, Biometrika 75,
 * 1988): F(t) = Π over u > t of 1 − N(u)/Y(u), N labels that took u, Y those that took at most u of answers that are at
 * least as old. F is that of labels that come within the greatest age seen. Pure.
 */
import { elementAt } from '../../../core/element-at.ts';

/** Upper ends of classes of delay and age in milliseconds: from a second, two a doubling, to 400 days. */
export const DELAY_GRID: readonly number[] = Array.from({ length: 51 }, (_, i) =>
  Math.round(1000 * 2 ** (i / 2)),
);

/** Number of the class of a span: the first whose end is not below it; the last for all beyond. */
export function delayClass(span: number): number {
  const found = DELAY_GRID.findIndex((end) => span <= end);
  return found < 0 ? DELAY_GRID.length - 1 : found;
}

/** Labels by classes of the delay of the first label of an answer, and of the age of that answer now. */
export interface DelayCount {
  readonly delay: number;
  readonly age: number;
  readonly labels: number;
}

export interface DelayDistribution {
  /** F at the ends of `DELAY_GRID`. */
  readonly arrived: readonly number[];
  readonly labels: number;
  /** Greatest age of an answer that has a label: of longer delays nothing is known. */
  readonly known: number;
}

export function estimateDelays(counts: readonly DelayCount[]): DelayDistribution {
  const arrived = new Array<number>(DELAY_GRID.length).fill(1);
  const labels = counts.reduce((sum, count) => sum + count.labels, 0);
  for (let k = DELAY_GRID.length - 1; k > 0; k--) {
    let [took, atRisk] = [0, 0];
    for (const { delay, age, labels: n } of counts) {
      // An answer in the class of that age need not be as old as the class's end.
      if (age <= k || delay > k) continue;
      atRisk += n;
      if (delay === k) took += n;
    }
    arrived[k - 1] = elementAt(arrived, k) * (atRisk > 0 ? 1 - took / atRisk : 1);
  }
  const known = counts.reduce((age, count) => Math.max(age, count.labels > 0 ? count.age : 0), 0);
  return { arrived, labels, known: labels === 0 ? 0 : elementAt(DELAY_GRID, known) };
}

/** Chance that a label which will come has come, for an answer of that age; between ends of classes linear in the span. */
export function arrivalProbability({ arrived }: DelayDistribution, age: number): number {
  if (age <= 0) return 0;
  const k = delayClass(age);
  const [from, to] = [k === 0 ? 0 : elementAt(DELAY_GRID, k - 1), elementAt(DELAY_GRID, k)];
  const [low, high] = [k === 0 ? 0 : elementAt(arrived, k - 1), elementAt(arrived, k)];
  return low + (high - low) * Math.min(1, (age - from) / (to - from));
}

/** Fewer labels tell nothing of their delay. */
const LABELS_MIN = 30;

/** Age at which that share of labels has come; null where too little was seen to say it. */
export function ageAtShare(delays: DelayDistribution, share: number): number | null {
  if (delays.labels < LABELS_MIN) return null;
  const age = DELAY_GRID.find((_, k) => elementAt(delays.arrived, k) >= share);
  // Were the longest delays seen hardly shorter than the time of watching, longer ones are still to come.
  return age !== undefined && 2 * age <= delays.known ? age : null;
}
