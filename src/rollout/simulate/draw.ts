/** Exact draws from the laws of invented traffic. Pure. */
import type { Random } from '../../core/ports.ts';
import { logGamma } from '../../statistics/gamma.ts';

/** Poisson(mean): Knuth's product below 10, beyond it transformed rejection PTRS (Hörmann 1993). */
export function poisson(mean: number, random: Random): number {
  return mean < 10 ? smallPoisson(mean, random) : largePoisson(mean, random);
}

function smallPoisson(mean: number, random: Random): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count++;
  return count;
}

function largePoisson(mean: number, random: Random): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverse = 1.1239 + 1.1328 / (b - 3.4);
  const squeeze = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random.next() - 0.5;
    const v = random.next();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= squeeze) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const bound = -mean + k * Math.log(mean) - logGamma(k + 1);
    if (Math.log(v) + Math.log(inverse) - Math.log(a / (us * us) + b) <= bound) return k;
  }
}

/** Binomial(n, p) by skipping from success to success: costs its mean. */
export function binomial(n: number, p: number, random: Random): number {
  if (p <= 0 || n === 0) return 0;
  if (p > 0.5) return n - binomial(n, 1 - p, random);
  const scale = Math.log1p(-p);
  let count = 0;
  for (let at = -1; ; count++) {
    at += 1 + Math.floor(Math.log1p(-random.next()) / scale);
    if (at >= n) return count;
  }
}
