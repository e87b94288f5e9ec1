import { nextDown, nextUp } from '../../../core/float.ts';
import type { TreeEnsembleStep } from '../../../model/step.ts';
import { refuseShape } from '../evaluator.ts';

/**
 * Trees laid out for branch-free walks: a step is `i = child[i] + +(x[feature[i]] > threshold[i])`.
 * Children are adjacent, nodes of a tree breadth first, and a leaf points to itself with threshold +∞, so a walk
 * may overrun. `>` is false for NaN, which therefore takes the first child. Where missing values go right, the
 * first child is the right one and the node asks the mirrored question of the mirrored column -x:
 * x ≤ t ⇔ -x > -nextUp(t). Such ensembles see rows of twice the width, x followed by -x.
 */
export interface TreeLayout {
  readonly roots: Int32Array;
  readonly child: Int32Array;
  readonly feature: Int32Array;
  readonly threshold: Float64Array;
  /** `[nodes, width]` in layout order. */
  readonly values: Float64Array;
  readonly width: number;
  /** Layout index of each arena node. */
  readonly slot: Int32Array;
  /** Trees that can only be walked node by node, because a node asks for category membership. */
  readonly branchy: Int32Array;
  /** 1 where a tree is one of `branchy`. */
  readonly isBranchy: Uint8Array;
  /** The other trees by depth, so that trees walked together end together. */
  readonly order: Int32Array;
  /** Whether rows hold the mirrored columns too. */
  readonly mirrored: boolean;
}

/** Lays out an ensemble's arena; refuses one whose indexes point outside it or that shares a node. */
export function layOut(step: TreeEnsembleStep, features: number): TreeLayout {
  const { arena } = step;
  checkArena(step);
  const nodes = arena.left.length;
  const trees = arena.roots.length;
  const mirrored = step.acceptsMissing && needsMirror(step);
  const isBranchy = new Uint8Array(trees);
  const layout: TreeLayout = {
    roots: new Int32Array(trees),
    child: new Int32Array(nodes),
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    values: new Float64Array(nodes * arena.valueWidth),
    width: arena.valueWidth,
    slot: new Int32Array(nodes).fill(-1),
    branchy: new Int32Array(0),
    isBranchy,
    order: new Int32Array(0),
    mirrored,
  };
  const depths = new Int32Array(trees);
  let next = 0;
  for (let tree = 0; tree < trees; tree++) {
    layout.roots[tree] = next;
    const placed = placeTree(step, layout, arena.roots[tree]!, next, features);
    next = placed.next;
    depths[tree] = placed.depth;
    isBranchy[tree] = placed.branchy ? 1 : 0;
  }
  const every = Int32Array.from(depths.keys());
  const order = every.filter((tree) => isBranchy[tree] === 0).sort((a, b) => depths[a]! - depths[b]!);
  return { ...layout, order, branchy: every.filter((tree) => isBranchy[tree] === 1) };
}

function checkArena(step: TreeEnsembleStep): void {
  const { left, right, feature, threshold, missingLeft, values, valueWidth } = step.arena;
  const nodes = left.length;
  for (const [field, array] of Object.entries({ right, feature, threshold, missingLeft })) {
    if (array.length !== nodes) refuseShape(step, field, array.length, nodes);
  }
  if (values.length !== nodes * valueWidth) refuseShape(step, 'values', values.length, nodes * valueWidth);
}

/** Whether any split sends missing values right. */
function needsMirror({ arena }: TreeEnsembleStep): boolean {
  for (let node = 0; node < arena.left.length; node++)
    if (arena.left[node]! >= 0 && !arena.missingLeft[node]) return true;
  return false;
}

interface Placed {
  readonly next: number;
  readonly depth: number;
  readonly branchy: boolean;
}

/** Places one tree breadth first from layout index `start`. */
function placeTree(
  step: TreeEnsembleStep,
  layout: TreeLayout,
  root: number,
  start: number,
  features: number,
): Placed {
  const { arena } = step;
  let level = [claim(step, layout, root, start)];
  let next = start + 1;
  let depth = -1;
  let branchy = false;
  while (level.length > 0) {
    depth++;
    const below: number[] = [];
    for (const node of level) {
      const at = layout.slot[node]!;
      if (arena.left[node]! < 0) {
        placeLeaf(step, layout, node, at);
        continue;
      }
      branchy = branchy || (arena.categorical !== null && arena.categorical[node]! >= 0);
      const rightFirst = placeSplit(step, layout, node, at, features);
      layout.child[at] = next;
      const left = arena.left[node]!;
      const right = arena.right[node]!;
      const [first, second] = rightFirst ? [right, left] : [left, right];
      below.push(claim(step, layout, first, next), claim(step, layout, second, next + 1));
      next += 2;
    }
    level = below;
  }
  return { next, depth, branchy };
}

/** Gives an arena node its layout index; a node has one parent. */
function claim(step: TreeEnsembleStep, layout: TreeLayout, node: number, at: number): number {
  if (!(node >= 0 && node < layout.slot.length)) refuseShape(step, 'children', node, layout.slot.length - 1);
  if (layout.slot[node] !== -1) refuseShape(step, 'parents of one node', 2, 1);
  layout.slot[node] = at;
  return node;
}

function placeLeaf(step: TreeEnsembleStep, layout: TreeLayout, node: number, at: number): void {
  const { values, valueWidth } = step.arena;
  layout.child[at] = at;
  layout.threshold[at] = Infinity;
  for (let k = 0; k < valueWidth; k++) layout.values[at * valueWidth + k] = values[node * valueWidth + k]!;
}

/** Writes a split's question; true where its first child is the right one. */
function placeSplit(
  step: TreeEnsembleStep,
  layout: TreeLayout,
  node: number,
  at: number,
  features: number,
): boolean {
  const feature = step.arena.feature[node]!;
  if (!(feature >= 0 && feature < features)) refuseShape(step, 'feature', feature, features - 1);
  const given = step.arena.threshold[node]!;
  // x < t is x ≤ the number just below t.
  const threshold = step.split === 'le' ? given : nextDown(given);
  if (!layout.mirrored || step.arena.missingLeft[node] === 1) {
    layout.feature[at] = feature;
    layout.threshold[at] = threshold;
    return false;
  }
  layout.feature[at] = features + feature;
  layout.threshold[at] = -nextUp(threshold);
  return true;
}
