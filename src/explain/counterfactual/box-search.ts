import { type BoxForest, boxForest } from './box-forest.ts';
import { BoxHeap, type OpenBox } from './box-heap.ts';
import { BoxLeaves } from './box-leaves.ts';
import { CostBounds } from './cost-bound.ts';
import type { ForestProblem } from './forest-problem.ts';
import { greedyVertex, Incumbent, type WantedChoices } from './incumbent.ts';
import {
  cheapestCommon,
  cheapestValue,
  dropFrom,
  holdsValue,
  intersect,
  leastCost,
  wholeBox,
} from './value-sets.ts';
import { cheapestVertex, vertexOf } from './vertex.ts';

/** Two costs that differ by less are the same. */
export const SAME_COST = 5e-10;
/** Boxes after which a forest is not written down anew, although the best known row has become cheaper. */
const FRESH_BOXES = 200;

/** Cells of open boxes that are kept, of four bytes each. */
const MOST_CELLS = 2 ** 27;
/** Of so many boxes one gives a row to try. */
const OFFERED = 4;

/** What a search came to. */
export interface BoxSearchResult {
  /** Value of each column in the cheapest row that was found; null where none was. */
  readonly choices: Int32Array | null;
  readonly cost: number;
  /** No row that is answered as wanted costs less, to `SAME_COST`; +∞ where it is proved that there is none. */
  readonly lowerBound: number;
  /** Nodes and leaves of trees that were looked at. */
  readonly work: number;
}

/**
 * The cheapest row that a forest answers as wanted: branch and bound over boxes of values, best first, with the bound of `costBound`. What
 * the bound lets pass the model itself decides. `starts`: rows from which cheaper ones may be found. Null where the forest cannot be
 * written down.
 */
export function searchBoxes(
  problem: ForestProblem,
  isWanted: WantedChoices,
  starts: readonly Int32Array[],
  budget: number,
): BoxSearchResult | null {
  const whole = boxForest(problem, Number.POSITIVE_INFINITY);
  if (whole === null) return null;
  const incumbent = new Incumbent(isWanted);
  const origin = cheapestVertex(whole, wholeBox(whole.layout));
  incumbent.offer(whole, origin);
  const greedy = greedyVertex(whole, origin);
  if (greedy !== null) incumbent.offer(whole, greedy);
  for (const start of starts) {
    const vertex = vertexOf(whole, start);
    if (vertex !== null) incumbent.offer(whole, vertex);
  }
  let work = 0;
  for (;;) {
    const forest = boxForest(problem, incumbent.cost - SAME_COST) ?? whole;
    const search = new BoxSearch(forest, incumbent);
    const { lowerBound, isFresh } = search.run(budget - work);
    work += search.work;
    if (isFresh) continue;
    return { choices: incumbent.choices, cost: incumbent.cost, lowerBound, work };
  }
}

/** One look through the boxes of one forest. */
class BoxSearch {
  readonly #forest: BoxForest;
  readonly #incumbent: Incumbent;
  readonly #leaves: BoxLeaves;
  readonly #bounds: CostBounds;
  readonly #open = new BoxHeap();
  readonly #votes: Float64Array;
  #numbers = 0;

  constructor(forest: BoxForest, incumbent: Incumbent) {
    this.#forest = forest;
    this.#incumbent = incumbent;
    this.#leaves = new BoxLeaves(forest);
    this.#bounds = new CostBounds(this.#leaves);
    this.#votes = new Float64Array(forest.questionAt.length);
  }

  get work(): number {
    return this.#leaves.visits + this.#bounds.looks;
  }

