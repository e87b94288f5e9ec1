import type { DocumentNumbers } from '../json/document.ts';
import type { DocumentView } from '../json/document-view.ts';
import type { CatBoostFile } from './model-file.ts';

type TreesOfFile = Pick<CatBoostFile, 'trees' | 'leafValues' | 'leafWeights' | 'dimensions'>;

/** Levels of an oblivious tree whose leaves could be counted in a file. */
const MAX_LEVELS = 30;

/** The objects of a list; none where it is absent. */
export const childrenOf = (view: DocumentView, name: string): readonly DocumentView[] =>
  view.isGiven(name) ? view.children(name) : [];

/** The numbers of a list; none where it is absent. */
export const numbersOf = (view: DocumentView, name: string): DocumentNumbers =>
  view.isGiven(name) ? view.numbers(name) : new Float64Array(0);

/** Trees of a model in JSON: oblivious ones as lists of splits, any others as nested nodes. */
export const jsonTrees = (root: DocumentView): TreesOfFile =>
  root.isGiven('trees')
    ? nestedTrees(root.children('trees'))
    : obliviousTrees(childrenOf(root, 'oblivious_trees'));

function obliviousTrees(trees: readonly DocumentView[]): TreesOfFile {
  const sizes: number[] = [];
  const splits: number[] = [];
  const values: number[] = [];
  const weights: number[] = [];
  let dimensions = 1;
  for (const [i, tree] of trees.entries()) {
    const asked = childrenOf(tree, 'splits');
    const leaves = numbersOf(tree, 'leaf_values');
    const own = leaves.length / 2 ** Math.min(MAX_LEVELS, asked.length);
    if (i === 0) dimensions = own;
    if (own !== dimensions || !Number.isInteger(own))
      throw tree.wrong('leaf_values', `${dimensions} numbers for each of 2^${asked.length} leaves`);
    sizes.push(asked.length);
    for (const split of asked) splits.push(split.integer('split_index'));
    for (const value of leaves) values.push(value);
    for (const weight of numbersOf(tree, 'leaf_weights')) weights.push(weight);
  }
  return {
    trees: { kind: 'oblivious', sizes: Int32Array.from(sizes), splits: Int32Array.from(splits) },
    leafValues: Float64Array.from(values),
    leafWeights: Float64Array.from(weights),
    dimensions,
  };
}

/** A node that is still to be read, and where its number goes. */
interface Waiting {
  readonly node: DocumentView;
  /** Place in `steps` and the node that it counts from; null of a root. */
  readonly parent: { readonly place: number; readonly node: number } | null;
}

/** Numbers nodes as the library does, each before its left side, and that before its right one. */
function nestedTrees(trees: readonly DocumentView[]): TreesOfFile {
  const sizes: number[] = [];
  const splits: number[] = [];
  const steps: number[] = [];
  const leaves: number[] = [];
  const values: number[] = [];
  const weights: number[] = [];
  let dimensions = 0;
  for (const tree of trees) {
    const first = splits.length;
    const waiting: Waiting[] = [{ node: tree, parent: null }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, parent } = next;
      const number = splits.length;
      if (parent !== null) steps[parent.place] = number - parent.node;
      steps.push(0, 0);
      if (!node.isGiven('value')) {
        splits.push(node.child('split').integer('split_index'));
        leaves.push(0);
        waiting.push({ node: node.child('right'), parent: { place: 2 * number + 1, node: number } });
        waiting.push({ node: node.child('left'), parent: { place: 2 * number, node: number } });
        continue;
      }
      const value = node.get('value');
      const own = typeof value === 'number' ? [value] : node.numbers('value');
      if (dimensions === 0) dimensions = own.length;
      if (own.length !== dimensions) throw node.wrong('value', `${dimensions} numbers`);
      splits.push(0);
      leaves.push(values.length);
      values.push(...own);
      if (node.isGiven('weight')) weights.push(node.number('weight'));
    }
    sizes.push(splits.length - first);
  }
  return {
    trees: {
      kind: 'nodes',
      sizes: Int32Array.from(sizes),
      splits: Int32Array.from(splits),
      steps: Uint32Array.from(steps),
      leaves: Uint32Array.from(leaves),
    },
    leafValues: Float64Array.from(values),
    leafWeights: Float64Array.from(weights),
    dimensions: Math.max(1, dimensions),
  };
}
