import { type DecisionTrees, leftShare, type Players } from './decision-trees.ts';

/** The nodes of one tree that ask, parents first, with what the path to each says; parallel arrays. */
export interface AskedNodes {
  /** Index among the trees' nodes. */
  readonly node: Int32Array;
  /** Place of the node above, -1 at the root, and whether its left edge leads here. */
  readonly parent: Int32Array;
  readonly fromLeft: Uint8Array;
  /** Places of the children that ask, -1 where the child is a leaf. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Place of the last node above that asks the same player, -1 where there is none, and whether its left edge leads here. */
  readonly same: Int32Array;
  readonly sameLeft: Uint8Array;
  /** Share of the training rows that goes left; and what this player's questions above let through, 1 where there are none. */
  readonly share: Float64Array;
  readonly shareAbove: Float64Array;
  /** Most players on one path. */
  readonly players: number;
}

/** Where a walk is on its way through a tree. */
interface Walk {
  readonly nodes: { [K in keyof Omit<AskedNodes, 'players'>]: number[] };
  /** By player: place of the last node on the path that asks it, the edge taken there, and the share of all its questions. */
  readonly last: Map<number, { readonly place: number; isLeft: boolean; share: number }>;
  most: number;
}

/** The asking nodes of the tree below `root`. */
export function askedNodes(trees: DecisionTrees, players: Players, root: number): AskedNodes {
  const walk: Walk = {
    nodes: {
      ...{ node: [], parent: [], fromLeft: [], left: [], right: [], same: [], sameLeft: [] },
      ...{ share: [], shareAbove: [] },
    },
    last: new Map(),
    most: 0,
  };
  // Both edges of a node in turn, and then what is undone above it: no recursion, since trees may be deep.
  const stack: (() => void)[] = [];
  const enter = (node: number, parent: number, isLeft: boolean): number => {
    if (trees.left[node] === -1) return -1;
    const { nodes, last } = walk;
    const place = nodes.node.length;
    const player = players.of[trees.column[node]!]!;
    const before = last.get(player);
    const share = leftShare(trees, node);
    const above = before?.share ?? 1;
    push(nodes, {
      ...{ node, parent, fromLeft: Number(isLeft), left: -1, right: -1 },
      ...{ same: before?.place ?? -1, sameLeft: Number(before?.isLeft ?? false), share, shareAbove: above },
    });
    const here = { place, isLeft: true, share: above * share };
    last.set(player, here);
    walk.most = Math.max(walk.most, last.size);
    stack.push(
      () => (before === undefined ? last.delete(player) : last.set(player, before)),
      () => {
        last.set(player, { place, isLeft: false, share: above * (1 - share) });
        nodes.right[place] = enter(trees.right[node]!, place, false);
      },
      () => {
        nodes.left[place] = enter(trees.left[node]!, place, true);
      },
    );
    return place;
  };
  enter(root, -1, false);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) next();
  const { nodes } = walk;
  return {
    ...{ node: Int32Array.from(nodes.node), parent: Int32Array.from(nodes.parent) },
    ...{ fromLeft: Uint8Array.from(nodes.fromLeft), sameLeft: Uint8Array.from(nodes.sameLeft) },
    ...{ left: Int32Array.from(nodes.left), right: Int32Array.from(nodes.right) },
    ...{ same: Int32Array.from(nodes.same), share: Float64Array.from(nodes.share) },
    ...{ shareAbove: Float64Array.from(nodes.shareAbove), players: walk.most },
  };
}

function push(nodes: Walk['nodes'], row: { [K in keyof Walk['nodes']]: number }): void {
  for (const field of Object.keys(row) as (keyof Walk['nodes'])[]) nodes[field].push(row[field]);
}
