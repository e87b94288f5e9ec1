import type { PlayerWorths } from './game-plan.ts';
import type { Refusal } from './plan-choice.ts';

/** Pure. */

/** Difference to the answer that is let pass, of an answer of 1. */
const TOLERANCE = 1e-6;

/** How far `none` and what all players add are from the answers, of an answer of 1 or more; NaN where one is no number. */
export function summedDistance(
  none: ArrayLike<number>,
  all: ArrayLike<number>,
  worths: readonly PlayerWorths[],
): { readonly absolute: number; readonly relative: number } {
  let [absolute, relative] = [0, 0];
  for (const [k, { values }] of worths.entries()) {
    const answer = all[k] ?? Number.NaN;
    const sum = values.reduce((total, value) => total + value, none[k] ?? Number.NaN);
    absolute = Math.max(absolute, Math.abs(sum - answer));
    relative = Math.max(relative, Math.abs(sum - answer) / Math.max(1, Math.abs(answer)));
  }
  return { absolute, relative };
}

/**
 * The same, checked. Throws what `refuse` makes where it is further than rounding takes it: the model answered no numbers, or not the
 * same twice.
 */
export function checkedDistance(
  none: ArrayLike<number>,
  all: ArrayLike<number>,
  worths: readonly PlayerWorths[],
  refuse: Refusal,
): number {
  const { absolute, relative } = summedDistance(none, all, worths);
  if (relative <= TOLERANCE) return absolute;
  throw refuse(
    `its attributions are ${absolute} from its answer: it answers no numbers for rows that are made of several, or other ones each time`,
    'Explain another output (--output), or give --background rows that it answers',
  );
}
