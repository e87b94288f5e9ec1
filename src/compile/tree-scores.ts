import { elementAt } from '../core/element-at.ts';
import type { TreeEnsembleStep } from '../model/step.ts';
import type { LinearLeaves } from '../model/tree.ts';
import type { ValueName } from '../onnx/graph.ts';
import type { CompileContext } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { joinColumnValues } from './stream.ts';
import { type ComparedInput, estimatorScores } from './tree-base.ts';
import { emitAsked } from './tree-columns.ts';
import { linearLeafValues, longestLeaf } from './tree-linear.ts';
import { type TreeNodes, treeNodes } from './tree-nodes.ts';
import { treeEnsemble } from './tree-operator.ts';

/**
 * Raw scores `[N, columns.length]` of the columns asked for: base first, then every tree in turn, divided at the end
 * by the number of trees where the ensemble averages.
 */
export function rawScores(
  context: CompileContext,
  step: TreeEnsembleStep,
  x: ComparedInput,
  columns: readonly number[],
): ValueName {
  const { g } = context;
  const nodes = treeNodes(step, x.width);
  const value = emitAsked(g, x.value, nodes.columns, step.arena.categories, (n) => cells(g, step, [n], []));
  const sums =
    step.base.kind === 'estimator'
      ? sumsAfterEstimator(context, step, nodes, value, estimatorScores(context, step, step.base, x))
      : sumsAfterConstant(context, step, nodes, value, columns, step.base.scores);
  if (step.aggregate === 'sum') return sums;
  const trees = step.arena.roots.length / (step.target === null ? 1 : step.scores);
  return g.add('Div', [sums, cells(g, step, [trees], [])]);
}

/** A constant in the precision of an ensemble's sums. */
const cells = (
  g: CompileContext['g'],
  { sums }: TreeEnsembleStep,
  values: ArrayLike<number>,
  shape: readonly number[],
): ValueName => (sums === 'float64' ? g.float64(values, shape) : g.float32(values, shape));

function sumsAfterConstant(
  context: CompileContext,
  step: TreeEnsembleStep,
  nodes: TreeNodes,
  x: ValueName,
  columns: readonly number[],
  base: Float64Array,
): ValueName {
  const { g } = context;
  const { target } = step;
  const { linear } = step.arena;
  if (linear !== undefined) return linearScores(context, step, linear, nodes, x, base);
  // Sums start at 0, so zeros in front change nothing.
  const start = columns.map((column) => base[column] ?? 0);
  const bases = start.every((score) => score === 0) ? [] : start;
  if (target !== null) {
    const targets = nodes.leafTree.map((tree) => target[tree]!);
    const leaves = { weights: leafValues(step, nodes, 0), targets, width: step.scores };
    return treeEnsemble(g, x, nodes, leaves, Float64Array.from(bases), step.sums);
  }
  if (columns.length > 1) return sumsByLookUp(context, step, nodes, x, columns, bases);
  const weights = leafValues(step, nodes, elementAt(columns, 0));
  const leaves = { weights, targets: new Int32Array(nodes.leaves.length), width: 1 };
  return treeEnsemble(g, x, nodes, leaves, Float64Array.from(bases), step.sums);
}

function leafValues({ arena }: TreeEnsembleStep, { leaves }: TreeNodes, column: number): Float64Array {
  const values = new Float64Array(leaves.length);
  for (const [leaf, node] of leaves.entries()) {
    values[leaf] = arena.values[node * arena.valueWidth + column]!;
  }
  return values;
}

/** What each tree adds, one column a tree: `[N, trees]`. */
const byTree = (
  context: CompileContext,
  step: TreeEnsembleStep,
  nodes: TreeNodes,
  x: ValueName,
  weights: Float64Array,
): ValueName => {
  const leaves = { weights, targets: nodes.leafTree, width: step.arena.roots.length };
  return treeEnsemble(context.g, x, nodes, leaves, new Float64Array(0), step.sums);
};

/** Sum over axis 1, one addition after the other: CumSum keeps the order that ReduceSum is free to change. */
function sumInOrder({ g }: CompileContext, terms: ValueName, count: number): ValueName {
  const running = g.add('CumSum', [terms, g.int64([1], [])]);
  return g.add('Gather', [running, g.int64([count - 1], [])], { axis: 1n });
}

/**
 * Wide leaves: the operator holds one value a leaf, so the trees answer the number of the leaf they reach, `[N, trees]`,
 * and its values are looked up. Copying the trees once a column is slower from two columns on, and larger.
 */
