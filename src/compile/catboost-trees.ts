import { elementAt } from '../core/element-at.ts';
import type { CatBoostStep, NodeTrees, ObliviousTrees } from '../model/catboost.ts';
import type { ValueName } from '../onnx/graph.ts';
import type { AskedValues } from './catboost-values.ts';
import type { CompileContext } from './compiler.ts';
import { compileUnsupported } from './failure.ts';

const FLOAT32 = 1n;
const INT64 = 7n;
/** `value > threshold` among the modes of nodes (ai.onnx.ml TreeEnsemble 5). */
const GREATER = 3;
/** onnxruntime walks trees by recursion when it loads them. */
const MAX_DEPTH = 2_000;

/** Sums of the leaves of all trees in turn, `[N, dimensions]`. */
export function catboostSums(context: CompileContext, step: CatBoostStep, asked: AskedValues): ValueName {
  const { g } = context;
  const { trees, dimensions, leafValues } = step;
  const count = trees.kind === 'oblivious' ? trees.depths.length : trees.roots.length;
  if (count === 0) {
    const rows = g.add('Shape', [asked.value], { start: 0n, end: 1n });
    const shape = g.add('Concat', [rows, g.int64([dimensions], [1])], { axis: 0n });
    return g.add('Expand', [g.float64([0], [1, 1]), shape]);
  }
  const leaves =
    trees.kind === 'oblivious'
      ? obliviousLeaves(context, trees, asked)
      : nodeLeaves(context, step, trees, asked);
  // Sums start at 0, which turns -0 into 0.
  const table = g.float64(
    leafValues.map((value) => value + 0),
    [leafValues.length / dimensions, dimensions],
  );
  // CumSum adds one after the other; ReduceSum is free to choose another order.
  const running = g.add('CumSum', [g.add('Gather', [table, leaves], { axis: 0n }), g.int64([1], [])]);
  return g.add('Gather', [running, g.int64([count - 1], [])], { axis: 1n });
}

/** Numbers of the leaves, `[N, trees]`: the answers of a tree's levels are the bits of its leaf's number. */
function obliviousLeaves({ g }: CompileContext, trees: ObliviousTrees, asked: AskedValues): ValueName {
  const count = trees.depths.length;
  const levels = Math.max(1, ...trees.depths);
  const columns = new Int32Array(count * levels);
  const thresholds = new Float64Array(count * levels).fill(Number.POSITIVE_INFINITY);
  const first: number[] = [];
  let leaf = 0;
  let question = 0;
  for (const [tree, depth] of trees.depths.entries()) {
    first.push(leaf);
    leaf += 2 ** depth;
    for (let level = 0; level < depth; level++, question++) {
      const asks = elementAt(trees.questions, question);
      columns[tree * levels + level] = elementAt(asked.columns, asks);
      thresholds[tree * levels + level] = elementAt(asked.thresholds, asks);
    }
  }
  const values = g.add('Gather', [asked.value, g.int64([...columns], [columns.length])], { axis: 1n });
  const answers = g.add('Greater', [values, g.float64(thresholds, [1, thresholds.length])]);
  const bits = g.add('Reshape', [
    g.add('Cast', [answers], { to: FLOAT32 }),
    g.int64([-1, count, levels], [3]),
  ]);
  // Sums of powers of two are exact in any order.
  const weights = g.float32(
    Array.from({ length: levels }, (_, level) => 2 ** level),
    [levels, 1],
  );
  const numbers = g.add('Reshape', [g.add('MatMul', [bits, weights]), g.int64([-1, count], [2])]);
  return g.add('Add', [g.add('Cast', [numbers], { to: INT64 }), g.int64(first, [1, count])]);
}

/** Attributes of TreeEnsemble under construction, one entry a node and a leaf. */
interface NodeDraft {
  readonly features: number[];
  readonly splits: number[];
  readonly trueIds: number[];
  readonly falseIds: number[];
  readonly trueLeafs: number[];
  readonly falseLeafs: number[];
  readonly weights: number[];
  readonly targets: number[];
}

