import type { NodeTrees, ObliviousTrees } from '../../model/catboost.ts';
import type { ModelRefusals } from './failure.ts';
import type { CatBoostFile, FileTrees } from './model-file.ts';

/** Levels of an oblivious tree; the library trains 16 at most. */
const MAX_DEPTH = 24;

/** The trees of a file, whose every split, node and leaf is there. `questions` is the number of them. */
export function placeTrees(
  { trees, leafValues, dimensions }: CatBoostFile,
  questions: number,
  refusals: ModelRefusals,
): ObliviousTrees | NodeTrees {
  if (leafValues.length % dimensions !== 0)
    throw refusals.invalid('leaf_values', `${leafValues.length} numbers`, `a multiple of ${dimensions}`);
  const leaves = leafValues.length / dimensions;
  const total = trees.sizes.reduce((sum, size) => (size < 0 ? Number.NaN : sum + size), 0);
  if (total !== trees.splits.length)
    throw refusals.invalid('the sizes of trees', `${total} in all`, `${trees.splits.length} splits`);
  for (const [i, split] of trees.splits.entries())
    if (!(split >= 0 && split < questions) && !isLeafOnly(trees, i))
      throw refusals.invalid(`split ${i}`, String(split), `0 to ${questions - 1}`);
  return trees.kind === 'oblivious'
    ? obliviousTrees(trees.sizes, trees.splits, leaves, refusals)
    : nodeTrees(trees, leaves, dimensions, refusals);
}

/** A node without children asks nothing. */
const isLeafOnly = (trees: FileTrees, node: number): boolean =>
  trees.kind === 'nodes' && trees.steps[2 * node] === 0 && trees.steps[2 * node + 1] === 0;

function obliviousTrees(
  sizes: Int32Array,
  splits: Int32Array,
  leaves: number,
  refusals: ModelRefusals,
): ObliviousTrees {
  let wanted = 0;
  for (const [tree, depth] of sizes.entries()) {
    if (depth > MAX_DEPTH)
      throw refusals.unsupported(`the depth of tree ${tree}`, String(depth), `up to ${MAX_DEPTH} levels are`);
    wanted += 2 ** depth;
  }
  if (wanted !== leaves)
    throw refusals.invalid('leaf_values', `${leaves} leaves`, `${wanted}, by the depths of the trees`);
  return { kind: 'oblivious', depths: Uint8Array.from(sizes), questions: splits };
}

type FileNodes = Extract<FileTrees, { kind: 'nodes' }>;

/** Nodes that ask come to be nodes, numbered anew; sides without a child are leaves. */
function nodeTrees(
  { sizes, splits, steps, leaves: leafStarts }: FileNodes,
  leaves: number,
  dimensions: number,
  refusals: ModelRefusals,
): NodeTrees {
  const count = splits.length;
  if (steps.length !== 2 * count || leafStarts.length !== count)
    throw refusals.invalid(
      'the nodes',
      `${steps.length / 2} steps, ${leafStarts.length} leaves`,
      `${count} of each`,
    );
  const numbers = new Int32Array(count);
  let asking = 0;
  for (let node = 0; node < count; node++)
    if (steps[2 * node] !== 0 || steps[2 * node + 1] !== 0) numbers[node] = asking++;
  const trees = {
    question: new Int32Array(asking),
    no: new Int32Array(asking),
    yes: new Int32Array(asking),
  };
  const reached = new Uint8Array(count);
  const leafOf = (node: number): number => {
    const start = leafStarts[node] ?? -1;
    if (start % dimensions !== 0 || start / dimensions >= leaves)
      throw refusals.invalid(
        `the leaf of node ${node}`,
        String(start),
        `a multiple of ${dimensions} below ${leaves * dimensions}`,
      );
    return -1 - start / dimensions;
  };
  const enter = (node: number): number => {
    if (reached[node] === 1) throw refusals.invalid(`node ${node}`, 'a child of two', 'one parent a node');
    reached[node] = 1;
    return steps[2 * node] === 0 && steps[2 * node + 1] === 0 ? leafOf(node) : (numbers[node] ?? 0);
  };
  let start = 0;
  const roots = Int32Array.from(sizes, (size, tree) => {
    const end = start + size;
    if (size === 0) throw refusals.invalid(`tree ${tree}`, 'no nodes', 'one at least');
    const root = enter(start);
    for (let node = start; node < end; node++) {
      const [left = 0, right = 0] = steps.subarray(2 * node, 2 * node + 2);
      if (reached[node] !== 1 || (left === 0 && right === 0)) continue;
      if (node + Math.max(left, right) >= end)
        throw refusals.invalid(
          `a child of node ${node}`,
          `node ${node + Math.max(left, right)}`,
          `one before ${end}`,
        );
      const at = numbers[node] ?? 0;
      trees.question[at] = splits[node] ?? 0;
      trees.no[at] = left === 0 ? leafOf(node) : enter(node + left);
      trees.yes[at] = right === 0 ? leafOf(node) : enter(node + right);
    }
    start = end;
    return root;
  });
  return { kind: 'nodes', roots, ...trees };
}
