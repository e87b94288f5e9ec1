/** Which row takes a process down, when all that can be seen is that it died. Pure. */

/** Whether a process lives through the rows `[from, to)`. */
export type SurvivalProbe = (from: number, to: number) => Promise<boolean>;

/**
 * A row of `[from, to)` that is deadly by itself, found in as many looks as the count of rows has bits, and one; null
 * where no single row is to blame: all of them together pass, or each half does.
 */
export async function findDeadly(survives: SurvivalProbe, from: number, to: number): Promise<number | null> {
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (await survives(low, middle)) low = middle;
    else high = middle;
  }
  return low < high && !(await survives(low, high)) ? low : null;
}
