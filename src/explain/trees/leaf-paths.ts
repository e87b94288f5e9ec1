import type { AskedNodes } from './asked-nodes.ts';
import type { DecisionTrees, Players } from './decision-trees.ts';

/** The leaves of one tree, and which bit of a pattern is whose. */
export interface LeafPaths {
  /** Of each asking node: the bit of its player, and whether it is the first on its path to ask it. */
  readonly bit: Int32Array;
  readonly first: Uint8Array;
  readonly leaves: readonly LeafPath[];
}

/** A leaf below the asking node at `place`. */
export interface LeafPath {
  readonly node: number;
  readonly place: number;
  readonly isLeft: boolean;
  /** Players of the path, as its bits number them. */
  readonly players: readonly number[];
}

/** Numbers the players of each path of a tree, in the order in which the path asks them. */
export function leafPaths(trees: DecisionTrees, players: Players, nodes: AskedNodes): LeafPaths {
  const count = nodes.node.length;
  const bit = new Int32Array(count);
  const first = new Uint8Array(count);
  const paths: (readonly number[])[] = [];
  const leaves: LeafPath[] = [];
  for (let place = 0; place < count; place++) {
    const node = nodes.node[place]!;
    const player = players.of[trees.column[node]!]!;
    const above = paths[nodes.parent[place]!] ?? [];
    const known = above.indexOf(player);
    first[place] = known < 0 ? 1 : 0;
    bit[place] = known < 0 ? above.length : known;
    const path = known < 0 ? [...above, player] : above;
    paths.push(path);
    if (nodes.left[place] === -1)
      leaves.push({ node: trees.left[node]!, place, isLeft: true, players: path });
    if (nodes.right[place] === -1)
      leaves.push({ node: trees.right[node]!, place, isLeft: false, players: path });
  }
  return { bit, first, leaves };
}
