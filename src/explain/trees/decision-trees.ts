/**
 * Trees as their explanation takes them: nodes that compare a number of a prepared row with a threshold. What a model asks otherwise
 * (a set of categories, a statistic of one) is a number of its own in that row, so that one form holds every ensemble.
 */
export interface DecisionTrees {
  /** Root of each tree; a child's index is greater than its parent's. */
  readonly roots: Int32Array;
  /** -1 at a leaf. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Number of the prepared row that a node compares. */
  readonly column: Int32Array;
  readonly threshold: Float64Array;
  /** 1 where a missing number goes left. */
  readonly missingLeft: Uint8Array;
  /** Left iff `x <= threshold` ('le') or `x < threshold` ('lt'). */
  readonly split: 'le' | 'lt';
  /** Weight of the training rows that came to a node. */
  readonly cover: Float64Array;
  /** `[nodes, valueWidth]`, meaningful at leaves, as they are added to the scores. */
  readonly values: Float64Array;
  readonly valueWidth: number;
  /** First score that each tree adds to. */
  readonly target: Int32Array;
  readonly scores: number;
}

/** Who plays: the columns of a prepared row by the player that decides them. */
export interface Players {
  /** Player of each column. */
  readonly of: Int32Array;
  readonly count: number;
}

/** Share of the training rows at a node that went left; half where there were none. */
export function leftShare({ left, right, cover }: DecisionTrees, node: number): number {
  const to = cover[left[node]!]!;
  const all = to + cover[right[node]!]!;
  return all > 0 ? to / all : 0.5;
}

/** What each score is before any player is known: the mean over the training rows, by the covers. */
export function expectedScores(trees: DecisionTrees): Float64Array {
  const { left, right, values, valueWidth, target, roots } = trees;
  const expected = new Float64Array(trees.scores);
  const share = new Float64Array(left.length);
  for (const [tree, root] of roots.entries()) {
    share[root] = 1;
    const end = roots[tree + 1] ?? left.length;
    for (let node = root; node < end; node++) {
      if (left[node] === -1) {
        for (let k = 0; k < valueWidth; k++)
          expected[target[tree]! + k]! += share[node]! * values[node * valueWidth + k]!;
        continue;
      }
      const z = leftShare(trees, node);
      share[left[node]!] = share[node]! * z;
      share[right[node]!] = share[node]! * (1 - z);
    }
  }
  return expected;
}
