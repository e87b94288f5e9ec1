import { shapleyValues } from '../../statistics/shapley.ts';
import type { Coalition, GamePlan } from './game-plan.ts';

/** Pure. Every coalition: Shapley values by their definition. */
export function allCoalitions(players: number): GamePlan {
  const coalitions = Array.from(
    { length: Math.max(0, 2 ** players - 2) },
    (_, before): Coalition =>
      (player) =>
        (((before + 1) >> player) & 1) === 1,
  );
  return {
    coalitions,
    isExact: true,
    worths: (none, all, answers) => ({
      values: shapleyValues(players === 0 ? [none] : [none, ...Array.from(answers), all], players),
      standardErrors: new Float64Array(players),
    }),
  };
}
