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
  /** Whether the same answers would come of all coalitions. */
  readonly isExact: boolean;
  /** What the players are worth by the answers of nobody, of all, and of the coalitions. */
  worths(none: number, all: number, answers: ArrayLike<number>): PlayerWorths;
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
