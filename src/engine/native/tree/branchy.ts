import type { TreeEnsembleStep } from '../../../model/step.ts';
import type { CategoryCast, TreeArena } from '../../../model/tree.ts';

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

/**
 * Whether a number goes left at a categorical node: a member does; a category that was unknown at fit, and a number that
 * is cast to a missing value, go where NaN goes.
 */
export function isMember(arena: TreeArena, node: number, value: number): boolean {
  const { categorical, setOffsets, bitsets, knownBitsets, categories, missingLeft } = arena;
  if (value < 0 && categories === 'uint8-or-missing') return missingLeft[node] === 1;
  const category = CASTS[categories](value);
  const set = categorical![node]!;
  const at = setOffsets[set]! + Math.floor(category / 32);
  const within = category >= 0 && at < setOffsets[set + 1]!;
  const bit = 1 << (category & 31);
  if (within && (bitsets[at]! & bit) !== 0) return true;
  if (knownBitsets === null || (within && (knownBitsets[at]! & bit) !== 0)) return false;
  return missingLeft[node] === 1;
}

/** The category of a number; negative where it is none. */
const CASTS: Readonly<Record<CategoryCast, (value: number) => number>> = {
  uint8: (value) => lowByte(Math.trunc(value)),
  'uint8-or-missing': (value) => lowByte(Math.trunc(value)),
  int32: (value) => Math.trunc(value),
  whole: (value) => Math.floor(value),
};

/** The low eight bits of a whole number as int32; those that do not fit become -2³¹, whose low bits are 0. */
const lowByte = (whole: number): number => (whole >= -(2 ** 31) && whole < 2 ** 31 ? whole & 255 : 0);
