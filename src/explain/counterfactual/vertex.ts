import { type BoxForest, lowestBit } from './box-forest.ts';

/** A row of a forest's values: of each column one bit, as the forest numbers them. */
export type VertexBits = Int32Array;

/** The cheapest row of a box, which must hold one. */
export const cheapestVertex = ({ words }: BoxForest, box: Uint32Array): VertexBits =>
  Int32Array.from({ length: words.length - 1 }, (_, k) => lowestBit(box, words[k]!, words[k + 1]!));

export const costOf = ({ costs }: BoxForest, vertex: VertexBits): number =>
  vertex.reduce((sum, bit) => sum + costs[bit]!, 0);

/** Values of the columns, as the problem numbers them. */
export const vertexChoices = ({ choice }: BoxForest, vertex: VertexBits): Int32Array =>
  vertex.map((bit) => choice[bit]!);

/** The row with these values; null where the forest has left one of them out. */
export function vertexOf({ words, choice }: BoxForest, choices: Int32Array): VertexBits | null {
  const vertex = choices.map((value, k) => 32 * words[k]! + value);
  return vertex.every((bit, k) => bit < 32 * words[k + 1]! && choice[bit] === choices[k]) ? vertex : null;
}

/** Leaf of each tree that a row comes to. */
export function leavesOf(forest: BoxForest, vertex: VertexBits, leaves: Int32Array): void {
  const { roots, column, left, right, maskAt, masks, words } = forest;
  for (let tree = 0; tree + 1 < roots.length; tree++) {
    let node = roots[tree]!;
    for (let k = column[node]!; k >= 0; k = column[node]!) {
      const bit = vertex[k]! - 32 * words[k]!;
      const goesLeft = (masks[maskAt[node]! + (bit >> 5)]! >>> (bit & 31)) & 1;
      node = goesLeft === 1 ? left[node]! : right[node]!;
    }
    leaves[tree] = node;
  }
}

/** What a row that comes to these leaves lacks of the goal that it is nearest to; 0 or less where it meets one. */
export function shortfall({ goals }: BoxForest, leaves: Int32Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (const goal of goals) {
    let most = Number.NEGATIVE_INFINITY;
    for (const { gains, need } of goal) {
      let sum = need;
      for (let tree = 0; tree < leaves.length; tree++) sum -= gains[leaves[tree]!]!;
      if (sum > most) most = sum;
    }
    if (most < least) least = most;
  }
  return least;
}