/** Numbers of the leaves, `[N, trees]`, by the operator for trees. */
function nodeLeaves(
  { g }: CompileContext,
  step: CatBoostStep,
  trees: NodeTrees,
  asked: AskedValues,
): ValueName {
  checkDepth(step, trees);
  const draft: NodeDraft = {
    features: [],
    splits: [],
    trueIds: [],
    falseIds: [],
    trueLeafs: [],
    falseLeafs: [],
    weights: [],
    targets: [],
  };
  const owner = ownersOf(trees);
  for (const [node, question] of trees.question.entries()) {
    const tree = elementAt(owner, node);
    const yes = branch(draft, elementAt(trees.yes, node), tree);
    const no = branch(draft, elementAt(trees.no, node), tree);
    putNode(draft, elementAt(asked.columns, question), elementAt(asked.thresholds, question), yes, no);
  }
  const roots = Array.from(trees.roots, (root, tree) => {
    if (root >= 0) return root;
    // A tree that is a leaf gets a node whose two branches are that leaf.
    const leaf = branch(draft, root, tree);
    putNode(draft, 0, 0, leaf, leaf);
    return draft.features.length - 1;
  });
  const ints = (values: readonly number[]) => BigInt64Array.from(values, BigInt);
  const doubles = (values: readonly number[]) =>
    ({ dtype: 'float64', shape: [values.length], data: Float64Array.from(values) }) as const;
  const modes = new Uint8Array(draft.features.length).fill(GREATER);
  const numbers = g.add(
    'TreeEnsemble',
    [asked.value],
    {
      aggregate_function: 1n,
      post_transform: 0n,
      n_targets: BigInt(trees.roots.length),
      tree_roots: ints(roots),
      nodes_featureids: ints(draft.features),
      nodes_modes: { dtype: 'uint8', shape: [modes.length], data: modes },
      nodes_splits: doubles(draft.splits),
      nodes_truenodeids: ints(draft.trueIds),
      nodes_falsenodeids: ints(draft.falseIds),
      nodes_trueleafs: ints(draft.trueLeafs),
      nodes_falseleafs: ints(draft.falseLeafs),
      leaf_weights: doubles(draft.weights),
      leaf_targetids: ints(draft.targets),
    },
    'ai.onnx.ml',
  );
  return g.add('Cast', [numbers], { to: INT64 });
}

interface Branch {
  readonly id: number;
  readonly isLeaf: 0 | 1;
}

/** A child as the operator has it; a leaf holds its number, for the operator to add up to itself. */
function branch(draft: NodeDraft, child: number, tree: number): Branch {
  if (child >= 0) return { id: child, isLeaf: 0 };
  draft.weights.push(-1 - child);
  draft.targets.push(tree);
  return { id: draft.weights.length - 1, isLeaf: 1 };
}

function putNode(draft: NodeDraft, feature: number, split: number, yes: Branch, no: Branch): void {
  draft.features.push(feature);
  draft.splits.push(split);
  draft.trueIds.push(yes.id);
  draft.trueLeafs.push(yes.isLeaf);
  draft.falseIds.push(no.id);
  draft.falseLeafs.push(no.isLeaf);
}

/** The tree of each node: children come after their parents. */
function ownersOf({ roots, yes, no }: NodeTrees): Int32Array {
  const owner = new Int32Array(yes.length);
  for (const [tree, root] of roots.entries()) if (root >= 0) owner[root] = tree;
  for (const [node, tree] of owner.entries())
    for (const child of [elementAt(yes, node), elementAt(no, node)]) if (child >= 0) owner[child] = tree;
  return owner;
}

function checkDepth(step: CatBoostStep, { yes, no }: NodeTrees): void {
  const depth = new Int32Array(yes.length);
  for (const [node, level] of depth.entries()) {
    if (level >= MAX_DEPTH) {
      const wanted = `trees of at most ${MAX_DEPTH} levels (use the native engine: \`--runtime native\`) are`;
      throw compileUnsupported(step, 'the trees', `over ${MAX_DEPTH} levels deep`, wanted);
    }
    for (const child of [elementAt(yes, node), elementAt(no, node)]) if (child >= 0) depth[child] = level + 1;
  }
}
