import type { GainConstraint } from './box-forest.ts';
import type { BoxLeaves } from './box-leaves.ts';

/** Steps of the search for the best price of a gain; any price gives a bound. */
const STEPS = 24;

/** What the rows of a box that meet a goal cost at least beyond its cheapest row. */
export interface CostBound {
  /** +∞ where none meets it. */
  readonly bound: number;
  /** Leaf of each tree that rows come to that are cheap by this bound; null where there is no bound. */
  readonly leaves: Int32Array | null;
}

/**
 * A lower bound on the cost of rows whose gains add up to what is needed. Each tree chooses its leaf for itself, by its cost less its
 * gain at a price (Lagrangian relaxation: Geoffrion, Mathematical Programming Study 2, 1974): the sum of the choices and the price of what is
 * needed is no more than the cost of any row that meets the need, whatever the price. The best price is found where the lines that two
 * prices give meet.
 */
export function costBound(leaves: BoxLeaves, { gains, need }: GainConstraint, enough: number): CostBound {
  const trees = leaves.starts.length - 1;
  const chosen = new Int32Array(trees);
  const at = (price: number): readonly [value: number, slope: number] => {
    let [value, slope] = [price * need, need];
    for (let tree = 0; tree < trees; tree++) {
      let best = Number.POSITIVE_INFINITY;
      let gain = 0;
      const end = leaves.starts[tree + 1]!;
      for (let k = leaves.starts[tree]!; k < end; k++) {
        const node = leaves.node[k]!;
        const reduced = leaves.cost[k]! - price * gains[node]!;
        if (reduced > best || (reduced === best && gains[node]! <= gain)) continue;
        best = reduced;
        gain = gains[node]!;
        chosen[tree] = node;
      }
      value += best;
      slope -= gain;
    }
    return [value, slope];
  };
  let [low, lowValue, lowSlope] = [0, ...at(0)];
  if (lowSlope <= 0) return { bound: 0, leaves: chosen };
  if (mostGain(leaves, gains) < need) return { bound: Number.POSITIVE_INFINITY, leaves: null };
  let price = 1;
  let [value, slope] = at(price);
  while (slope > 0 && value < enough && price < 1e30) {
    [low, lowValue, lowSlope] = [price, value, slope];
    price *= 4;
    [value, slope] = at(price);
  }
  let best = Math.max(value, lowValue);
  let [high, highValue, highSlope] = [price, value, slope];
  for (let step = 0; step < STEPS && best < enough && highSlope < 0; step++) {
    // Where the lines through both ends meet.
    const next = (lowValue - lowSlope * low - (highValue - highSlope * high)) / (highSlope - lowSlope);
    if (!(next > low && next < high)) break;
    [value, slope] = at(next);
    if (value <= best * (1 + 1e-12)) step += 4;
    best = Math.max(best, value);
    if (slope > 0) [low, lowValue, lowSlope] = [next, value, slope];
    else [high, highValue, highSlope] = [next, value, slope];
  }
  if (slope > 0) at(high);
  return { bound: Math.max(0, best), leaves: chosen };
}

function mostGain(leaves: BoxLeaves, gains: Float64Array): number {
  let sum = 0;
  for (let tree = 0; tree + 1 < leaves.starts.length; tree++) {
    let most = Number.NEGATIVE_INFINITY;
    const end = leaves.starts[tree + 1]!;
    for (let k = leaves.starts[tree]!; k < end; k++) most = Math.max(most, gains[leaves.node[k]!]!);
    sum += most;
  }
  return sum;
}
