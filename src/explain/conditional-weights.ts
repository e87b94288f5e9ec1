import { elementAt } from '../core/element-at.ts';
import { seededRandom, shuffle } from '../core/random.ts';
import { inverseCholesky } from '../statistics/linear-algebra.ts';
import { popcount, shapleyWeight } from '../statistics/shapley.ts';

/** Pure. Shapley values of linear games whose unknown columns have their mean given the known ones. */

/** Columns of a linear model, and who plays them. */
export interface LinearGame {
  /** Of each column. */
  readonly coefficients: Float64Array;
  /** Correlations of the columns, `[columns, columns]`, positive definite. */
  readonly correlations: Float64Array;
  /** Columns of each player. */
  readonly columns: readonly (readonly number[])[];
}

/** `[players, columns]`: what a player's value takes of each column's distance from its mean. */
export type ColumnShares = Float64Array;

/** Steps that the coalitions of a game may take, and orders in their stead. */
const STEPS = 2 ** 31;
const MOST_EXACT_PLAYERS = 16;
/** Pairs of orders: twice as many orders as shap takes, in batches whose spread is the error. */
const PAIRS = 1000;
const BATCHES = 10;

/**
 * Over all coalitions one batch; where they are too many, over orders at random, each with its reverse, batches whose mean is the
 * answer. Null where not even a pair a batch is within reach. Of jointly normal columns the mean given some is linear in them (Aas et al.,
 * Artificial Intelligence 298, 2021).
 */
export function conditionalShares(game: LinearGame, seed: number): readonly ColumnShares[] | null {
  const players = game.columns.length;
  const size = game.coefficients.length;
  const each = (size ** 2 * (size / 3 + 1)) | 1;
  if (players <= MOST_EXACT_PLAYERS && 2 ** players * each <= STEPS) return [overCoalitions(game)];
  const pairs = Math.min(PAIRS, Math.floor(STEPS / (2 * (each + players * size ** 2))));
  if (pairs < BATCHES) return null;
  const random = seededRandom(seed);
  const all = game.columns.map((_, player) => player);
  return Array.from({ length: BATCHES }, () => {
    const shares = new Float64Array(players * size);
    const count = Math.floor(pairs / BATCHES);
    for (let pair = 0; pair < count; pair++) {
      const order = shuffle([...all], random);
      for (const way of [order, order.toReversed()]) addOrder(game, way, shares, 1 / (2 * count));
    }
    return shares;
  });
}

function overCoalitions(game: LinearGame): ColumnShares {
  const players = game.columns.length;
  const size = game.coefficients.length;
  const shares = new Float64Array(players * size);
  const all = game.columns.map((_, player) => player);
  for (let known = 1; known < 2 ** players; known++) {
    const order = [...all.filter((k) => (known >> k) & 1), ...all.filter((k) => !((known >> k) & 1))];
    const count = popcount(known);
    const columns = order.flatMap((player) => elementAt(game.columns, player));
    const answer = knownShares(game, columns, [
      columns.length - order.slice(count).flatMap((player) => elementAt(game.columns, player)).length,
    ]);
    for (const player of all) {
      const isKnown = (known >> player) & 1;
      const others = count - isKnown;
      const weight = shapleyWeight(players - others, others) * (isKnown ? 1 : -1);
      addTo(shares, player * size, elementAt(answer, 0), weight);
    }
  }
  return shares;
}

/** Adds what each player of an order adds to those before it. */
function addOrder(game: LinearGame, order: readonly number[], shares: ColumnShares, weight: number): void {
  const size = game.coefficients.length;
  const cuts: number[] = [];
  for (const player of order) cuts.push((cuts.at(-1) ?? 0) + elementAt(game.columns, player).length);
  const answers = knownShares(
    game,
    order.flatMap((player) => elementAt(game.columns, player)),
    cuts,
  );
  for (const [step, player] of order.entries()) {
    addTo(shares, player * size, elementAt(answers, step), weight);
    if (step > 0) addTo(shares, player * size, elementAt(answers, step - 1), -weight);
  }
}

/**
 * What the mean of the game takes of each column where the first ones of `columns`, up to a cut, are known: c_S + c_T Σ_TS Σ_SS⁻¹. Σ_SS⁻¹
 * is WᵀW, with W the inverse of the Cholesky factor, whose first rows are those of every cut.
 */
function knownShares(
  { coefficients, correlations }: LinearGame,
  columns: readonly number[],
  cuts: readonly number[],
): readonly Float64Array[] {
  const n = columns.length;
  const ordered = new Float64Array(n * n);
  for (const [i, row] of columns.entries())
    for (const [j, column] of columns.entries()) ordered[i * n + j] = correlations[row * n + column]!;
  const inverse = inverseCholesky(ordered, n);
  return cuts.map((cut) => {
    const means = new Float64Array(cut);
    for (let t = cut; t < n; t++) {
      const coefficient = coefficients[columns[t]!]!;
      for (let s = 0; s < cut; s++) means[s]! += coefficient * ordered[t * n + s]!;
    }
    const half = new Float64Array(cut);
    for (let i = 0; i < cut; i++) for (let j = 0; j <= i; j++) half[i]! += inverse[i * n + j]! * means[j]!;
    const out = new Float64Array(n);
    for (let i = 0; i < cut; i++) {
      out[columns[i]!]! += coefficients[columns[i]!]!;
      for (let j = 0; j <= i; j++) out[columns[j]!]! += half[i]! * inverse[i * n + j]!;
    }
    return out;
  });
}

function addTo(target: Float64Array, at: number, row: Float64Array, factor: number): void {
  for (let k = 0; k < row.length; k++) target[at + k]! += factor * row[k]!;
}
