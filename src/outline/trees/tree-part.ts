/** A part of one tree: some levels below a node, with what is left out counted. Pure. */
import { PlimsollError } from '../../core/errors.ts';
import type { TreeNodeView, TreePart } from '../outline-schemas.ts';
import type { TreeSource, TreeWay } from './tree-source.ts';

/** Which part is wanted. */
export interface TreeChoice {
  /** Number of the tree, from 0. */
  readonly tree: number;
  /** Node to begin with; the root of the tree where none is said. */
  readonly node: number | null;
  /** Levels below it. */
  readonly depth: number;
}

/** Nodes that are told at once, and values of a leaf. */
const NODES_MOST = 255;
const VALUES_MOST = 20;

/** Throws TREE_UNKNOWN where there is no such tree, or no such node in it. */
export function treePart(
  source: TreeSource,
  { tree, node, depth }: TreeChoice,
): Omit<TreePart, 'step' | 'trees'> {
  const root = source.roots[tree];
  if (root === undefined)
    throw new PlimsollError('TREE_UNKNOWN', {
      found: `tree ${tree}`,
      wanted: `a number below ${source.roots.length}`,
    });
  const from = node ?? root;
  const path = pathTo(source, root, from);
  if (path === null)
    throw new PlimsollError('TREE_UNKNOWN', { found: `node ${from}`, wanted: `a node of tree ${tree}` });
  const covers = source.cover(root);
  const nodes: TreeNodeView[] = [];
  const add = (at: number, parent: number | null, way: TreeWay | null, levels: number): void => {
    const children = source.children(at);
    const size = sizeBelow(source, at);
    const isFolded = children.length > 0 && (levels <= 0 || nodes.length + children.length >= NODES_MOST);
    const cover = source.cover(at);
    const asked = children.length === 0 ? null : source.question(at);
    const values = children.length > 0 ? null : source.values(at, tree);
    nodes.push({
      ...{ id: at, parent, when: way?.text ?? null, takesMissing: way?.takesMissing ?? false },
      asks: asked?.text ?? null,
      threshold: asked?.threshold ?? null,
      values: values?.slice(0, VALUES_MOST) ?? null,
      omittedValues: Math.max(0, (values?.length ?? 0) - VALUES_MOST),
      share: cover === null || covers === null || covers <= 0 ? null : cover / covers,
      ...{ nodes: size.nodes, depth: size.depth, isFolded },
    });
    if (isFolded) return;
    for (const [place, child] of children.entries()) add(child, at, source.way(at, place), levels - 1);
  };
  add(from, null, null, depth);
  return { tree, targets: source.targets.slice(0, VALUES_MOST), path, nodes };
}

/** What is asked on the way from a root to a node; null where the node is not below the root. */
function pathTo(source: TreeSource, root: number, to: number): readonly string[] | null {
  const from = new Map<number, { readonly parent: number; readonly place: number }>();
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined && node !== to; node = waiting.pop()) {
    for (const [place, child] of source.children(node).entries()) {
      from.set(child, { parent: node, place });
      waiting.push(child);
    }
  }
  if (to !== root && !from.has(to)) return null;
  const path: string[] = [];
  for (let at = from.get(to); at !== undefined; at = from.get(at.parent)) {
    const asked = source.question(at.parent);
    const way = source.way(at.parent, at.place);
    path.unshift(asked === null ? way.text : `${asked.text}: ${way.text}`);
  }
  return path;
}

/** Nodes and levels below a node. No recursion: a tree may be as deep as its file is long. */
function sizeBelow(source: TreeSource, from: number): { readonly nodes: number; readonly depth: number } {
  let [nodes, depth] = [-1, 0];
  const waiting: { readonly node: number; readonly level: number }[] = [{ node: from, level: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    nodes++;
    depth = Math.max(depth, next.level);
    for (const node of source.children(next.node)) waiting.push({ node, level: next.level + 1 });
  }
  return { nodes, depth };
}
