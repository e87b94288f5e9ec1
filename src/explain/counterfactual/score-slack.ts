import type { DecisionTrees } from '../trees/decision-trees.ts';

/** How far the sums of trees in another order, or in another precision, may be from the model's own. */
export interface ScoreSlack {
  readonly rounding: number;
  /** Where all sums are whole multiples of a number, that number; else 0. */
  readonly quantum: number;
}

/** What the sums of trees may differ by, where each addition rounds by half of `unit` (Higham, 2002, §4.2). */
export function scoreSlack(
  { values, valueWidth, roots, left }: DecisionTrees,
  base: Float64Array,
  { unit, divisor }: { readonly unit: number; readonly divisor: number },
): ScoreSlack {
  let most = base.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  let isWhole = base.every((value) => value === 0);
  for (const [tree, root] of roots.entries()) {
    let largest = 0;
    const end = roots[tree + 1] ?? left.length;
    for (let node = root; node < end; node++)
      for (let k = node * valueWidth; k < (node + 1) * valueWidth && left[node] === -1; k++) {
        const value = values[k]!;
        largest = Math.max(largest, Math.abs(value));
        isWhole &&= Math.abs(value * divisor - Math.round(value * divisor)) < 1e-9;
      }
    most += largest;
  }
  return { rounding: 2 * (roots.length + 1) * unit * most, quantum: isWhole ? 1 / divisor : 0 };
}
