import type { TreeEnsembleStep } from '../../../model/step.ts';
import type { TreeArena } from '../../../model/tree.ts';

const WORDS = 8;

/** Walks one tree node by node for the row at `x[at…]`; returns the arena index of the leaf. */
export type TreeWalk = (root: number, x: Float64Array, at: number) => number;

/** The plain walk: trees with category membership, and rows that hold +∞ where missing values go right. */
export function prepareTreeWalk(step: TreeEnsembleStep): TreeWalk {
  const { arena, split } = step;
  const { left, right, feature, threshold, missingLeft, categorical } = arena;
  const strict = split === 'lt';
  return (root, x, at) => {
    let node = root;
    while (left[node]! >= 0) {
      const value = x[at + feature[node]!]!;
      let goesLeft: boolean;
      if (Number.isNaN(value)) goesLeft = missingLeft[node] === 1;
      else if (categorical !== null && categorical[node]! >= 0) goesLeft = isMember(arena, node, value);
      else goesLeft = strict ? value < threshold[node]! : value <= threshold[node]!;
      node = goesLeft ? left[node]! : right[node]!;
    }
    return node;
  };
}

/** A known category goes left iff its bit is set; an unknown one and a negative one that is missing go where NaN goes. */
export function isMember(arena: TreeArena, node: number, value: number): boolean {
  if (value < 0 && arena.negativeCategories === 'missing') return arena.missingLeft[node] === 1;
  const category = lowByte(Math.trunc(value));
  const at = arena.categorical![node]! * WORDS + (category >> 5);
  const bit = 1 << (category & 31);
  if ((arena.bitsets[at]! & bit) !== 0) return true;
  return (arena.knownBitsets[at]! & bit) === 0 && arena.missingLeft[node] === 1;
}

/** The low eight bits of a whole number as int32; those that do not fit become -2³¹, whose low bits are 0. */
const lowByte = (whole: number): number => (whole >= -(2 ** 31) && whole < 2 ** 31 ? whole & 255 : 0);