  /** Until the best is proved, the budget or the memory is spent, or (`isFresh`) the forest had better be written down for a cheaper row. */
  run(budget: number): { readonly lowerBound: number; readonly isFresh: boolean } {
    const before = this.#incumbent.cost;
    const cells = this.#forest.layout.slots.at(-1)! + 2 * this.#forest.layout.isOrdered.length;
    this.#look(wholeBox(this.#forest.layout), null, 0);
    for (;;) {
      const next = this.#open.pop();
      const { cost } = this.#incumbent;
      if (next === null || next.bound >= cost - SAME_COST) return { lowerBound: cost, isFresh: false };
      if (this.work > budget || this.#open.size * cells > MOST_CELLS)
        return { lowerBound: next.bound, isFresh: false };
      if (cost < before && this.#numbers < FRESH_BOXES) return { lowerBound: next.bound, isFresh: true };
      for (const side of this.#sides(next)) this.#look(side, next.askers, next.bound);
    }
  }

  #sides({ box, question, column }: OpenBox): readonly Int32Array[] {
    const { layout, sets, questionAt } = this.#forest;
    const [from, at] = [layout.slots[column]!, questionAt[question]!];
    const [left, right] = [box.slice(), box.slice()];
    intersect(layout, column, left, from, sets, at);
    intersect(layout, column, right, from, sets, at + layout.slots[column + 1]! - from);
    return [left, right];
  }

  /** Bounds a box, offers rows of it, and keeps it open where a cheaper row may be inside. */
  #look(box: Int32Array, askers: Float64Array | null, above: number): void {
    const forest = this.#forest;
    const least = leastCost(forest.layout, box);
    if (least >= this.#incumbent.cost - SAME_COST) return;
    this.#trim(box, least);
    const leaves = this.#leaves;
    leaves.find(box, askers);
    const enough = this.#incumbent.cost - SAME_COST - least;
    const { bound, chosen } = this.#bound(enough);
    if (bound >= enough) return;
    if (this.#numbers % OFFERED === 0)
      this.#incumbent.offer(forest, cheapestVertex(forest, this.#asChosen(box, chosen)));
    if (bound === 0) this.#incumbent.offer(forest, cheapestVertex(forest, box));
    if (Math.max(above, least + bound) >= this.#incumbent.cost - SAME_COST) return;
    const node = this.#parting(box, chosen);
    if (node < 0) return;
    this.#open.push({
      bound: Math.max(above, least + bound),
      ...{ box, askers: leaves.askers.slice(), number: this.#numbers++ },
      ...{ question: forest.question[node]!, column: forest.column[node]! },
    });
  }

  /** Of the goals the one that is cheapest to meet, by its constraint that is most expensive. */
  #bound(enough: number): { readonly bound: number; readonly chosen: Int32Array | null } {
    let best: { bound: number; chosen: Int32Array | null } = {
      bound: Number.POSITIVE_INFINITY,
      chosen: null,
    };
    for (const goal of this.#forest.goals) {
      let most: { bound: number; chosen: Int32Array | null } = { bound: -1, chosen: null };
      for (const constraint of goal) {
        const { bound, leaves } = this.#bounds.bound(this.#leaves, constraint, Math.min(enough, best.bound));
        if (bound > most.bound) most = { bound, chosen: leaves };
        if (bound >= Math.min(enough, best.bound)) break;
      }
      if (most.bound < best.bound) best = most;
    }
    return best;
  }

  /** Takes away the values that are too expensive beside the cheapest of the other columns. */
  #trim(box: Int32Array, least: number): void {
    const { layout } = this.#forest;
    const most = this.#incumbent.cost - SAME_COST - least;
    if (most === Number.POSITIVE_INFINITY) return;
    for (let k = 0; k < layout.isOrdered.length; k++)
      dropFrom(layout, k, box, most + layout.costs[cheapestValue(layout, k, box)]!);
  }

  /** The part of a box that most of the chosen leaves agree on. */
  #asChosen(box: Int32Array, chosen: Int32Array | null): Int32Array {
    const agreed = box.slice();
    const { parent, column, sets, layout } = this.#forest;
    for (const leaf of chosen ?? [])
      for (let node = parent[leaf]!, below = leaf; node >= 0; below = node, node = parent[node]!) {
        const k = column[node]!;
        const [from, at] = [layout.slots[k]!, this.#setAt(node, below)];
        if (cheapestCommon(layout, k, agreed, from, sets, at) >= 0)
          intersect(layout, k, agreed, from, sets, at);
      }
    return agreed;
  }

  /** Where the set is that comes from a node to the child `below`. */
  #setAt(node: number, below: number): number {
    const { setAt, left, column, layout } = this.#forest;
    const width = layout.slots[column[node]! + 1]! - layout.slots[column[node]!]!;
    return setAt[node]! + (left[node] === below ? 0 : width);
  }

  /** A node whose question parts a box: the one for which most of the chosen leaves change the cheapest row; -1 where all is decided. */
  #parting(box: Int32Array, chosen: Int32Array | null): number {
    const { parent, column, question, questionAt, left, sets, layout } = this.#forest;
    const votes = this.#votes.fill(0);
    const cheapest = cheapestVertex(this.#forest, box);
    let best = -1;
    for (const leaf of chosen ?? [])
      for (let node = parent[leaf]!, below = leaf; node >= 0; below = node, node = parent[node]!) {
        const k = column[node]!;
        const isLeft = holdsValue(layout, k, sets, questionAt[question[node]!]!, cheapest[k]!);
        if (isLeft === (left[node] === below)) continue;
        const count = ++votes[question[node]!]!;
        if (best < 0 || count > votes[question[best]!]!) best = node;
      }
    return best < 0 ? this.#leaves.undecided : best;
  }
}
