/** Quantile q of values in rising order: the ⌈q·n⌉-th (nearest rank), the lower one where two would do. Pure. */
import { elementAt } from '../../core/element-at.ts';

export const nearestRank = (sorted: ArrayLike<number>, q: number): number =>
  elementAt(sorted, Math.max(0, Math.ceil(q * sorted.length) - 1));
