/** How large a change is, with bounds that know both sample sizes. Pure. */
import type { Effect } from './finding.ts';
import type { Law } from './law.ts';

/** The change in one unit or the other. */
export const effectOf = (unit: Effect['unit'], counts: Float64Array, law: Law, worth = 1): Effect =>
  unit === 'psi' ? psiEffect(counts, law, worth) : shareEffect(counts, law, worth);

/** Two-sided 95 %; that it is there at all is what the evidence is for. */
const Z = 1.96;

/**
 * PSI = Σ (q−p) ln(q/p) of rows with these counts against the reference's shares. A window's shares are drawn to the
 * reference's by one row, so that an empty bin costs neither infinity nor an arbitrary constant. Both samples being finite
 * adds (K−1)(1/m + 1/n) in the mean, which is taken off. Bounds: the delta method over both samples, and the variance
 * 2(K−1)(1/m + 1/n)² that is left where nothing has changed. `worth`: rows that tell as much as an independent one.
 */
export function psiEffect(counts: Float64Array, { shares, total }: Law, worth = 1): Effect {
  const rows = counts.reduce((sum, c) => sum + c, 0);
  const [m, n] = [total / worth, rows / worth];
  let value = 0;
  let now = [0, 0] as [number, number];
  let then = [0, 0] as [number, number];
  let bins = 0;
  for (let k = 0; k < counts.length; k++) {
    const p = shares[k]!;
    const q = (counts[k]! + p) / (rows + 1);
    const log = Math.log(q / p);
    value += (q - p) * log;
    now = added(now, q, log + 1 - p / q);
    then = added(then, p, -log + 1 - q / p);
    // A bin that neither expects nor has a row has no part in the chance deviation.
    bins += Math.min(1, n * Math.max(p, q));
  }
  const freedom = Math.max(0, bins - 1);
  const chance = 1 / m + 1 / n;
  const centre = value - freedom * chance;
  const variance = (now[1] - now[0] ** 2) / n + (then[1] - then[0] ** 2) / m + 2 * freedom * chance ** 2;
  return bounded('psi', centre, Z * Math.sqrt(variance), Infinity);
}

const added = ([mean, square]: [number, number], weight: number, slope: number): [number, number] => [
  mean + weight * slope,
  square + weight * slope * slope,
];

/**
 * The change of the share of the first of two bins, without its sign; bounds by Newcombe's hybrid of two Wilson intervals
 * (Statist. Med. 17, 1998, method 10).
 */
export function shareEffect(counts: Float64Array, { shares, total }: Law, worth = 1): Effect {
  const rows = counts[0]! + counts[1]!;
  const then = wilson(shares[0]!, total / worth);
  const now = wilson(counts[0]! / rows, rows / worth);
  const change = now.share - then.share;
  const [up, down] = change >= 0 ? [now, then] : [then, now];
  const low = Math.abs(change) - Math.hypot(up.share - up.low, down.high - down.share);
  const high = Math.abs(change) + Math.hypot(up.high - up.share, down.share - down.low);
  return { unit: 'share', value: Math.abs(change), low: Math.max(0, low), high: Math.min(1, high) };
}

function wilson(share: number, n: number): { share: number; low: number; high: number } {
  const z2 = Z * Z;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return { share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

const bounded = (unit: Effect['unit'], value: number, width: number, most: number): Effect => ({
  unit,
  value: Math.max(0, value),
  low: Math.max(0, value - width),
  high: Math.min(most, Math.max(0, value) + width),
});
