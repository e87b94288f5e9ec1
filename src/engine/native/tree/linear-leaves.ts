import type { TreeEnsembleStep } from '../../../model/step.ts';
import type { LinearLeaves } from '../../../model/tree.ts';
import { refuseShape } from '../evaluator.ts';
import type { TreeWalk } from './branchy.ts';

/** Checks that the terms of every leaf are there, and of columns that rows have. */
export function checkLinearLeaves(step: TreeEnsembleStep, linear: LinearLeaves, width: number): void {
  const { constants, offsets, columns, coefficients } = linear;
  const nodes = step.arena.left.length;
  if (constants.length !== nodes) refuseShape(step, 'leaf_const', constants.length, nodes);
  if (offsets.length !== nodes + 1) refuseShape(step, 'num_features', offsets.length, nodes + 1);
  if (columns.length !== coefficients.length)
    refuseShape(step, 'leaf_coeff', coefficients.length, columns.length);
  let from = 0;
  for (const to of offsets) {
    if (!(to >= from && to <= columns.length)) refuseShape(step, 'leaf_features', to, columns.length);
    from = to;
  }
  for (const column of columns)
    if (!(column >= 0 && column < width)) refuseShape(step, 'leaf_features', column, width - 1);
}

/** What the leaf `node` makes of the row at `x[at…]` (`Tree::Predict` of LightGBM's `tree.h`). */
function leafOf(
  { constants, offsets, columns, coefficients }: LinearLeaves,
  values: Float64Array,
  node: number,
  x: Float64Array,
  at: number,
): number {
  let sum = constants[node]!;
  const end = offsets[node + 1]!;
  for (let term = offsets[node]!; term < end; term++) {
    const cell = x[at + columns[term]!]!;
    if (Number.isNaN(cell)) return values[node]!;
    sum += coefficients[term]! * cell;
  }
  return sum;
}

/** Adds what the leaves of all trees make of each row, tree after tree. */
export function prepareLinearWalk(
  { arena, target, scores: width }: TreeEnsembleStep,
  linear: LinearLeaves,
  stride: number,
  walk: TreeWalk,
): (x: Float64Array, rows: number, scores: Float64Array, first: number) => void {
  const { roots, values } = arena;
  return (x, rows, scores, first) => {
    for (let tree = 0; tree < roots.length; tree++) {
      const to = target === null ? 0 : target[tree]!;
      for (let row = 0; row < rows; row++) {
        const at = row * stride;
        const node = walk(roots[tree]!, x, at);
        scores[(first + row) * width + to]! += leafOf(linear, values, node, x, at);
      }
    }
  };
}
