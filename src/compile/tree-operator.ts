import type { TreeEnsembleStep } from '../model/step.ts';
import type { Tensor } from '../model/tensor.ts';
import type { AttributeInput, GraphBuilderApi, ValueName } from '../onnx/graph.ts';
import { MODE, type TreeNodes } from './tree-nodes.ts';

/** Leaf weights and targets of one TreeEnsemble operator. */
export interface TreeLeaves {
  readonly weights: Float64Array;
  readonly targets: Int32Array;
  readonly width: number;
}

/**
 * `values` and then `more`, as the int64 list that an attribute is. Written as pairs of 32-bit words: every platform
 * that runs this is little-endian, and a BigInt a value would take most of the time of compiling a large forest.
 */
function int64s(values: Int32Array, more: Int32Array | Float64Array): BigInt64Array {
  const words = new Int32Array(2 * (values.length + more.length));
  const put = (at: number, value: number): void => {
    words[2 * at] = value;
    words[2 * at + 1] = value >> 31;
  };
  values.forEach((value, i) => {
    put(i, value);
  });
  more.forEach((value, i) => {
    put(values.length + i, value);
  });
  return new BigInt64Array(words.buffer);
}

type Precision = TreeEnsembleStep['sums'];

/** `values` and then `more`, in the precision of the operator. */
function numbers(values: Float64Array, more: Float64Array, dtype: Precision): Tensor {
  const shape = [values.length + more.length];
  const data = new (dtype === 'float64' ? Float64Array : Float32Array)(values.length + more.length);
  data.set(values);
  data.set(more, values.length);
  return data instanceof Float64Array ? { dtype: 'float64', shape, data } : { dtype: 'float32', shape, data };
}

/**
 * The trees of a TreeEnsemble operator, with room for `bases` leaf-only trees in front: scores that are added before
 * the first tree. One addition after the other, in the library's own order, is what makes sums equal bit for bit.
 */
function treeFrame(
  nodes: TreeNodes,
  bases: number,
  dtype: Precision,
): Readonly<Record<string, AttributeInput>> {
  const splits = nodes.trueIds.length;
  const modes = new Uint8Array(splits + bases).fill(nodes.modes[0] ?? MODE.le);
  modes.set(nodes.modes);
  const none = new Float64Array(bases);
  const ones = new Int32Array(bases).fill(1);
  const leafIds = ones.map((_, index) => nodes.leaves.length + index);
  const roots = ones.map((_, index) => splits + index);
  const frame: Record<string, AttributeInput> = {
    aggregate_function: 1n,
    post_transform: 0n,
    tree_roots: int64s(roots, nodes.roots),
    nodes_featureids: int64s(nodes.features, none),
    nodes_modes: { dtype: 'uint8', shape: [modes.length], data: modes },
    nodes_splits: numbers(nodes.splits, none, dtype),
    nodes_truenodeids: int64s(nodes.trueIds, leafIds),
    nodes_falsenodeids: int64s(nodes.falseIds, leafIds),
    nodes_trueleafs: int64s(nodes.trueLeafs, ones),
    nodes_falseleafs: int64s(nodes.falseLeafs, ones),
  };
  if (nodes.tracksTrue.includes(1)) {
    frame['nodes_missing_value_tracks_true'] = int64s(nodes.tracksTrue, none);
  }
  if (nodes.members.length > 0) {
    frame['membership_values'] = numbers(Float64Array.from(nodes.members), new Float64Array(0), dtype);
  }
  return frame;
}

/**
 * One TreeEnsemble over `x`, which is of `dtype` as its answer is: sums of leaf weights by target, in tree order,
 * `[N, width]`. `base` (one score a target, or none) is added before the first tree.
 */
export function treeEnsemble(
  g: GraphBuilderApi,
  x: ValueName,
  nodes: TreeNodes,
  leaves: TreeLeaves,
  base: Float64Array,
  dtype: Precision,
): ValueName {
  const targets = Int32Array.from(base, (_, index) => index);
  const attributes = {
    ...treeFrame(nodes, base.length, dtype),
    n_targets: BigInt(leaves.width),
    leaf_weights: numbers(leaves.weights, base, dtype),
    leaf_targetids: int64s(leaves.targets, targets),
  };
  return g.add('TreeEnsemble', [x], attributes, 'ai.onnx.ml');
}
