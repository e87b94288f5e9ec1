/**
 * Which buckets belong to which arm of an experiment. Weights that change move only the units that have to move: an arm
 * that grows loses nobody, and takes from those that shrink. Pure.
 */

import { elementAt } from '../../core/element-at.ts';
import { addAt } from '../../core/vector.ts';
import { BUCKETS } from '../canary-split.ts';

/** Buckets in [from, to); an arm of null takes no part. */
export interface BucketRun {
  readonly from: number;
  readonly to: number;
  readonly arm: number | null;
}

/** Arms side by side, then the holdout; percents to buckets by largest remainder. */
export function allocateBuckets(weights: readonly number[], holdout: number): readonly BucketRun[] {
  const total = BUCKETS - Math.round((BUCKETS * holdout) / 100);
  const runs: BucketRun[] = [];
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
  for (const { i } of order.slice(0, left)) addAt(sizes, i);
  return sizes;
}

/** Buckets that are moved together, so that runs stay few however often weights change. */
export const BUCKETS_PER_CELL = 100;

/** The runs with `wanted` buckets an arm, as near as whole cells allow; buckets without an arm keep none. */
export function reallocateBuckets(
  runs: readonly BucketRun[],
  wanted: readonly number[],
): readonly BucketRun[] {
  const sizes = wanted.map((_, arm) => armBuckets(runs, arm));
  const buckets = runs.flatMap(({ from, to, arm }) => Array<number | null>(to - from).fill(arm));
  const freed: number[] = [];
  sizes.forEach((size, arm) => {
    let surplus =
      Math.max(0, Math.floor((size - elementAt(wanted, arm)) / BUCKETS_PER_CELL)) * BUCKETS_PER_CELL;
    for (let bucket = BUCKETS - 1; surplus > 0; bucket--) {
      if (buckets[bucket] !== arm) continue;
      freed.push(bucket);
      addAt(sizes, arm, -1);
      surplus--;
    }
  });
  const need = (arm: number): number => elementAt(wanted, arm) - elementAt(sizes, arm);
  const growing = wanted.map((_, arm) => arm).filter((arm) => need(arm) > 0);
  freed.sort((a, b) => a - b);
  for (let i = 0; i < freed.length; i += BUCKETS_PER_CELL) {
    const neediest = growing.reduce((a, b) => (need(b) > need(a) ? b : a));
    for (const bucket of freed.slice(i, i + BUCKETS_PER_CELL)) buckets[bucket] = neediest;
    addAt(sizes, neediest, BUCKETS_PER_CELL);
  }
  return compress(buckets);
}

function compress(buckets: readonly (number | null)[]): readonly BucketRun[] {
  const runs: BucketRun[] = [];
  let from = 0;
  for (let at = 1; at <= buckets.length; at++) {
    if (at < buckets.length && buckets[at] === buckets[from]) continue;
    runs.push({ from, to: at, arm: elementAt(buckets, from) });
    from = at;
  }
  return runs;
}

/** The runs without an arm: whoever is in it takes no part any more. */
export const withdrawArm = (runs: readonly BucketRun[], arm: number): readonly BucketRun[] =>
  runs.map((run) => (run.arm === arm ? { ...run, arm: null } : run));

/** Number of buckets of an arm. */
export const armBuckets = (runs: readonly BucketRun[], arm: number): number =>
  runs.reduce((sum, run) => sum + (run.arm === arm ? run.to - run.from : 0), 0);

/** Each arm's share of the units that take part. */
export function armShares(runs: readonly BucketRun[], arms: number): readonly number[] {
  const sizes = Array.from({ length: arms }, (_, arm) => armBuckets(runs, arm));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => (total === 0 ? 0 : size / total));
}