function sumsByLookUp(
  context: CompileContext,
  step: TreeEnsembleStep,
  nodes: TreeNodes,
  x: ValueName,
  columns: readonly number[],
  bases: readonly number[],
): ValueName {
  const { g } = context;
  const { arena } = step;
  const width = columns.length;
  const count = nodes.leaves.length;
  const table = new Float64Array(count * width);
  for (const [leaf, node] of nodes.leaves.entries()) {
    const from = node * arena.valueWidth;
    // Sums start at 0, which turns -0 into 0.
    for (const [i, column] of columns.entries()) table[leaf * width + i] = arena.values[from + column]! + 0;
  }
  const numbers = byTree(
    context,
    step,
    nodes,
    x,
    Float64Array.from(nodes.leaves, (_, leaf) => leaf),
  );
  const indexes = g.add('Cast', [numbers], { to: 7n });
  const terms = g.add('Gather', [cells(g, step, table, [count, width]), indexes], { axis: 0n });
  if (bases.length === 0) return sumInOrder(context, terms, arena.roots.length);
  const rows = g.add('Shape', [x], { start: 0n, end: 1n });
  const shape = g.add('Concat', [rows, g.int64([1, width], [2])], { axis: 0n });
  const first = g.add('Expand', [cells(g, step, bases, [1, 1, width]), shape]);
  return sumInOrder(context, g.add('Concat', [first, terms], { axis: 1n }), arena.roots.length + 1);
}

/** Cells of the tables that terms are looked up in: one a leaf for each term of the leaf that has most. */
const MAX_LINEAR_CELLS = 2 ** 24;

/** Leaves that compute: what each tree adds to a row, summed after the base a score at a time. */
function linearScores(
  context: CompileContext,
  step: TreeEnsembleStep,
  linear: LinearLeaves,
  nodes: TreeNodes,
  x: ValueName,
  base: Float64Array,
): ValueName {
  const { g } = context;
  const cellCount = longestLeaf(linear) * nodes.leaves.length;
  if (cellCount > MAX_LINEAR_CELLS)
    throw compileUnsupported(
      step,
      'leaf_features',
      `a table of ${cellCount} terms`,
      `at most ${MAX_LINEAR_CELLS} terms (use the native engine: \`--runtime native\`) are`,
    );
  const numbers = byTree(
    context,
    step,
    nodes,
    x,
    Float64Array.from(nodes.leaves, (_, leaf) => leaf),
  );
  const terms = linearLeafValues(
    g,
    { leaves: nodes.leaves, values: leafValues(step, nodes, 0), linear },
    numbers,
    x,
  );
  const rows = g.add('Shape', [x], { start: 0n, end: 1n });
  const shape = g.add('Concat', [rows, g.int64([1], [1])], { axis: 0n });
  const sums = Array.from(base, (start, score) => {
    const own = Array.from(step.arena.roots.keys()).filter((tree) => (step.target?.[tree] ?? 0) === score);
    const added = g.add('Gather', [terms, g.int64(own, [own.length])], { axis: 1n });
    const first = g.add('Expand', [cells(g, step, [start], [1, 1]), shape]);
    const sum = sumInOrder(context, g.add('Concat', [first, added], { axis: 1n }), own.length + 1);
    return g.add('Reshape', [sum, g.int64([-1, 1], [2])]);
  });
  return joinColumnValues(g, sums);
}

/** Base scores that differ by row are put in front of the trees' own answers and summed with them. */
function sumsAfterEstimator(
  context: CompileContext,
  step: TreeEnsembleStep,
  nodes: TreeNodes,
  x: ValueName,
  base: ValueName,
): ValueName {
  const { g } = context;
  const { arena, scores } = step;
  if (step.target === null && scores > 1) {
    throw compileUnsupported(
      step,
      'init_',
      'an estimator under trees of several scores',
      'one score a tree is',
    );
  }
  const terms = byTree(context, step, nodes, x, leafValues(step, nodes, 0));
  const sums = Array.from({ length: scores }, (_, score) => {
    const trees = Array.from(arena.roots, (_, tree) => tree).filter(
      (tree) => (step.target?.[tree] ?? 0) === score,
    );
    const own = g.add('Gather', [terms, g.int64(trees, [trees.length])], { axis: 1n });
    const first = g.add('Gather', [base, g.int64([score], [1])], { axis: 1n });
    const sum = sumInOrder(context, g.add('Concat', [first, own], { axis: 1n }), trees.length + 1);
    return g.add('Reshape', [sum, g.int64([-1, 1], [2])]);
  });
  return joinColumnValues(g, sums);
}
