import { elementAt } from '../../core/element-at.ts';
import { inverseCholesky } from '../../statistics/linear-algebra.ts';
import type { Coalition, GamePlan, PlayerWorths } from './game-plan.ts';
import { type CoalitionPair, kernelPairs } from './kernel-coalitions.ts';

/** Pure. */

/**
 * KernelSHAP (Lundberg & Lee, NIPS 2017): the additive game that is closest to the one asked, by the Shapley kernel, and equal to it for
 * nobody and for all. No player is left out of it. Asked of all coalitions it gives the Shapley values themselves. Standard
 * errors are those of a weighted regression whose coalitions were drawn at random (Covert & Lee, AISTATS 2021).
 */
export function kernelPlan(players: number, budget: number, seed: number): GamePlan {
  if (players <= 1) return lonePlan(players);
  const pairs = kernelPairs(players, budget, seed);
  const coalitions = pairs.flatMap(({ members }): readonly Coalition[] => {
    const isMember = new Uint8Array(players);
    for (const member of members) isMember[member] = 1;
    return [(player) => isMember[player] === 1, (player) => isMember[player] === 0];
  });
  const rows = coalitions.map((coalition) => designRow(coalition, players));
  const solution = solve(rows, pairs, players - 1);
  const isExact = pairs.every(({ draws }) => draws === 0);
  const worths = (none: number, all: number, answers: ArrayLike<number>): PlayerWorths => {
    // The worth of the last player is what the others leave of all.
    const rest = Array.from(
      coalitions,
      (coalition, c) => elementAt(answers, c) - none - (coalition(players - 1) ? all - none : 0),
    );
    const values = new Float64Array(players);
    for (const [c, target] of rest.entries()) addTo(values, elementAt(solution, c), target);
    values[players - 1] = values.reduce(
      (left, value, k) => (k < players - 1 ? left - value : left),
      all - none,
    );
    const errors = rest.map((target, c) => target - product(elementAt(rows, c), values));
    const standardErrors = isExact ? new Float64Array(players) : errorsOf(pairs, solution, errors, players);
    return { values, standardErrors };
  };
  return { coalitions, isExact, worths };
}

/** Of no player, or of one, who has all. */
const lonePlan = (players: number): GamePlan => ({
  coalitions: [],
  isExact: true,
  worths: (none, all) => ({
    values: new Float64Array(players).fill(all - none),
    standardErrors: new Float64Array(players),
  }),
});

/** Which players but the last are in a coalition, against the last. */
function designRow(coalition: Coalition, players: number): Float64Array {
  const last = Number(coalition(players - 1));
  return Float64Array.from({ length: players - 1 }, (_, k) => Number(coalition(k)) - last);
}

/** What the answer to each coalition adds to each player but the last: (Zᵀ W Z)⁻¹ Zᵀ W. */
function solve(
  rows: readonly Float64Array[],
  pairs: readonly CoalitionPair[],
  n: number,
): readonly Float64Array[] {
  const normal = new Float64Array(n * n);
  for (const [c, row] of rows.entries()) {
    const weight = weightAt(pairs, c);
    for (let i = 0; i < n; i++)
      if (row[i] !== 0) for (let j = 0; j <= i; j++) normal[i * n + j]! += weight * row[i]! * row[j]!;
  }
  const root = inverseCholesky(normal, n);
  return rows.map((row, c) => {
    const half = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) half[i]! += root[i * n + j]! * row[j]!;
    const out = new Float64Array(n);
    for (let i = 0; i < n; i++)
      addTo(out, root.subarray(i * n, i * n + i + 1), half[i]! * weightAt(pairs, c));
    return out;
  });
}

/** Both coalitions of a pair weigh alike. */
const weightAt = (pairs: readonly CoalitionPair[], c: number): number => elementAt(pairs, c >> 1).weight / 2;

/** The spread of what pairs drawn at random add to the solution, as often as each was drawn. */
function errorsOf(
  pairs: readonly CoalitionPair[],
  solution: readonly Float64Array[],
  errors: readonly number[],
  players: number,
): Float64Array {
  const draws = pairs.reduce((sum, pair) => sum + pair.draws, 0);
  const total = new Float64Array(players);
  const squares = new Float64Array(players);
  for (const [p, pair] of pairs.entries()) {
    if (pair.draws === 0) continue;
    const added = new Float64Array(players);
    for (const c of [2 * p, 2 * p + 1]) addTo(added, elementAt(solution, c), elementAt(errors, c));
    added[players - 1] = -added.reduce((sum, value) => sum + value, 0);
    for (const [k, value] of added.entries()) {
      total[k]! += value;
      squares[k]! += value ** 2 / pair.draws;
    }
  }
  const scale = draws / Math.max(1, draws - players);
  return squares.map((square, k) => Math.sqrt(scale * Math.max(0, square - total[k]! ** 2 / draws)));
}

function addTo(target: Float64Array, row: Float64Array, factor: number): void {
  for (let k = 0; k < row.length; k++) target[k]! += factor * row[k]!;
}

function product(row: Float64Array, values: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += row[k]! * values[k]!;
  return sum;
}
