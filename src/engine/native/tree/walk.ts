import type { TreeLayout } from './layout.ts';

/** Rows or trees walked at once: enough independent loads in flight to hide their latency. */
export const LANES = 8;

/**
 * Walks one tree for `rows` rows (a multiple of eight) of `stride` numbers each, eight rows at a time; writes the
 * layout index of each row's leaf. Lanes that have arrived stay where they are; a step that moves none ends the walk.
 */
export function walkRows(
  { child, feature, threshold }: TreeLayout,
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
      const a1 = child[a]! + +(x[x0 + feature[a]!]! > threshold[a]!);
      const b1 = child[b]! + +(x[x1 + feature[b]!]! > threshold[b]!);
      const c1 = child[c]! + +(x[x2 + feature[c]!]! > threshold[c]!);
      const d1 = child[d]! + +(x[x3 + feature[d]!]! > threshold[d]!);
      const e1 = child[e]! + +(x[x4 + feature[e]!]! > threshold[e]!);
      const f1 = child[f]! + +(x[x5 + feature[f]!]! > threshold[f]!);
      const g1 = child[g]! + +(x[x6 + feature[g]!]! > threshold[g]!);
      const h1 = child[h]! + +(x[x7 + feature[h]!]! > threshold[h]!);
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
  const { roots, child, feature, threshold, order } = layout;
  const trees = order.length;
  let tree = 0;
  for (; tree + LANES <= trees; tree += LANES) {
    let a = roots[order[tree]!]!;
    let b = roots[order[tree + 1]!]!;
    let c = roots[order[tree + 2]!]!;
    let d = roots[order[tree + 3]!]!;
    let e = roots[order[tree + 4]!]!;
    let f = roots[order[tree + 5]!]!;
    let g = roots[order[tree + 6]!]!;
    let h = roots[order[tree + 7]!]!;
    for (let moved = 1; moved !== 0; ) {
      const a1 = child[a]! + +(x[at + feature[a]!]! > threshold[a]!);
      const b1 = child[b]! + +(x[at + feature[b]!]! > threshold[b]!);
      const c1 = child[c]! + +(x[at + feature[c]!]! > threshold[c]!);
      const d1 = child[d]! + +(x[at + feature[d]!]! > threshold[d]!);
      const e1 = child[e]! + +(x[at + feature[e]!]! > threshold[e]!);
      const f1 = child[f]! + +(x[at + feature[f]!]! > threshold[f]!);
      const g1 = child[g]! + +(x[at + feature[g]!]! > threshold[g]!);
      const h1 = child[h]! + +(x[at + feature[h]!]! > threshold[h]!);
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
  for (; tree < trees; tree++) leaves[order[tree]!] = walkOne(layout, roots[order[tree]!]!, x, at);
}

/** Walks one tree for one row. */
function walkOne(
  { child, feature, threshold }: TreeLayout,
  root: number,
  x: Float64Array,
  at: number,
): number {
  let node = root;
  for (let next = child[node]!; next !== node; next = child[node]!) {
    node = next + +(x[at + feature[node]!]! > threshold[node]!);
  }
  return node;
}
