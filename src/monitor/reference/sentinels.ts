/** Values that stand for missing: an atom far away from everything else. Pure. */
import { elementAt } from '../../core/element-at.ts';
import { SENTINELS_MAX } from './profile-limits.ts';

/** Distinct values, ascending, and how often each is there. */
export interface ValueCounts {
  readonly values: Float64Array;
  readonly counts: Float64Array;
}

/** Of values in ascending order. */
export function countValues(sorted: Float64Array): ValueCounts {
  const firsts: number[] = [];
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) firsts.push(i);
  return {
    values: Float64Array.from(firsts, (first) => elementAt(sorted, first)),
    counts: Float64Array.from(firsts, (first, k) => (firsts[k + 1] ?? sorted.length) - first),
  };
}

/** Written by people for "not known": nines, powers of ten, the ends of whole numbers. */
const isCode = (x: number): boolean =>
  /^-?(?:9{2,9}|10{3,9}|2147483647|2147483648|32767|32768)$/.test(String(x));

/** How many spans of everything else an atom must be away from it; less where it is a number that people write. */
const FAR = 3;
const FAR_CODE = 0.5;
/** Distinct values that everything else must have: a ladder of few values has no outsiders. */
const REST_MIN = 8;

/** Sentinels among atoms of finite values: taken off either end while the outermost one is often there and far away. */
export function findSentinels({ values, counts }: ValueCounts): number[] {
  const found: number[] = [];
  let low = 0;
  let high = values.length - 1;
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const often = Math.max(3, rows / 1000);
  const judge = (at: number, from: number, to: number): boolean => {
    if (elementAt(counts, at) < often || to - from + 1 < REST_MIN) return false;
    const gap =
      at < from
        ? elementAt(values, from) - elementAt(values, at)
        : elementAt(values, at) - elementAt(values, to);
    return (
      gap >
      (isCode(elementAt(values, at)) ? FAR_CODE : FAR) * (elementAt(values, to) - elementAt(values, from))
    );
  };
  while (found.length < SENTINELS_MAX) {
    if (judge(high, low, high - 1)) found.push(elementAt(values, high--));
    else if (judge(low, low + 1, high)) found.push(elementAt(values, low++));
    else break;
  }
  return found.sort((a, b) => a - b);
}
