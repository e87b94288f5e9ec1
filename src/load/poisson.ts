import type { Random } from '../core/ports.ts';

/** Milliseconds between two arrivals of a Poisson stream of `rate` a second: exponentially distributed. */
export const poissonGap = (rate: number, random: Random): number =>
  (-Math.log(1 - random.next()) * 1000) / rate;
