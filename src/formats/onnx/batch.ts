import { elementAt } from '../../core/element-at.ts';
import { attributeOf, intOf, ofShape, ofTensor, type ValueFact } from '../../onnx/check/fact.ts';
import { outputFact } from '../../onnx/check/rules.ts';
import { graphScope, orderNodes, subgraphs } from '../../onnx/check/scope.ts';
import { nodeName } from '../../onnx/check/where.ts';
import type { GraphTensor, OnnxGraph, OnnxNode, ValueInfo } from '../../onnx/graph.ts';
import { type BatchValue, rowRule } from './batch-rules.ts';

/** What became of a frozen batch dimension. */
export type BatchOutcome =
  | { readonly kind: 'dynamic' }
  | { readonly kind: 'freed'; readonly graph: OnnxGraph; readonly batch: number }
  /** Left frozen: nothing proves that rows are independent. */
  | { readonly kind: 'frozen'; readonly batch: number; readonly reason: string };

/** Name of the freed dimension. */
const BATCH = 'N';

/**
 * Makes the first dimension of all inputs and outputs free where it is frozen and every operator on the way is known
 * to answer each row from that row alone. Whatever is not on the list of `batch-rules.ts` is not proved.
 */
export function freeBatch(graph: OnnxGraph): BatchOutcome {
  const sizes = graph.inputs.map(({ shape }) => shape?.[0]);
  const batch = sizes[0];
  if (sizes.length === 0 || typeof batch !== 'number') return { kind: 'dynamic' };
  const fail = (reason: string): BatchOutcome => ({ kind: 'frozen', batch, reason });
  if (batch < 1) return fail('it is empty');
  if (sizes.some((size) => size !== batch)) return fail('its inputs disagree about the first dimension');
  const proof = proveRows(graph, batch);
  if (typeof proof === 'string') return fail(proof);
  for (const { name, shape } of graph.outputs) {
    const rowwise = proof.values.get(name)?.batched === true;
    const head = shape?.[0];
    if (!rowwise || (typeof head === 'number' && head !== batch))
      return fail(`output "${name}" has no row per input row`);
  }
  return { kind: 'freed', batch, graph: rewrite(graph, proof.reshapes) };
}

export interface RowProof {
  readonly values: ReadonlyMap<string, BatchValue>;
  /** Nodes in an order in which each comes after all that it reads. */
  readonly nodes: readonly OnnxNode[];
  /** Reshapes whose target starts with the frozen size, and that target. */
  readonly reshapes: ReadonlyMap<OnnxNode, readonly number[]>;
}

/**
 * Proves that every operator answers each row from that row alone.
 *
 * @param batch the frozen first size; any number that no shape holds where it is free
 * @returns why there is no proof, where there is none
 */
export function proveRows(graph: OnnxGraph, batch: number): RowProof | string {
  const values = new Map<string, BatchValue>();
  const reshapes = new Map<OnnxNode, readonly number[]>();
  for (const [name, tensor] of Object.entries(graph.initializers))
    values.set(name, constant(ofTensor(tensor)));
  for (const { name, shape } of graph.sparseInitializers ?? []) values.set(name, constant(ofShape(shape)));
  for (const { name, shape } of graph.inputs) {
    const known = (shape ?? []).map((size) => (typeof size === 'number' ? size : null));
    values.set(name, { batched: true, shape: known, numbers: null });
  }
  const nodes = orderNodes(graphScope(graph, () => false));
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => (name === '' ? null : (values.get(name) ?? null)));
    if (subgraphs(node).length > 0) return `${nodeName(node)} holds a graph`;
    const batched = inputs.some((input) => input?.batched);
    if (batched && !rowRule(node)?.(node, inputs, batch))
      return `${nodeName(node)} is not known to keep rows apart`;
    if (!batched && RANDOM.has(node.op)) return `${nodeName(node)} is random`;
    const target = node.op === 'Reshape' && batched ? inputs[1]?.numbers : null;
    if (target?.[0] === batch) reshapes.set(node, target as readonly number[]);
    for (const [index, name] of node.outputs.entries())
      values.set(name, outputOf(node, inputs, index, batched, batch));
  }
  return { values, nodes, reshapes };
}

