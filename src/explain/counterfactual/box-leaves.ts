import { type BoxForest, MOST_LEVELS } from './box-forest.ts';
import { cheapestCommon } from './value-sets.ts';

/**
 * The leaves that rows of a box come to, tree by tree, each with what it costs to come there. The cost of a column is shared out among
 * the trees that ask it, so that what the leaves of one row cost together is no more than the row.
 */
export class BoxLeaves {
  readonly #forest: BoxForest;
  /** Nodes that the walk has yet to look at, and what it costs to come there. */
  readonly #waiting: Int32Array;
  readonly #waitingCost: Float64Array;
  readonly #seen: Int32Array;
  #stamp = 0;
  /** Where the leaves of each tree begin, and after the last one where they end. */
  readonly starts: Int32Array;
  readonly node: Int32Array;
  readonly cost: Float64Array;
  /** Trees that ask each column in the box, and may be answered either way. */
  readonly askers: Float64Array;
  /** A node that rows of the box answer either way; -1 where there is none. */
  undecided = -1;
  /** Nodes that were looked at. */
  visits = 0;

  constructor(forest: BoxForest) {
    this.#forest = forest;
    const nodes = forest.column.length;
    this.#waiting = new Int32Array(MOST_LEVELS + 2);
    this.#waitingCost = new Float64Array(MOST_LEVELS + 2);
    this.#seen = new Int32Array(forest.layout.slots.length);
    this.starts = new Int32Array(forest.roots.length);
    this.node = new Int32Array(nodes);
    this.cost = new Float64Array(nodes);
    this.askers = new Float64Array(forest.layout.isOrdered.length);
  }

  /** Finds the leaves of a box. `askers`: of each column at least the trees that ask it in this box. */
  find(box: Int32Array, askers: Float64Array | null): void {
    const { roots, column, left, right, setAt, sets, layout } = this.#forest;
    const { slots, costs } = layout;
    const [waiting, waitingCost] = [this.#waiting, this.#waitingCost];
    let leaves = 0;
    this.undecided = -1;
    this.askers.fill(0);
    for (let tree = 0; tree + 1 < roots.length; tree++) {
      this.starts[tree] = leaves;
      this.#stamp++;
      let count = 1;
      waiting[0] = roots[tree]!;
      waitingCost[0] = 0;
      while (count > 0) {
        count--;
        let node = waiting[count]!;
        const here = waitingCost[count]!;
        for (let k = column[node]!; k >= 0; k = column[node]!) {
          this.visits++;
          const from = slots[k]!;
          const at = setAt[node]!;
          const l = cheapestCommon(layout, k, box, from, sets, at);
          const r = cheapestCommon(layout, k, box, from, sets, at + slots[k + 1]! - from);
          if (r < 0) node = left[node]!;
          else if (l < 0) node = right[node]!;
          else {
            this.undecided = node;
            if (this.#seen[k] !== this.#stamp) {
              this.#seen[k] = this.#stamp;
              this.askers[k]! += 1;
            }
            const all = askers === null ? roots.length - 1 : askers[k]!;
            const apart = (costs[r]! - costs[l]!) / all;
            const isLeft = apart > 0 || (apart === 0 && l < r);
            waiting[count] = isLeft ? right[node]! : left[node]!;
            waitingCost[count++] = here + Math.abs(apart);
            node = isLeft ? left[node]! : right[node]!;
          }
        }
        this.node[leaves] = node;
        this.cost[leaves++] = here;
      }
    }
    this.starts[roots.length - 1] = leaves;
  }
}
