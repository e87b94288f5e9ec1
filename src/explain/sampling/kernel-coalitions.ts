import { elementAt } from '../../core/element-at.ts';
import type { Random } from '../../core/ports.ts';
import { randomIndex, seededRandom } from '../../core/random.ts';

/** Pure. The coalitions that KernelSHAP asks, and how much each counts. */

/** A coalition and the one of all others. */
export interface CoalitionPair {
  /** Players of the first, ascending. */
  readonly members: readonly number[];
  /** Weight of both together. */
  weight: number;
  /** How often the pair was drawn; 0 where it was not left to chance. */
  draws: number;
}

/**
 * Pairs by their weight in the Shapley kernel, (M - 1) / (C(M, s) s (M - s)) for s of M players: small and large ones whole as long as
 * the budget gives each its due, at least those of one player, and pairs at random of the rest (Lundberg & Lee, NIPS 2017, and
 * the `KernelExplainer` of shap). Weights add up to 1. `budget` coalitions at least 2 M.
 */
export function kernelPairs(players: number, budget: number, seed: number): readonly CoalitionPair[] {
  const half = Math.floor(players / 2);
  const weightOf = (size: number): number =>
    ((2 * size === players ? 1 : 2) * (players - 1)) / (size * (players - size));
  const sizes = Array.from({ length: half }, (_, k) => k + 1);
  const whole = sizes.reduce((sum, size) => sum + weightOf(size), 0);
  const pairs: CoalitionPair[] = [];
  let left = budget;
  let rest = whole;
  while (sizes.length > 0) {
    const size = elementAt(sizes, 0);
    const count = coalitionsOf(players, size);
    const due = (left * weightOf(size)) / rest;
    if (count > left || (size > 1 && due < count - 1e-8)) break;
    const found = subsets(players, size).filter((members) => 2 * size < players || members[0] === 0);
    const each = weightOf(size) / whole / found.length;
    for (const members of found) pairs.push({ members, weight: each, draws: 0 });
    left -= count;
    rest -= weightOf(size);
    sizes.shift();
  }
  const shares = sizes.map((size) => weightOf(size) / rest);
  const drawn = sizes.length === 0 ? [] : drawPairs(players, sizes, shares, Math.floor(left / 2), seed);
  const draws = drawn.reduce((sum, pair) => sum + pair.draws, 0);
  for (const pair of drawn) pair.weight = (pair.draws / draws) * (rest / whole);
  return [...pairs, ...drawn];
}

/** Coalitions of a size and of its complement. */
function coalitionsOf(players: number, size: number): number {
  let ways = 1;
  for (let k = 1; k <= size; k++) ways = (ways * (players - size + k)) / k;
  return Math.round(ways) * (2 * size === players ? 1 : 2);
}

/** All sets of `size` players, each ascending. */
function subsets(players: number, size: number, from = 0): (readonly number[])[] {
  if (size === 0) return [[]];
  const found: (readonly number[])[] = [];
  for (let first = from; first <= players - size; first++)
    for (const others of subsets(players, size - 1, first + 1)) found.push([first, ...others]);
  return found;
}

/** Draws until so many pairs are found, or nothing new comes. */
function drawPairs(
  players: number,
  sizes: readonly number[],
  shares: readonly number[],
  wanted: number,
  seed: number,
): readonly CoalitionPair[] {
  const random = seededRandom(seed);
  const found = new Map<string, CoalitionPair>();
  for (let draw = 0; found.size < wanted && draw < 4 * wanted; draw++) {
    let at = random.next();
    let chosen = 0;
    while (chosen < sizes.length - 1 && at >= elementAt(shares, chosen)) at -= elementAt(shares, chosen++);
    const members = someOf(players, elementAt(sizes, chosen), random);
    const key = members.join();
    const pair = found.get(key);
    if (pair === undefined) found.set(key, { members, weight: 0, draws: 1 });
    else pair.draws++;
  }
  return [...found.values()];
}

/** `size` players, ascending; of two halves the one with player 0, so that a pair has one name. */
function someOf(players: number, size: number, random: Random): readonly number[] {
  const all = Array.from({ length: players }, (_, k) => k);
  for (let k = 0; k < size; k++) {
    const other = k + randomIndex(random, players - k);
    [all[k], all[other]] = [elementAt(all, other), elementAt(all, k)];
  }
  const chosen =
    2 * size === players && !all.slice(0, size).includes(0) ? all.slice(size) : all.slice(0, size);
  return chosen.sort((a, b) => a - b);
}
