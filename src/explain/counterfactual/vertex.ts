import type { BoxForest } from './box-forest.ts';
import { cheapestValue, holdsValue } from './value-sets.ts';

/** A row of a forest's values: of each column one, as the forest numbers them. */
export type VertexValues = Int32Array;

/** The cheapest row of a box, which must hold one. */
export const cheapestVertex = ({ layout }: BoxForest, box: Int32Array): VertexValues =>
  layout.own.map((_, column) => cheapestValue(layout, column, box));

export const costOf = ({ layout }: BoxForest, vertex: VertexValues): number =>
  vertex.reduce((sum, value) => sum + layout.costs[value]!, 0);

/** Values of the columns, as the problem numbers them. */
export const vertexChoices = ({ layout }: BoxForest, vertex: VertexValues): Int32Array =>
  vertex.map((value) => layout.choice[value]!);

/** The row with these values; null where the forest has left one of them out. */
export function vertexOf({ layout }: BoxForest, choices: Int32Array): VertexValues | null {
  const { values, choice } = layout;
  const vertex = choices.map((wanted, column) => {
    const at = choice.subarray(values[column]!, values[column + 1]!).indexOf(wanted);
    return at < 0 ? -1 : values[column]! + at;
  });
  return vertex.includes(-1) ? null : vertex;
}

/** Leaf of each tree that a row comes to. */
export function leavesOf(forest: BoxForest, vertex: VertexValues, leaves: Int32Array): void {
  const { roots, column, left, right, setAt, sets, layout } = forest;
  for (let tree = 0; tree + 1 < roots.length; tree++) {
    let node = roots[tree]!;
    for (let k = column[node]!; k >= 0; k = column[node]!)
      node = holdsValue(layout, k, sets, setAt[node]!, vertex[k]!) ? left[node]! : right[node]!;
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
