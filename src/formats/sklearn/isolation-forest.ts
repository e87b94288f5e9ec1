import type { IsolationForestStep, ModelStep, TreeEnsembleStep } from '../../model/step.ts';
import { isType } from '../pickle/value.ts';
import { toNumbers } from './arrays.ts';
import type { CythonTree } from './cython-tree.ts';
import { nodeSamples } from './cython-tree.ts';
import { exactLog } from './exact-math.ts';
import { type Family, family } from './family.ts';
import { type HeldTree, heldTrees, placedTree, seenColumns, treeSums } from './held-trees.ts';
import { show } from './show.ts';
import { treeAcceptsMissing } from './tree.ts';
import type { EstimatorView } from './view.ts';

/** Euler's constant. */
const EULER = 0.5772156649015329;

/** Mean depth of a tree over so many rows (`_average_path_length`). */
function meanDepth(samples: number): number {
  if (samples <= 1) return 0;
  if (samples === 2) return 1;
  return 2 * (exactLog(samples - 1) + EULER) - (2 * (samples - 1)) / samples;
}

/** IsolationForest. From 1.3 the depths of all nodes are in the file; before they follow from the trees. */
function readIsolationForest(view: EstimatorView): IsolationForestStep {
  const held = treesOf(view);
  const features = view.base().features ?? held[0]!.tree.features;
  const subset = view.count('_max_features') !== features;
  const columns = seenColumns(view, held.length, features);
  const all = Array.from({ length: features }, (_, column) => column);
  const trees = held.map((one, i) => ({
    ...placedTree(one, subset ? columns[i]! : all, features),
    values: depthsOf(view, one, i),
  }));
  const scale =
    held.length * meanDepth(view.since(1, 3) ? view.count('_max_samples') : view.count('max_samples_'));
  if (scale === 0) throw view.unsupported('max_samples_', '1', '2 or more are');
  const acceptsMissing = view.since(1, 6) && treeAcceptsMissing(held[0]!.view, 'tree');
  const head = { kind: 'regression', link: 'identity', flat: true } as const;
  return {
    kind: 'isolation-forest',
    ...view.base(features),
    trees: treeSums(view, trees, { scores: 1, acceptsMissing, head }),
    scale,
    offset: view.number('offset_'),
  };
}

function treesOf(view: EstimatorView): readonly HeldTree[] {
  const held = heldTrees(view);
  if (held === null) throw view.unsupported('estimators_', 'other than trees', 'trees are');
  return held;
}

/** What a leaf adds: the nodes on the way to it, and the mean depth of the rows that are left there, less one. */
function depthsOf(view: EstimatorView, one: HeldTree, index: number): Float64Array {
  const count = one.tree.left.length;
  const stored = (name: string): Float64Array | null => {
    const value = view.has(name) ? view.items(name)[index] : undefined;
    if (value === undefined) return null;
    const numbers = isType(value, 'array') ? toNumbers(value) : null;
    if (numbers?.length !== count) throw view.invalid(`${name}[${index}]`, show(value), `${count} numbers`);
    return numbers;
  };
  const ways = stored('_decision_path_lengths') ?? wayLengths(one.tree);
  const rest = stored('_average_path_length_per_tree') ?? nodeSamples(one.view).map(meanDepth);
  return ways.map((length, node) => length + rest[node]! - 1);
}

/** Nodes from the root to each node, both counted. */
function wayLengths({ left, right }: CythonTree): Float64Array {
  const lengths = new Float64Array(left.length);
  lengths[0] = 1;
  for (let node = 0; node < left.length; node++) {
    if (left[node] === -1) continue;
    lengths[left[node]!] = lengths[right[node]!] = lengths[node]! + 1;
  }
  return lengths;
}

/** RandomTreesEmbedding: the leaf of each tree, one-hot encoded. */
function readRandomTreesEmbedding(view: EstimatorView): ModelStep | null {
  const held = treesOf(view);
  const encoder = view.step('one_hot_encoder_');
  if (encoder === null) return null;
  if (encoder.features !== null && encoder.features !== held.length)
    throw view.invalid('one_hot_encoder_', `${encoder.features} columns wide`, `${held.length}, one a tree`);
  const base = view.base(held[0]!.tree.features);
  const place = { ...view.origin, path: view.pathTo('estimators_') };
  const step: TreeEnsembleStep = { ...leaves(view, held), origin: place, featureNames: null };
  const member = { name: 'trees', step, method: 'predict', codes: null, from: 0 } as const;
  return {
    kind: 'pipeline',
    ...base,
    steps: [
      {
        name: 'leaves',
        step: {
          kind: 'predictions',
          origin: place,
          features: base.features,
          featureNames: null,
          members: [member],
          passthrough: false,
        },
      },
      { name: 'one_hot_encoder', step: encoder },
    ],
  };
}

/** Numbers of the leaves, a column a tree. */
const leaves = (view: EstimatorView, held: readonly HeldTree[]): TreeEnsembleStep =>
  treeSums(
    view,
    held.map(({ tree }) => ({
      ...tree,
      values: Float64Array.from({ length: tree.left.length }, (_, node) => node),
    })),
    {
      scores: held.length,
      target: Int32Array.from(held.keys()),
      acceptsMissing: treeAcceptsMissing(held[0]!.view, 'forest'),
    },
  );

export const ISOLATION_FAMILIES: readonly Family[] = [
  family('ensemble', readIsolationForest, 'IsolationForest'),
  family('ensemble', readRandomTreesEmbedding, 'RandomTreesEmbedding'),
];
