import { elementAt } from '../../core/element-at.ts';
import type { Random } from '../../core/ports.ts';
import { seededRandom, shuffle } from '../../core/random.ts';
import { type Coalition, type GamePlan, meanOfDraws } from './game-plan.ts';

/** Draws that are made, and after how many the first look is taken; the others follow each time there are twice as many. */
export interface DrawCount {
  readonly most: number;
  /** @default {most} */
  readonly first?: number;
}

/**
 * Pure. Orders at random, each with its reverse: what one order says too much of a player, the other says too little of
 * (Mitchell et al., JMLR 23, 2022). A draw is a pair.
 */
export function permutationPlan(players: number, pairs: DrawCount, seed: number): GamePlan {
  const random = seededRandom(seed);
  const draws = Array.from({ length: pairs.most }, () => {
    const order = shuffled(players, random);
    return [order, order.toReversed()];
  });
  return ordersPlan(players, draws, pairs, players <= 2);
}

/** Sampled Shapley values: `paths` orders at random (Castro et al., Computers & Operations Research 36, 2009). A draw is an order. */
export function pathsPlan(players: number, paths: DrawCount, seed: number): GamePlan {
  const random = seededRandom(seed);
  const draws = Array.from({ length: paths.most }, () => [shuffled(players, random)]);
  return ordersPlan(players, draws, paths, players <= 1);
}

function shuffled(players: number, random: Random): readonly number[] {
  return shuffle(
    Array.from({ length: players }, (_, k) => k),
    random,
  );
}

/** A coalition is what comes first in one of the orders. The values of a draw are the mean of those of its orders. */
function ordersPlan(
  players: number,
  draws: readonly (readonly (readonly number[])[])[],
  { most, first = most }: DrawCount,
  isExact: boolean,
): GamePlan {
  const between = Math.max(0, players - 1);
  const each = (draws[0]?.length ?? 0) * between;
  const looks: number[] = [];
  for (let count = first; count < most && each > 0; count *= 2) looks.push(count * each);
  const coalitions = draws.flat().flatMap((order) => {
    const place = new Int32Array(players);
    for (const [step, player] of order.entries()) place[player] = step;
    return Array.from(
      { length: between },
      (_, before): Coalition =>
        (player) =>
          place[player]! <= before,
    );
  });
  const worths = (none: number, all: number, answers: ArrayLike<number>) => {
    const made = each === 0 ? draws : draws.slice(0, answers.length / each);
    const found = new Float64Array(made.length * players);
    let from = 0;
    for (const [d, orders] of made.entries())
      for (const order of orders) {
        let before = none;
        for (const [step, player] of order.entries()) {
          const answer = step === between ? all : elementAt(answers, from + step);
          found[d * players + player]! += (answer - before) / orders.length;
          before = answer;
        }
        from += between;
      }
    const { values, standardErrors } = meanOfDraws(found, players);
    return { values, standardErrors: isExact ? new Float64Array(players) : standardErrors };
  };
  return { coalitions, looks, isExact, worths };
}
