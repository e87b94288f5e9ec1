import { type BoxForest, boxForest, type ForestProblem, lowestBit, wholeBox } from './box-forest.ts';
import { BoxHeap, type OpenBox } from './box-heap.ts';
import { BoxLeaves, leastCost } from './box-leaves.ts';
import { CostBounds } from './cost-bound.ts';
import { greedyVertex, Incumbent, type WantedChoices } from './incumbent.ts';
import { cheapestVertex, vertexOf } from './vertex.ts';

/** Two costs that differ by less are the same. */
export const SAME_COST = 5e-10;
/** Boxes after which a forest is not written down anew, although the best known row has become cheaper. */
const FRESH_BOXES = 200;

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
  const origin = cheapestVertex(whole, wholeBox(whole));
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

  /** Until the best is proved, the budget is spent, or (`isFresh`) the forest had better be written down for a cheaper row. */
  run(budget: number): { readonly lowerBound: number; readonly isFresh: boolean } {
    const before = this.#incumbent.cost;
    this.#look(wholeBox(this.#forest), null, 0);
    for (;;) {
      const next = this.#open.pop();
      const { cost } = this.#incumbent;
      if (next === null || next.bound >= cost - SAME_COST) return { lowerBound: cost, isFresh: false };
      if (this.work > budget) return { lowerBound: next.bound, isFresh: false };
      if (cost < before && this.#numbers < FRESH_BOXES) return { lowerBound: next.bound, isFresh: true };
      for (const side of this.#sides(next)) this.#look(side, next.askers, next.bound);
    }
  }

  #sides({ box, question, column }: OpenBox): readonly Uint32Array[] {
    const { words, masks, questionAt } = this.#forest;
    const at = questionAt[question]!;
    const [left, right] = [box.slice(), box.slice()];
    for (let word = words[column]!; word < words[column + 1]!; word++) {
      const bits = masks[at + word - words[column]!]!;
      left[word] = box[word]! & bits;
      right[word] = box[word]! & ~bits;
    }
    return [left, right];
  }

  /** Bounds a box, offers rows of it, and keeps it open where a cheaper row may be inside. */
  #look(box: Uint32Array, askers: Float64Array | null, above: number): void {
    const forest = this.#forest;
    const least = leastCost(forest, box);
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
  #trim(box: Uint32Array, least: number): void {
    const { words, costs } = this.#forest;
    const most = this.#incumbent.cost - SAME_COST - least;
    if (most === Number.POSITIVE_INFINITY) return;
    for (let k = 0; k + 1 < words.length; k++) {
      const limit = most + costs[lowestBit(box, words[k]!, words[k + 1]!)]!;
      for (let bit = 32 * words[k + 1]! - 1; bit >= 32 * words[k]! && costs[bit]! >= limit; bit--)
        box[bit >> 5]! &= ~(1 << (bit & 31));
    }
  }

  /** The part of a box that most of the chosen leaves agree on. */
  #asChosen(box: Uint32Array, chosen: Int32Array | null): Uint32Array {
    const agreed = box.slice();
    const { parent, column, words } = this.#forest;
    for (const leaf of chosen ?? [])
      for (let node = parent[leaf]!, below = leaf; node >= 0; below = node, node = parent[node]!) {
        const [from, to] = [words[column[node]!]!, words[column[node]! + 1]!];
        const at = this.#maskAt(node, below);
        let some = 0;
        for (let word = from; word < to; word++)
          some |= agreed[word]! & this.#forest.masks[at + word - from]!;
        if (some === 0) continue;
        for (let word = from; word < to; word++) agreed[word]! &= this.#forest.masks[at + word - from]!;
      }
    return agreed;
  }

  /** Where the bits are that come from a node to the child `below`. */
  #maskAt(node: number, below: number): number {
    const { maskAt, left, column, words } = this.#forest;
    const width = words[column[node]! + 1]! - words[column[node]!]!;
    return maskAt[node]! + (left[node] === below ? 0 : width);
  }

  /** A node whose question parts a box: the one for which most of the chosen leaves change the cheapest row; -1 where all is decided. */
  #parting(box: Uint32Array, chosen: Int32Array | null): number {
    const { parent, column, question, questionAt, left, masks, words } = this.#forest;
    const votes = this.#votes.fill(0);
    let best = -1;
    for (const leaf of chosen ?? [])
      for (let node = parent[leaf]!, below = leaf; node >= 0; below = node, node = parent[node]!) {
        const k = column[node]!;
        const bit = lowestBit(box, words[k]!, words[k + 1]!) - 32 * words[k]!;
        const isLeft = ((masks[questionAt[question[node]!]! + (bit >> 5)]! >>> (bit & 31)) & 1) === 1;
        if (isLeft === (left[node] === below)) continue;
        const count = ++votes[question[node]!]!;
        if (best < 0 || count > votes[question[best]!]!) best = node;
      }
    return best < 0 ? this.#leaves.undecided : best;
  }
}
