/** Spreads of work whose queues have formulas. */

const STEPS = 1000;

/** Means of the steps of a distribution, by the integral of its quantile function. */
const stepsOf = (integral: (p: number) => number): number[] =>
  Array.from({ length: STEPS }, (_, i) => STEPS * (integral((i + 1) / STEPS) - integral(i / STEPS)));

/** Exponential, of mean 1. */
export const EXPONENTIAL = stepsOf((p) => (p >= 1 ? 1 : (1 - p) * Math.log(1 - p) + p));

/** All the same. */
export const CONSTANT = [1];

/** Nine of ten take half, one takes 5.5 times the mean: its squared coefficient of variation is 2.25. */
export const TWO_POINTS = [...new Array<number>(9).fill(0.5), 5.5];
