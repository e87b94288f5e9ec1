/** How large a change is, with bounds that know both sample sizes. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { DirichletMultinomial } from './dirichlet-multinomial.ts';
import type { DriftEffect } from './drift-finding.ts';

/** The change in one unit or the other. */
export const measureEffect = (
  unit: DriftEffect['unit'],
  counts: Float64Array,
  multinomial: DirichletMultinomial,
  worth = 1,
  z = Z,
): DriftEffect =>
  unit === 'psi' ? psiEffect(counts, multinomial, worth, z) : shareEffect(counts, multinomial, worth, z);

/** Two-sided 95 %. */
const Z = 1.96;

/**
 * PSI = Σ (q−p) ln(q/p) of rows with these counts against the reference's shares. A window's shares are drawn to the
 * reference's by one row, so that an empty bin costs neither infinity nor an arbitrary constant. Both samples being finite
 * adds (K−1)(1/m + 1/n) in the mean, which is taken off. Bounds: the delta method over both samples, and the variance
 * 2(K−1)(1/m + 1/n)² that is left where nothing has changed. `worth`: rows that tell as much as an independent one.
 */
function psiEffect(
  counts: Float64Array,
  { shares, total }: DirichletMultinomial,
  worth = 1,
  z = Z,
): DriftEffect {
  const rows = counts.reduce((sum, c) => sum + c, 0);
  const [m, n] = [total / worth, rows / worth];
  let value = 0;
  let now = [0, 0] as [number, number];
  let then = [0, 0] as [number, number];
  let bins = 0;
  for (const [k, p] of shares.entries()) {
    const q = (elementAt(counts, k) + p) / (rows + 1);
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
  return bounded('psi', centre, z * Math.sqrt(variance), Infinity);
}

const added = ([mean, square]: [number, number], weight: number, slope: number): [number, number] => [
  mean + weight * slope,
  square + weight * slope * slope,
];

/**
 * The change of the share of the first of two bins, without its sign; bounds by Newcombe's hybrid (Statist. Med. 17, 1998) of
 * two likelihood intervals, which hold far out and for shares near 0, where those of Wilson do not.
 */
function shareEffect(
  counts: Float64Array,
  { shares, total }: DirichletMultinomial,
  worth = 1,
  z = Z,
): DriftEffect {
  const yes = elementAt(counts, 0);
  const rows = yes + elementAt(counts, 1);
  const then = likelyShares(elementAt(shares, 0), total / worth, z);
  const now = likelyShares(yes / rows, rows / worth, z);
  const change = now.share - then.share;
  const [up, down] = change >= 0 ? [now, then] : [then, now];
  const low = Math.abs(change) - Math.hypot(up.share - up.low, down.high - down.share);
  const high = Math.abs(change) + Math.hypot(up.high - up.share, down.share - down.low);
  return { unit: 'share', value: Math.abs(change), low: Math.max(0, low), high: Math.min(1, high) };
}

interface Shares {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Shares p under which 2n·KL(share, p) is at most z². */
function likelyShares(share: number, n: number, z: number): Shares {
  const most = (z * z) / (2 * n);
  const isLikely = (p: number): boolean => term(share, p) + term(1 - share, 1 - p) <= most;
  return { share, low: boundary(isLikely, share, 0), high: boundary(isLikely, share, 1) };
}

const term = (share: number, p: number): number => (share === 0 ? 0 : share * Math.log(share / p));

/** Between what is likely and what may not be. */
function boundary(isLikely: (p: number) => boolean, inside: number, outside: number): number {
  if (isLikely(outside)) return outside;
  let [near, far] = [inside, outside];
  for (let i = 0; i < 50; i++) {
    const middle = (near + far) / 2;
    if (isLikely(middle)) near = middle;
    else far = middle;
  }
  return near;
}

const bounded = (unit: DriftEffect['unit'], value: number, width: number, most: number): DriftEffect => ({
  unit,
  value: Math.max(0, value),
  low: Math.max(0, value - width),
  high: Math.min(most, Math.max(0, value) + width),
});
