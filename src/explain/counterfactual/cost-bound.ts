import type { GainConstraint } from './box-forest.ts';
import type { BoxLeaves } from './box-leaves.ts';

/** Steps of the search for the best price of a gain; any price gives a bound. */
const STEPS = 24;
const MOST_PRICE = 1e30;

/** What the rows of a box that meet a goal cost at least beyond its cheapest row. */
export interface CostBound {
  /** +∞ where none meets it. */
  readonly bound: number;
  /** Leaf of each tree that rows come to that are cheap by this bound; null where there is no bound. */
  readonly leaves: Int32Array | null;
}

/** The bound at one price, and how it changes with it. */
interface PricedBound {
  readonly price: number;
  readonly value: number;
  readonly slope: number;
}

/**
 * Bounds the cost of rows whose gains add up to what is needed. Each tree chooses its leaf for itself, by its cost less its gain at a
 * price (Lagrangian relaxation: Geoffrion, Mathematical Programming Study 2, 1974): the sum of the choices and the price of what is needed is
 * no more than the cost of any row that meets the need, whatever the price. The best price is found where the lines that two prices give
 * meet. One is made for each forest, and used again and again.
 */
export class CostBounds {
  /** Leaves that may be chosen: of each tree first that of the cheapest row, then those that gain more. */
  readonly #starts: Int32Array;
  readonly #node: Int32Array;
  readonly #cost: Float64Array;
  readonly #gain: Float64Array;
  readonly #chosen: Int32Array;
  /** Leaves that were looked at. */
  looks = 0;

  constructor({ starts, node }: BoxLeaves) {
    this.#starts = new Int32Array(starts.length);
    this.#node = new Int32Array(node.length);
    this.#cost = new Float64Array(node.length);
    this.#gain = new Float64Array(node.length);
    this.#chosen = new Int32Array(starts.length - 1);
  }

  /** Of a box whose leaves were found. `enough`: a bound from which on none better is sought. */
  bound(leaves: BoxLeaves, { gains, need }: GainConstraint, enough: number): CostBound {
    const most = this.#take(leaves, gains);
    let low = this.#at(0, need);
    if (low.slope <= 0) return { bound: 0, leaves: this.#leaves() };
    if (most < need) return { bound: Number.POSITIVE_INFINITY, leaves: null };
    let high = this.#at(1, need);
    while (high.slope > 0 && high.value < enough && high.price < MOST_PRICE) {
      low = high;
      high = this.#at(4 * high.price, need);
    }
    let best = Math.max(low.value, high.value);
    let last = high;
    for (let step = 0; step < STEPS && best < enough && high.slope < 0; step++) {
      // Where the lines through both ends meet.
      const price =
        (low.value - low.slope * low.price - (high.value - high.slope * high.price)) /
        (high.slope - low.slope);
      if (!(price > low.price && price < high.price)) break;
      last = this.#at(price, need);
      const isBetter = last.value > best * (1 + 1e-12);
      best = Math.max(best, last.value);
      if (last.slope > 0) low = last;
      else high = last;
      if (!isBetter) break;
    }
    if (last !== high) this.#at(high.price, need);
    return { bound: Math.max(0, best), leaves: this.#leaves() };
  }

  /** Takes the leaves of a box that some price may choose, and says what all trees gain at most. */
  #take(leaves: BoxLeaves, gains: Float64Array): number {
    let taken = 0;
    let sum = 0;
    for (let tree = 0; tree + 1 < leaves.starts.length; tree++) {
      const [from, end] = [leaves.starts[tree]!, leaves.starts[tree + 1]!];
      let own = from;
      for (let k = from; k < end; k++) if (leaves.cost[k]! === 0) own = k;
      this.#starts[tree] = taken;
      const gained = gains[leaves.node[own]!]!;
      let most = gained;
      this.#put(taken++, leaves.node[own]!, 0, gained);
      for (let k = from; k < end; k++) {
        const gain = gains[leaves.node[k]!]!;
        if (gain <= gained) continue;
        this.#put(taken++, leaves.node[k]!, leaves.cost[k]!, gain);
        if (gain > most) most = gain;
      }
      sum += most;
    }
    this.#starts[leaves.starts.length - 1] = taken;
    return sum;
  }

  #put(at: number, node: number, cost: number, gain: number): void {
    this.#node[at] = node;
    this.#cost[at] = cost;
    this.#gain[at] = gain;
  }

  #at(price: number, need: number): PricedBound {
    let [value, slope] = [price * need, need];
    const [cost, gain, starts] = [this.#cost, this.#gain, this.#starts];
    const trees = starts.length - 1;
    for (let tree = 0; tree < trees; tree++) {
      let chosen = starts[tree]!;
      const end = starts[tree + 1]!;
      let best = cost[chosen]! - price * gain[chosen]!;
      for (let k = chosen + 1; k < end; k++) {
        const reduced = cost[k]! - price * gain[k]!;
        if (reduced < best || (reduced === best && gain[k]! > gain[chosen]!)) {
          best = reduced;
          chosen = k;
        }
      }
      value += best;
      slope -= gain[chosen]!;
      this.#chosen[tree] = chosen;
    }
    this.looks += starts[trees]!;
    return { price, value, slope };
  }

  #leaves(): Int32Array {
    return this.#chosen.map((k) => this.#node[k]!);
  }
}
