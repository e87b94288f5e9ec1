import { CHANGE_COST } from './column-choices.ts';

/** Steps that each add a gain for a cost. */
export interface GainItem {
  /** Of one step; above 0. */
  readonly gain: number;
  readonly cost: number;
  readonly most: number;
}

/** The cheapest steps whose gains add up to what is needed. */
export interface GainPlan {
  /** Steps of each item. */
  readonly steps: readonly number[];
  /** Gain that is left to what may be had in any amount. */
  readonly rest: number;
  /** Without what changed columns cost beyond their distance. */
  readonly cost: number;
  /** False where the search was given up. */
  readonly isProved: boolean;
}

/** Choices of steps that are looked at. */
const MOST_LOOKS = 50_000;

/**
 * The cheapest way to a gain by whole steps of items and, at `rate` gain for a cost of 1, any amount of one thing more: a knapsack
 * (Martello & Toth, 1990, §3.6), branch and bound in the order of gain for cost. Null where there is none.
 */
export function cheapestGain(items: readonly GainItem[], rate: number, need: number): GainPlan | null {
  const order = [...items.keys()]
    .filter((k) => items[k]!.gain / items[k]!.cost > rate)
    .sort((a, b) => items[b]!.gain / items[b]!.cost - items[a]!.gain / items[a]!.cost);
  const steps = new Array<number>(items.length).fill(0);
  let best: GainPlan | null = null;
  let least = Number.POSITIVE_INFINITY;
  let looks = 0;
  const offer = (cost: number, rest: number): void => {
    const changes = steps.filter((count) => count > 0).length + (rest > 0 ? 1 : 0);
    if (!(cost + CHANGE_COST * changes < least)) return;
    least = cost + CHANGE_COST * changes;
    best = { steps: [...steps], rest, cost, isProved: true };
  };
  /** Whether something cheaper than the best could be below. */
  const look = (at: number, left: number, cost: number): boolean => {
    if (left <= 0) {
      offer(cost, 0);
      return true;
    }
    const item = at < order.length ? items[order[at]!]! : null;
    const fastest = item === null ? rate : item.gain / item.cost;
    if (fastest === 0 || cost + left / fastest >= least || looks++ > MOST_LOOKS) return false;
    if (item === null) {
      offer(cost + left / rate, left);
      return true;
    }
    const most = Math.min(item.most, Math.ceil(left / item.gain));
    // Each step less leaves more to what gains less for its cost: below the first that is too expensive all are.
    for (let count = most; count >= 0; count--) {
      steps[order[at]!] = count;
      const isOpen = look(at + 1, left - count * item.gain, cost + count * item.cost);
      if (!isOpen && count < most) break;
    }
    steps[order[at]!] = 0;
    return true;
  };
  look(0, need, 0);
  return best === null ? null : { ...(best as GainPlan), isProved: looks <= MOST_LOOKS };
}
