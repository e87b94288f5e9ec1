import type { BoxForest } from './box-forest.ts';
import { costOf, leavesOf, shortfall, type VertexBits, vertexChoices } from './vertex.ts';

/** Whether the model itself answers as wanted where columns take these values. */
export type WantedChoices = (choices: Int32Array) => boolean;

/** Rows that are looked at on the way to a first one. */
const MOST_LOOKS = 200_000;

/** The cheapest row that was found to be answered as wanted, and every look at one. */
export class Incumbent {
  readonly #isWanted: WantedChoices;
  readonly #refused = new Set<string>();
  choices: Int32Array | null = null;
  cost = Number.POSITIVE_INFINITY;

  constructor(isWanted: WantedChoices) {
    this.#isWanted = isWanted;
  }

  /** Takes a row where it is cheaper and answered as wanted, and the cheapest that one column at a time leads to from there. */
  offer(forest: BoxForest, vertex: VertexBits): boolean {
    if (!(costOf(forest, vertex) < this.cost) || !this.#meets(forest, vertex)) return false;
    const lowered = this.#lowered(forest, vertex);
    this.cost = costOf(forest, lowered);
    this.choices = vertexChoices(forest, lowered);
    return true;
  }

  #meets(forest: BoxForest, vertex: VertexBits): boolean {
    const leaves = new Int32Array(forest.roots.length - 1);
    leavesOf(forest, vertex, leaves);
    if (shortfall(forest, leaves) > 0) return false;
    const choices = vertexChoices(forest, vertex);
    const key = choices.join();
    if (this.#refused.has(key)) return false;
    if (this.#isWanted(choices)) return true;
    this.#refused.add(key);
    return false;
  }

  /** Each column back to its cheapest value that will do, until none goes further back. */
  #lowered(forest: BoxForest, vertex: VertexBits): VertexBits {
    const lowered = vertex.slice();
    for (let isLower = true; isLower; ) {
      isLower = false;
      for (const [k, bit] of [...lowered.entries()])
        for (let other = 32 * forest.words[k]!; other < bit; other++) {
          lowered[k] = other;
          if (this.#meets(forest, lowered)) {
            isLower = true;
            break;
          }
          lowered[k] = bit;
        }
    }
    return lowered;
  }
}

/** Goes from a row towards the goals, each time by the change that brings most for its cost; null where none brings anything. */
export function greedyVertex(forest: BoxForest, from: VertexBits): VertexBits | null {
  const { words, costs, choice } = forest;
  const vertex = from.slice();
  const leaves = new Int32Array(forest.roots.length - 1);
  const lacks = (): number => {
    leavesOf(forest, vertex, leaves);
    return shortfall(forest, leaves);
  };
  let lack = lacks();
  for (let looks = 0; lack > 0; ) {
    let best = { rate: 0, column: -1, bit: -1, lack };
    for (const [k, bit] of [...vertex.entries()]) {
      for (let other = 32 * words[k]!; other < 32 * words[k + 1]! && looks < MOST_LOOKS; other++) {
        if (choice[other]! < 0 || other === bit) continue;
        looks++;
        vertex[k] = other;
        const left = lacks();
        const rate = (lack - Math.max(0, left)) / Math.max(1e-9, costs[other]! - costs[bit]!);
        if (left < lack && rate > best.rate) best = { rate, column: k, bit: other, lack: left };
      }
      vertex[k] = bit;
    }
    if (best.column < 0) return null;
    vertex[best.column] = best.bit;
    lack = best.lack;
  }
  return vertex;
}
