/**
 * Weights of several arms that are learnt while they are tried: top-two Thompson sampling (Russo, arXiv 1602.08448)
 * with a floor, so that every arm stays measurable. Only new units are given the new weights, and each decision is
 * recorded with its propensity. Randomness is injected. Pure.
 */

import type { Random } from '../../core/ports.ts';
import { addAt } from '../../core/vector.ts';
import { NO_MOMENTS, type SampleMoments } from './moments.ts';

/** What is believed of an arm's mean. */
export interface ArmPosterior {
  readonly mean: number;
  readonly deviation: number;
}

export interface BanditOptions {
  /** Smallest weight of an arm. */
  readonly floor: number;
  /** Draws that the probability of being best is estimated from. */
  readonly draws: number;
}

const BANDIT: BanditOptions = { floor: 0.01, draws: 10_000 };

/** Weights that sum to 1: the propensity of each arm for units assigned from now on. */
export function topTwoWeights(
  arms: readonly ArmPosterior[],
  random: Random,
  options = BANDIT,
): readonly number[] {
  const best = chancesOfBest(arms, options.draws, random);
  // Half of the draws go to the leader, half to the runner-up: the best of those draws in which the leader was not.
  const topTwo = best.map(
    (p, i) =>
      p * 0.5 + 0.5 * best.reduce((sum, q, j) => sum + (j === i || q === 1 ? 0 : (q * p) / (1 - q)), 0),
  );
  const total = topTwo.reduce((sum, weight) => sum + weight, 0);
  const free = 1 - arms.length * options.floor;
  return topTwo.map((weight) => options.floor + (free * weight) / total);
}

/** Share of draws in which each arm is best; an arm never seen to be is counted with half a draw. */
function chancesOfBest(arms: readonly ArmPosterior[], draws: number, random: Random): readonly number[] {
  const wins = arms.map(() => 0.5);
  for (let i = 0; i < draws; i++) {
    let leader = 0;
    let most = -Infinity;
    arms.forEach(({ mean, deviation }, j) => {
      const value = mean + deviation * drawNormal(random);
      if (value > most) {
        most = value;
        leader = j;
      }
    });
    addAt(wins, leader);
  }
  const total = draws + arms.length / 2;
  return wins.map((count) => count / total);
}

/** Box and Muller. */
const drawNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log1p(-random.next())) * Math.cos(2 * Math.PI * random.next());

/** One unit: the arm that it was given, with what probability, and what came of it. */
export interface AssignedOutcome {
  readonly arm: number;
  readonly propensity: number;
  readonly value: number;
}

/**
 * Moments of an arm under changing weights: units of other arms count with 0, its own with value/propensity, which
 * makes the mean that of the arm had everybody been given it.
 */
export const weightedMoments = (units: Iterable<AssignedOutcome>, arm: number): SampleMoments => {
  let { n, sum, squares } = NO_MOMENTS;
  for (const unit of units) {
    const value = unit.arm === arm ? unit.value / unit.propensity : 0;
    n++;
    sum += value;
    squares += value * value;
  }
  return { n, sum, squares };
};
