import { elementAt } from '../../../core/element-at.ts';
import type { CatBoostStep, NodeTrees } from '../../../model/catboost.ts';
import { questionAt } from './image.ts';
import type { CatBoostPlan } from './plan.ts';

/** Writes the leaf of each tree that the first `rows` rows of a counted block come to, row by row. */
export type WriteLeaves = (memory: Int8Array, rows: number, out: Int32Array, at: number) => void;

/** Leaves as the library numbers them in each tree (`calc_leaf_indexes`), from the answers that a block holds. */
export function prepareLeafWriter(step: CatBoostStep, plan: CatBoostPlan): WriteLeaves {
  const { trees, questions } = step;
  const places = Array.from(questions.kind, (_, question) => questionAt(step, plan, question));
  const isYes = (memory: Int8Array, question: number, row: number): boolean => {
    const { bytes, threshold } = elementAt(places, question);
    return elementAt(memory, bytes + row) > threshold;
  };
  if (trees.kind === 'nodes') return nodeWriter(trees, isYes);
  const { depths, questions: asked } = trees;
  return (memory, rows, out, at) => {
    for (let row = 0; row < rows; row++) {
      let next = 0;
      for (const [tree, depth] of depths.entries()) {
        let leaf = 0;
        for (let level = 0; level < depth; level++)
          if (isYes(memory, elementAt(asked, next++), row)) leaf |= 1 << level;
        out[at + row * depths.length + tree] = leaf;
      }
    }
  };
}

function nodeWriter(
  trees: NodeTrees,
  isYes: (memory: Int8Array, question: number, row: number) => boolean,
): WriteLeaves {
  const { roots, question, no, yes } = trees;
  // Leaves are numbered through all trees; the first one of a tree is the lowest.
  const firsts = Array.from(roots, (root) => firstLeaf(trees, root));
  return (memory, rows, out, at) => {
    for (let row = 0; row < rows; row++)
      for (const [tree, root] of roots.entries()) {
        let node = root;
        while (node >= 0) node = elementAt(isYes(memory, elementAt(question, node), row) ? yes : no, node);
        out[at + row * roots.length + tree] = -1 - node - elementAt(firsts, tree);
      }
  };
}

function firstLeaf({ no, yes }: NodeTrees, root: number): number {
  let first = Number.POSITIVE_INFINITY;
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node < 0) first = Math.min(first, -1 - node);
    else open.push(elementAt(no, node), elementAt(yes, node));
  }
  return first;
}
