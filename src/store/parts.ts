/** Work on many rows that lets the process do other things between its parts. */
import { setImmediate as turn } from 'node:timers/promises';

/** Does the work on `size` rows at a time and answers what came of each part, in order. */
export async function inParts<R, T>(
  rows: readonly R[],
  size: number,
  work: (part: readonly R[]) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  for (let i = 0; i < rows.length; i += size) {
    if (i > 0) await turn();
    results.push(await work(rows.slice(i, i + size)));
  }
  return results;
}
