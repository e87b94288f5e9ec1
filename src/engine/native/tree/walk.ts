import type { TreeLayout } from './layout.ts';

/** Rows or trees walked at once: enough independent loads in flight to hide their latency. */
export const LANES = 8;

/**
 * Walks one tree for `rows` rows (a multiple of eight) of `stride` numbers each, eight rows at a time; writes the
 * layout index of each row's leaf. Lanes that have arrived stay where they are; a step that moves none ends the walk.
 */
export function walkRows(
  layout: TreeLayout,
  root: number,
  x: Float64Array,
  stride: number,
  rows: number,
  leaves: Int32Array,
): void {
  for (let row = 0; row < rows; row += LANES) {
    const x0 = row * stride;
    const x1 = x0 + stride;
    const x2 = x1 + stride;
    const x3 = x2 + stride;
    const x4 = x3 + stride;
    const x5 = x4 + stride;
    const x6 = x5 + stride;
    const x7 = x6 + stride;
    let a = root;
    let b = root;
    let c = root;
    let d = root;
    let e = root;
    let f = root;
    let g = root;
    let h = root;
    for (let moved = 1; moved !== 0; ) {
      const a1 = descend(layout, a, x, x0);
      const b1 = descend(layout, b, x, x1);
      const c1 = descend(layout, c, x, x2);
      const d1 = descend(layout, d, x, x3);
      const e1 = descend(layout, e, x, x4);
      const f1 = descend(layout, f, x, x5);
      const g1 = descend(layout, g, x, x6);
      const h1 = descend(layout, h, x, x7);
      moved = (a1 ^ a) | (b1 ^ b) | (c1 ^ c) | (d1 ^ d) | (e1 ^ e) | (f1 ^ f) | (g1 ^ g) | (h1 ^ h);
      a = a1;
      b = b1;
      c = c1;
      d = d1;
      e = e1;
      f = f1;
      g = g1;
      h = h1;
    }
    leaves[row] = a;
    leaves[row + 1] = b;
    leaves[row + 2] = c;
    leaves[row + 3] = d;
    leaves[row + 4] = e;
    leaves[row + 5] = f;
    leaves[row + 6] = g;
    leaves[row + 7] = h;
  }
}

/** Walks the trees of `order` for the one row at `x[at…]`, eight trees of like depth at a time; writes each tree's leaf. */
export function walkTrees(layout: TreeLayout, x: Float64Array, at: number, leaves: Int32Array): void {
  const { order } = layout;
  const trees = order.length;
  let tree = 0;
  for (; tree + LANES <= trees; tree += LANES) {
    let a = rootAt(layout, tree);
    let b = rootAt(layout, tree + 1);
    let c = rootAt(layout, tree + 2);
    let d = rootAt(layout, tree + 3);
    let e = rootAt(layout, tree + 4);
    let f = rootAt(layout, tree + 5);
    let g = rootAt(layout, tree + 6);
    let h = rootAt(layout, tree + 7);
    for (let moved = 1; moved !== 0; ) {
      const a1 = descend(layout, a, x, at);
      const b1 = descend(layout, b, x, at);
      const c1 = descend(layout, c, x, at);
      const d1 = descend(layout, d, x, at);
      const e1 = descend(layout, e, x, at);
      const f1 = descend(layout, f, x, at);
      const g1 = descend(layout, g, x, at);
      const h1 = descend(layout, h, x, at);
      moved = (a1 ^ a) | (b1 ^ b) | (c1 ^ c) | (d1 ^ d) | (e1 ^ e) | (f1 ^ f) | (g1 ^ g) | (h1 ^ h);
      a = a1;
      b = b1;
      c = c1;
      d = d1;
      e = e1;
      f = f1;
      g = g1;
      h = h1;
    }
    leaves[order[tree]!] = a;
    leaves[order[tree + 1]!] = b;
    leaves[order[tree + 2]!] = c;
    leaves[order[tree + 3]!] = d;
    leaves[order[tree + 4]!] = e;
    leaves[order[tree + 5]!] = f;
    leaves[order[tree + 6]!] = g;
    leaves[order[tree + 7]!] = h;
  }
  for (; tree < trees; tree++) leaves[order[tree]!] = walkOne(layout, rootAt(layout, tree), x, at);
}

/** Walks one tree for one row. */
function walkOne(layout: TreeLayout, root: number, x: Float64Array, at: number): number {
  let node = root;
  for (let next = descend(layout, node, x, at); next !== node; next = descend(layout, node, x, at))
    node = next;
  return node;
}

/** The node below `node` for the row at `x[at…]`; a leaf is below itself. Small, so that the loops have it inline. */
function descend(
  { child, feature, threshold }: TreeLayout,
  node: number,
  x: Float64Array,
  at: number,
): number {
  return child[node]! + +(x[at + feature[node]!]! > threshold[node]!);
}

/** Root of the tree that is walked as number `place`. */
const rootAt = ({ roots, order }: TreeLayout, place: number): number => roots[order[place]!]!;
