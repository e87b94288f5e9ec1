/** With which chance evidence that grows at random has passed its bound by then. Pure. */

import { addAt } from '../../core/vector.ts';
import { normalCdf } from '../../statistics/normal.ts';
import { certifiesRate } from '../evidence/certificate.ts';

export interface SeenCounts {
  readonly units: number;
  readonly bad: number;
}

export interface RateBound {
  /** Share of units that go wrong, and the one whose absence is to be certified. */
  readonly share: number;
  readonly limit: number;
  readonly alpha: number;
}

/** From so many units on, so large a share of runs is certified. */
export interface CrossingChance {
  readonly units: number;
  readonly chance: number;
}

const UNITS_LIMIT = 2 ** 40;
/** With more bad units than this, chance hardly matters: expected counts do. */
const BAD_MAX = 200;
/** Runs that are later than this do not matter to a median. */
const ENOUGH = 0.9;
/** Chances below this are nothing. */
const NEGLIGIBLE = 1e-12;

/**
 * By which units, beyond those that were seen, `certifiesRate` holds with which chance; nothing where the share is not
 * below the limit. With k bad units it holds from n(k) units on, so that a run is certified at the first n(k) with k bad:
 * the law of the bad count, Poisson, is carried from n(k) to n(k + 1) without the runs that are certified.
 */
export function crossingChances(bound: RateBound, seen: SeenCounts): readonly CrossingChance[] {
  const { share, limit, alpha } = bound;
  if (share >= limit) return [];
  const enough = (bad: number) => (units: number) => certifiesRate(bad, units, limit, alpha);
  const passed: CrossingChance[] = [];
  /** By bad units beyond those seen: how likely, and not certified. */
  let open = [1];
  let units = seen.units;
  for (let bad = 0; bad <= BAD_MAX; bad++) {
    const wanted = fewestUnits(enough(seen.bad + bad), units);
    if (wanted === null) return passed;
    open = later(open, share * (wanted - units));
    units = wanted;
    // Runs with fewer are certified already.
    open[bad] = 0;
    const chance = 1 - open.reduce((sum, one) => sum + one, 0);
    passed.push({ units: units - seen.units, chance });
    if (chance >= ENOUGH) return passed;
  }
  const expected = (at: number): number => seen.bad + share * (at - seen.units);
  const wanted = fewestUnits((at) => enough(expected(at))(at), units);
  return wanted === null ? passed : [...passed, { units: wanted - seen.units, chance: 1 }];
}

/** Fewest units without a bad one for which `certifiesRate` holds; null where none are enough. */
export const fewestCleanUnits = (limit: number, alpha: number): number | null =>
  fewestUnits((units) => certifiesRate(0, units, limit, alpha), 1);

/** The law of a count after `mean` more are expected; what lies beyond the counts that are looked at is the last. */
function later(law: readonly number[], mean: number): number[] {
  const next = new Array<number>(BAD_MAX + 2).fill(0);
  for (const [count, chance] of law.entries()) {
    let term = chance * Math.exp(-mean);
    let left = chance;
    for (let more = 0; left > NEGLIGIBLE && count + more <= BAD_MAX; more++) {
      addAt(next, count + more, term);
      left -= term;
      term *= mean / (more + 1);
    }
    addAt(next, BAD_MAX + 1, Math.max(0, left));
  }
  return next;
}

/** Fewest units, from `least` on, that are enough: once they are, so are more. */
function fewestUnits(isEnough: (units: number) => boolean, least: number): number | null {
  let low = Math.max(1, least);
  if (isEnough(low)) return low;
  let high = low * 2;
  while (!isEnough(high)) {
    low = high;
    high *= 2;
    if (high > UNITS_LIMIT) return null;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** With which chance a run is certified after so many units. */
export const chanceCrossedBy = (passed: readonly CrossingChance[], units: number): number =>
  passed.findLast((one) => one.units <= units)?.chance ?? 0;

/**
 * With which chance a walk has passed `bound` once it is expected to have grown by `mean`, with `variance`: the law of
 * Wald (inverse Gaussian), Φ(√(φ/x)(x − 1)) + e^{2φ}·Φ(−√(φ/x)(x + 1)), x = mean/bound, φ = bound·mean/variance.
 */
export function walkCrossingChance(bound: number, mean: number, variance: number): number {
  if (bound <= 0) return 1;
  if (mean <= 0) return 0;
  const x = mean / bound;
  const phi = (bound * mean) / variance;
  // So steady a walk passes when it is expected to, and e^{2φ} would overflow.
  if (phi > 300) return x < 1 ? 0 : 1;
  const root = Math.sqrt(phi / x);
  return normalCdf(root * (x - 1)) + Math.exp(2 * phi) * normalCdf(-root * (x + 1));
}
