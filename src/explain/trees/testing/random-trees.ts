import type { DecisionTrees, Players } from '../decision-trees.ts';

/** Trees of so many levels at most over `columns`, which ask a column again and again, with covers and leaves at random. */
export function randomTrees(
  random: () => number,
  { trees, depth, columns, scores }: { trees: number; depth: number; columns: number; scores: number },
): DecisionTrees {
  const [left, right, column, threshold, missingLeft, cover, values]: number[][] = [
    [],
    [],
    [],
    [],
    [],
    [],
    [],
  ];
  const grow = (level: number, weight: number): number => {
    const node = left!.length;
    left!.push(-1);
    right!.push(-1);
    column!.push(Math.floor(random() * columns));
    threshold!.push(random());
    missingLeft!.push(random() < 0.5 ? 1 : 0);
    cover!.push(weight);
    values!.push(...Array.from({ length: scores }, () => random() * 2 - 1));
    if (level === 0 || (level < depth && random() < 0.15)) return node;
    const share = random() < 0.05 ? 0 : random();
    left![node] = grow(level - 1, weight * share);
    right![node] = grow(level - 1, weight * (1 - share));
    return node;
  };
  const roots = Array.from({ length: trees }, () => grow(depth, 1));
  return {
    ...{ roots: Int32Array.from(roots), left: Int32Array.from(left!), right: Int32Array.from(right!) },
    ...{ column: Int32Array.from(column!), threshold: Float64Array.from(threshold!) },
    ...{ missingLeft: Uint8Array.from(missingLeft!), split: random() < 0.5 ? 'le' : 'lt' },
    ...{ cover: Float64Array.from(cover!), values: Float64Array.from(values!), valueWidth: scores },
    ...{ target: new Int32Array(trees), scores },
  };
}

/** Shapley values by their definition, over all 2^k coalitions, of a game that answers scores. */
export function bruteForce(
  players: number,
  scores: number,
  game: (known: number) => ArrayLike<number>,
): Float64Array {
  const answers = Array.from({ length: 2 ** players }, (_, known) => game(known));
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const out = new Float64Array(scores * players);
  for (let player = 0; player < players; player++)
    for (let known = 0; known < answers.length; known++) {
      if ((known >> player) & 1) continue;
      const size = known.toString(2).replaceAll('0', '').length;
      const weight = (factorial(size) * factorial(players - size - 1)) / factorial(players);
      for (let score = 0; score < scores; score++)
        out[score * players + player]! +=
          weight * (answers[known | (1 << player)]![score]! - answers[known]![score]!);
    }
  return out;
}

/** What trees answer to a row of which the players in the bits of `known` are known. */
export function pathGame(trees: DecisionTrees, { of }: Players, row: ArrayLike<number>) {
  return (known: number): Float64Array => {
    const out = new Float64Array(trees.scores);
    const walk = (node: number, weight: number, target: number): void => {
      const [left, right] = [trees.left[node]!, trees.right[node]!];
      if (left === -1) {
        for (let k = 0; k < trees.valueWidth; k++)
          out[target + k]! += weight * trees.values[node * trees.valueWidth + k]!;
      } else if ((known >> of[trees.column[node]!]!) & 1) {
        walk(goesLeft(trees, node, row[trees.column[node]!]!) ? left : right, weight, target);
      } else {
        const [to, other] = [trees.cover[left]!, trees.cover[right]!];
        const share = to + other > 0 ? to / (to + other) : 0.5;
        walk(left, weight * share, target);
        walk(right, weight * (1 - share), target);
      }
    };
    for (const [tree, root] of trees.roots.entries()) walk(root, 1, trees.target[tree]!);
    return out;
  };
}

function goesLeft({ missingLeft, split, threshold }: DecisionTrees, node: number, x: number): boolean {
  if (Number.isNaN(x)) return missingLeft[node] === 1;
  return split === 'le' ? x <= threshold[node]! : x < threshold[node]!;
}