const RANDOM = new Set([
  'RandomNormal',
  'RandomUniform',
  'RandomNormalLike',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);

const constant = ({ shape, numbers }: ValueFact): BatchValue => ({ batched: false, shape, numbers });

/** Operators whose rule in `rules.ts` gives the very shape; of others only the rank is taken over. */
const EXACT = new Set([
  'Identity',
  'Cast',
  'Relu',
  'Sigmoid',
  'Tanh',
  'Exp',
  'Log',
  'Sqrt',
  'Neg',
  'Abs',
  'Erf',
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Pow',
  'Min',
  'Max',
  'Softmax',
  'LogSoftmax',
  'BatchNormalization',
  'LayerNormalization',
  'MatMul',
  'Gemm',
  'Concat',
  'Transpose',
  'Unsqueeze',
  'Clip',
  'Dropout',
  'Flatten',
  'Gelu',
  'LeakyRelu',
]);

function outputOf(
  node: OnnxNode,
  inputs: readonly (BatchValue | null)[],
  index: number,
  batched: boolean,
  batch: number,
): BatchValue {
  const facts = inputs.map((input) => (input === null ? null : factOf(input)));
  if (!batched)
    return index === 0
      ? constant(outputFact(node, facts, index))
      : constant({ ...outputFact(node, facts, index), shape: null });
  const shape = shapeOf(node, facts, index);
  if (shape === null) return { batched, shape, numbers: null };
  const exact = index === 0 && (EXACT.has(node.op) || isPlainConvolution(node));
  return {
    batched,
    shape: shape.map((size, axis) => (axis === 0 ? batch : exact ? size : null)),
    numbers: null,
  };
}

/** Explicit padding: the formula of the specification, with no choice left to the runtime. */
const isPlainConvolution = (node: OnnxNode): boolean =>
  node.op === 'Conv' && attributeOf(node, 'auto_pad') === undefined;

const factOf = ({ shape, numbers }: BatchValue): ValueFact => ({ ...ofShape(shape ?? []), shape, numbers });

/** Shape with the right rank, where the operator fixes it. */
function shapeOf(node: OnnxNode, facts: readonly (ValueFact | null)[], index: number): ValueFact['shape'] {
  const rank = facts[0]?.shape?.length ?? null;
  if (KEEPS_RANK.has(node.op)) return rank === null ? null : new Array<null>(rank).fill(null);
  if (node.domain === 'ai.onnx.ml') return CLASSIFIERS.has(node.op) && index === 0 ? [null] : [null, null];
  if (node.op === 'Flatten') return [null, rowSize(facts[0]?.shape ?? null)];
  if (node.op === 'ArgMax' || node.op === 'ArgMin') {
    return rank === null
      ? null
      : new Array<null>(rank - (intOf(node, 'keepdims', 1) === 1 ? 0 : 1)).fill(null);
  }
  return index === 0 ? outputFact(node, facts, index).shape : null;
}

/** Elements of one row, where all its sizes are known. */
const rowSize = (shape: ValueFact['shape']): number | null =>
  shape?.slice(1).reduce<number | null>((p, size) => (p === null || size === null ? null : p * size), 1) ??
  null;

const CLASSIFIERS = new Set(['LinearClassifier', 'SVMClassifier', 'TreeEnsembleClassifier']);
const KEEPS_RANK = new Set([
  'MaxPool',
  'AveragePool',
  'LpPool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'Split',
  'TopK',
  'Hardmax',
  'DepthToSpace',
  'SpaceToDepth',
  'Celu',
  'LabelEncoder',
  'CategoryMapper',
  'ThresholdedRelu',
  'IsInf',
]);

function rewrite(graph: OnnxGraph, reshapes: RowProof['reshapes']): OnnxGraph {
  const free = (info: ValueInfo): ValueInfo =>
    info.shape === null
      ? info
      : { ...info, shape: info.shape.map((size, axis) => (axis === 0 ? BATCH : size)) };
  const taken = new Set([
    ...graph.nodes.flatMap(({ outputs }) => outputs),
    ...graph.inputs.map(({ name }) => name),
  ]);
  const initializers: Record<string, GraphTensor> = { ...graph.initializers };
  // Reshapes that share a target share the new one.
  const targets = new Map<string, string>();
  for (const [node, sizes] of reshapes) {
    const old = elementAt(node.inputs, 1);
    if (targets.has(old)) continue;
    let name = `${old}_for_any_batch`;
    while (taken.has(name) || Object.hasOwn(initializers, name)) name += '_';
    // A size of 0 copies the dimension of the input.
    const data = BigInt64Array.from([0, ...sizes.slice(1)], BigInt);
    initializers[name] = { dtype: 'int64', shape: [sizes.length], data };
    targets.set(old, name);
  }
  const nodes = graph.nodes.map((node) =>
    reshapes.has(node)
      ? { ...node, inputs: [elementAt(node.inputs, 0), targets.get(elementAt(node.inputs, 1))!] }
      : node,
  );
  // Types that the file states for inner values hold the frozen size: they go.
  return {
    ...graph,
    nodes,
    initializers,
    inputs: graph.inputs.map(free),
    outputs: graph.outputs.map(free),
    values: [],
  };
}
