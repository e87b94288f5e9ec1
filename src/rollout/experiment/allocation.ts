/**
 * Which buckets belong to which arm of an experiment. Weights that change move only the units that have to move: an arm
 * that grows loses nobody, and takes from those that shrink. Pure.
 */
import { BUCKETS } from '../split.ts';

/** Buckets in [from, to); an arm of null takes no part. */
export interface Run {
  readonly from: number;
  readonly to: number;
  readonly arm: number | null;
}

/** Arms side by side, then the holdout; percents to buckets by largest remainder. */
export function allocate(weights: readonly number[], holdout: number): readonly Run[] {
  const total = BUCKETS - Math.round((BUCKETS * holdout) / 100);
  const runs: Run[] = [];
  let from = 0;
  apportion(weights, total).forEach((size, arm) => {
    runs.push({ from, to: from + size, arm });
    from += size;
  });
  return [...runs, { from, to: BUCKETS, arm: null }].filter((run) => run.from < run.to);
}

/** Whole numbers in the proportions of `weights` whose sum is `total` (Hamilton's method). */
function apportion(weights: readonly number[], total: number): readonly number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const exact = weights.map((weight) => (weight / sum) * total);
  const sizes = exact.map(Math.floor);
  const left = total - sizes.reduce((all, size) => all + size, 0);
  const order = exact
    .map((size, i) => ({ rest: size - Math.floor(size), i }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of order.slice(0, left)) sizes[i]!++;
  return sizes;
}

/** Buckets that are moved together, so that runs stay few however often weights change. */
export const CELL = 100;

/** The runs with `wanted` buckets an arm, as near as whole cells allow; buckets without an arm keep none. */
export function reallocate(runs: readonly Run[], wanted: readonly number[]): readonly Run[] {
  const sizes = wanted.map((_, arm) => sizeOf(runs, arm));
  const buckets = runs.flatMap(({ from, to, arm }) => Array<number | null>(to - from).fill(arm));
  const freed: number[] = [];
  sizes.forEach((size, arm) => {
    let surplus = Math.max(0, Math.floor((size - wanted[arm]!) / CELL)) * CELL;
    for (let bucket = BUCKETS - 1; surplus > 0; bucket--) {
      if (buckets[bucket] !== arm) continue;
      freed.push(bucket);
      sizes[arm]!--;
      surplus--;
    }
  });
  const growing = wanted.map((_, arm) => arm).filter((arm) => sizes[arm]! < wanted[arm]!);
  freed.sort((a, b) => a - b);
  for (let i = 0; i < freed.length; i += CELL) {
    const neediest = growing.reduce((a, b) => (wanted[b]! - sizes[b]! > wanted[a]! - sizes[a]! ? b : a));
    for (const bucket of freed.slice(i, i + CELL)) buckets[bucket] = neediest;
    sizes[neediest]! += CELL;
  }
  return compress(buckets);
}

function compress(buckets: readonly (number | null)[]): readonly Run[] {
  const runs: Run[] = [];
  let from = 0;
  for (let at = 1; at <= buckets.length; at++) {
    if (at < buckets.length && buckets[at] === buckets[from]) continue;
    runs.push({ from, to: at, arm: buckets[from]! });
    from = at;
  }
  return runs;
}

/** The runs without an arm: whoever is in it takes no part any more. */
export const withdraw = (runs: readonly Run[], arm: number): readonly Run[] =>
  runs.map((run) => (run.arm === arm ? { ...run, arm: null } : run));

/** Number of buckets of an arm. */
export const sizeOf = (runs: readonly Run[], arm: number): number =>
  runs.reduce((sum, run) => sum + (run.arm === arm ? run.to - run.from : 0), 0);

/** Each arm's share of the units that take part. */
export function sharesOf(runs: readonly Run[], arms: number): readonly number[] {
  const sizes = Array.from({ length: arms }, (_, arm) => sizeOf(runs, arm));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => (total === 0 ? 0 : size / total));
}
