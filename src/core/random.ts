import type { Random } from './ports.ts';

/**
 * Seeded generator for sampling, never for secrets: mulberry32 (Tommy Ettinger, public domain), period 2^32.
 * The same seed gives the same sequence on every machine, so that a recorded seed repeats a check exactly.
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 15), z | 1);
      z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
      return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

/** Uniform integer in [0, bound). */
export const randomIndex = (random: Random, bound: number): number => Math.floor(random.next() * bound);

/** Fisher–Yates, in place. */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = randomIndex(random, i + 1);
    const swapped = items[i]!;
    items[i] = items[j]!;
    items[j] = swapped;
  }
  return items;
}
