/** Shapley values of games whose every answer is known (Shapley, Contributions to the Theory of Games II, 1953). Pure. */

/** (a - 1)! c! / (a + c)!, the weight of one of `a` players against `c`; 0 where there is none. */
export function shapleyWeight(a: number, c: number): number {
  if (a === 0) return 0;
  // 1 / (a · C(a + c, a)).
  let ways = 1;
  for (let k = 1; k <= a; k++) ways = (ways * (c + k)) / k;
  return 1 / (a * ways);
}

/** Bits that are set. */
export function popcount(pattern: number): number {
  let count = 0;
  for (let rest = pattern; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** What each player adds, on average over the orders in which they may come; `answers` has that of each coalition by its bits. */
export function shapleyValues(answers: ArrayLike<number>, players: number): Float64Array {
  const values = new Float64Array(players);
  for (let known = 0; known < answers.length; known++) {
    const size = popcount(known);
    // size! (players - size - 1)! / players!.
    const weight = shapleyWeight(players - size, size);
    for (let player = 0; player < players; player++)
      if (((known >> player) & 1) === 0)
        values[player]! += weight * (answers[known | (1 << player)]! - answers[known]!);
  }
  return values;
}
