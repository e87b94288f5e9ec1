/** Pure. How a game is asked: which coalitions, and what the answers come to. */

/** Whether a player is known. */
export type Coalition = (player: number) => boolean;

/** What players are worth in one game. */
export interface PlayerWorths {
  readonly values: Float64Array;
  /** Of each value, over the draws that were made; NaN where one draw alone was. */
  readonly standardErrors: Float64Array;
}

/** Coalitions to ask beside that of nobody and that of all. */
export interface GamePlan {
  readonly coalitions: readonly Coalition[];
  /** Counts of coalitions, ascending, after which the answers so far are worths already; none where all are needed. */
  readonly looks?: readonly number[];
  /** Whether the same answers would come of all coalitions. */
  readonly isExact: boolean;
  /** What the players are worth by the answers of nobody, of all, and of the coalitions, or of the first of them by `looks`. */
  worths(none: number, all: number, answers: ArrayLike<number>): PlayerWorths;
}

/** Standard error that is near enough, of the largest value: less than half of the last of 24 places of a bar. */
const NEAR = 0.01;

/** Whether all that is left to chance is small beside what players are worth, in games with the same players. */
export function isNear(games: readonly PlayerWorths[]): boolean {
  const largest = (cells: readonly number[]) =>
    cells.reduce((most, cell) => Math.max(most, Math.abs(cell)), 0);
  const errors = games.flatMap(({ standardErrors }) => Array.from(standardErrors));
  // NaN is near to nothing.
  return largest(errors) <= NEAR * largest(games.flatMap(({ values }) => Array.from(values)));
}

/** Mean of draws, `[draws, players]`, and its standard error. */
export function meanOfDraws(draws: Float64Array, players: number): PlayerWorths {
  const count = draws.length / players;
  const values = new Float64Array(players);
  for (const [k, value] of draws.entries()) values[k % players]! += value / count;
  const squares = new Float64Array(players);
  for (const [k, value] of draws.entries()) squares[k % players]! += (value - values[k % players]!) ** 2;
  return { values, standardErrors: squares.map((square) => Math.sqrt(square / (count * (count - 1)))) };
}
