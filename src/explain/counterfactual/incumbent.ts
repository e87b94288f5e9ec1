import type { BoxForest } from './box-forest.ts';
import type { ValueLayout } from './value-sets.ts';
import { costOf, leavesOf, shortfall, type VertexValues, vertexChoices } from './vertex.ts';

/** Whether the model itself answers as wanted where columns take these values. */
export type WantedChoices = (choices: Int32Array) => boolean;

/** Rows that are looked at on the way to a first one. */
const MOST_LOOKS = 200_000;
/** Values of one column that are tried at once. */
const MOST_TRIED = 200;

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
  offer(forest: BoxForest, vertex: VertexValues): boolean {
    if (!(costOf(forest, vertex) < this.cost) || !this.#meets(forest, vertex)) return false;
    const lowered = this.#lowered(forest, vertex);
    this.cost = costOf(forest, lowered);
    this.choices = vertexChoices(forest, lowered);
    return true;
  }

  #meets(forest: BoxForest, vertex: VertexValues): boolean {
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
  #lowered(forest: BoxForest, vertex: VertexValues): VertexValues {
    const lowered = vertex.slice();
    for (let isLower = true; isLower; ) {
      isLower = false;
      for (const [k, value] of [...lowered.entries()])
        for (const other of cheaperValues(forest.layout, k, value)) {
          lowered[k] = other;
          if (this.#meets(forest, lowered)) {
            isLower = true;
            break;
          }
          lowered[k] = value;
        }
    }
    return lowered;
  }
}

/** Values of a column that cost less than one of them, the cheapest first; of many some. */
function cheaperValues(
  { isOrdered, values, own, costs }: ValueLayout,
  column: number,
  value: number,
): readonly number[] {
  const found: number[] = [];
  if (isOrdered[column] === 1) {
    let [down, up] = [own[column]!, own[column]! + 1];
    const costAt = (at: number): number =>
      at >= values[column]! && at < values[column + 1]! ? costs[at]! : Number.POSITIVE_INFINITY;
    while (Math.min(costAt(down), costAt(up)) < costs[value]!)
      found.push(costAt(down) < costAt(up) ? down-- : up++);
  } else for (let other = values[column]!; other < value; other++) found.push(other);
  const step = Math.ceil(found.length / MOST_TRIED);
  return step <= 1 ? found : found.filter((_, k) => k % step === 0);
}

/** Goes from a row towards the goals, each time by the change that brings most for its cost; null where none brings anything. */
export function greedyVertex(forest: BoxForest, from: VertexValues): VertexValues | null {
  const { values, costs } = forest.layout;
  const step = values.subarray(1).map((end, k) => Math.max(1, Math.ceil((end - values[k]!) / MOST_TRIED)));
  const vertex = from.slice();
  const leaves = new Int32Array(forest.roots.length - 1);
  const lacks = (): number => {
    leavesOf(forest, vertex, leaves);
    return shortfall(forest, leaves);
  };
  let lack = lacks();
  for (let looks = 0; lack > 0; ) {
    let best = { rate: 0, column: -1, value: -1, lack };
    for (const [k, value] of [...vertex.entries()]) {
      for (let other = values[k]!; other < values[k + 1]! && looks < MOST_LOOKS; other += step[k]!) {
        if (other === value) continue;
        looks++;
        vertex[k] = other;
        const left = lacks();
        const rate = (lack - Math.max(0, left)) / Math.max(1e-9, costs[other]! - costs[value]!);
        if (left < lack && rate > best.rate) best = { rate, column: k, value: other, lack: left };
      }
      vertex[k] = value;
    }
    if (best.column < 0) return null;
    vertex[best.column] = best.value;
    lack = best.lack;
  }
  return vertex;
}
