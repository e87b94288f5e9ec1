/** Where the nodes of a tree are drawn: each level in a row of its own, parents above the middle of their children. Pure. */
import type { TreePart } from '../api/generated/control-api.ts';

export type TreeNode = TreePart['nodes'][number];

export interface PlacedNode {
  readonly node: TreeNode;
  readonly x: number;
  readonly y: number;
  readonly level: number;
  /** Ids of its children that are drawn, in their order. */
  readonly children: readonly number[];
}

export interface TreeDrawing {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
}

/** Lengths in CSS pixels. */
export const NODE_WIDTH = 148;
export const NODE_HEIGHT = 56;
const BESIDE = 14;
const BELOW = 44;

export function layoutTree(nodes: readonly TreeNode[]): TreeDrawing {
  const children = Map.groupBy(nodes, ({ parent }) => parent);
  const placed: PlacedNode[] = [];
  let right = 0;
  let deepest = 0;
  const place = (node: TreeNode, level: number): number => {
    const own = children.get(node.id) ?? [];
    deepest = Math.max(deepest, level);
    const at = placed.length;
    const middles = own.map((child) => place(child, level + 1));
    const [first, last] = [middles[0], middles.at(-1)];
    const x = first === undefined || last === undefined ? right + NODE_WIDTH / 2 : (first + last) / 2;
    if (own.length === 0) right += NODE_WIDTH + BESIDE;
    const y = level * (NODE_HEIGHT + BELOW);
    placed.splice(at, 0, { node, x, y, level, children: own.map(({ id }) => id) });
    return x;
  };
  const [root] = nodes;
  if (root !== undefined) place(root, 0);
  return {
    width: Math.max(NODE_WIDTH, right - BESIDE),
    height: (deepest + 1) * NODE_HEIGHT + deepest * BELOW,
    nodes: placed,
  };
}

export type TreeMove = 'up' | 'down' | 'left' | 'right';

/** The node that an arrow leads to; the same where there is none in that direction. */
export function moved(nodes: readonly PlacedNode[], from: number, move: TreeMove): number {
  const here = nodes.find(({ node }) => node.id === from);
  if (here === undefined) return nodes[0]?.node.id ?? from;
  if (move === 'up')
    return here.node.parent !== null && nodes.some(({ node }) => node.id === here.node.parent)
      ? here.node.parent
      : from;
  if (move === 'down') return here.children[0] ?? from;
  const row = nodes.filter(({ level }) => level === here.level).toSorted((a, b) => a.x - b.x);
  const at = row.indexOf(here) + (move === 'left' ? -1 : 1);
  return row[at]?.node.id ?? from;
}
