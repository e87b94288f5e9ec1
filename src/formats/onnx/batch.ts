import { ofShape, ofTensor, type ValueFact } from '../../onnx/check/fact.ts';
import { outputFact } from '../../onnx/check/rules.ts';
import { graphScope, orderNodes, subgraphs } from '../../onnx/check/scope.ts';
import { nodeName } from '../../onnx/check/where.ts';
import type { OnnxGraph, OnnxNode } from '../../onnx/graph.ts';
import { type BatchChange, type BatchChanges, changesOf } from './batch-changes.ts';
import { countsOfShape, countsThrough } from './batch-counts.ts';
import { withFreeBatch } from './batch-rewrite.ts';
import { rowRule } from './batch-rules.ts';
import { batchShape, factOf } from './batch-shape.ts';
import { type BatchValue, isPlain, plainAxis, type RowAxis } from './batch-value.ts';

/** What became of a frozen batch dimension. */
export type BatchOutcome =
  | { readonly kind: 'dynamic' }
  | { readonly kind: 'freed'; readonly graph: OnnxGraph; readonly batch: number }
  /** Left frozen: nothing proves that rows are independent. */
  | { readonly kind: 'frozen'; readonly batch: number; readonly reason: string };

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
  const proof = proveRows(graph, batch, changesOf(graph, batch));
  if (typeof proof === 'string') return fail(proof);
  for (const { name, shape } of graph.outputs) {
    const head = shape?.[0];
    if (!isRowwise(proof, name) || (typeof head === 'number' && head !== batch))
      return fail(`output "${name}" has no row per input row`);
  }
  return { kind: 'freed', batch, graph: withFreeBatch(graph, proof.changes) };
}

export interface RowProof {
  readonly values: ReadonlyMap<string, BatchValue>;
  /** Nodes in an order in which each comes after all that it reads. */
  readonly nodes: readonly OnnxNode[];
  /** What has to be changed so that the graph takes any batch. */
  readonly changes: readonly BatchChange[];
}

/** Whether a value has its rows in front, each an axis entry of its own. */
export function isRowwise({ values }: RowProof, name: string): boolean {
  const rows = values.get(name)?.rows ?? null;
  return rows !== null && rows.at === 0 && isPlain(rows);
}

/**
 * Proves that every operator answers each row from that row alone.
 *
 * @param batch the frozen first size; any number that no shape holds where it is free
 * @param changes that may be made to the graph; none where its batch is free already
 * @returns why there is no proof, where there is none
 */
export function proveRows(graph: OnnxGraph, batch: number, changes: BatchChanges | null): RowProof | string {
  const values = new Map<string, BatchValue>();
  for (const [name, tensor] of Object.entries(graph.initializers))
    values.set(name, constant(ofTensor(tensor)));
  for (const { name, shape } of graph.sparseInitializers ?? []) values.set(name, constant(ofShape(shape)));
  for (const { name, shape } of graph.inputs) {
    const known = (shape ?? []).map((size, at) =>
      at === 0 ? batch : typeof size === 'number' ? size : null,
    );
    values.set(name, { rows: plainAxis(0), shape: known, numbers: null, counts: null });
  }
  const nodes = orderNodes(graphScope(graph, () => false));
  for (const node of nodes) {
    if (subgraphs(node).length > 0) return `${nodeName(node)} holds a graph`;
    const inputs = node.inputs.map((name) => (name === '' ? null : (values.get(name) ?? null)));
    const outputs = outputsOf(node, inputs, batch, changes);
    if (typeof outputs === 'string') return outputs;
    for (const [index, name] of node.outputs.entries()) {
      const value = outputs[index];
      if (name !== '' && value !== undefined) values.set(name, value);
    }
  }
  return { values, nodes, changes: changes?.made ?? [] };
}

type Values = readonly (BatchValue | null)[];

const RANDOM: ReadonlySet<string> = new Set([
  'RandomNormal',
  'RandomUniform',
  'RandomNormalLike',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);

const constant = ({ shape, numbers }: ValueFact): BatchValue => ({
  rows: null,
  shape,
  numbers,
  counts: null,
});

function outputsOf(
  node: OnnxNode,
  inputs: Values,
  batch: number,
  changes: BatchChanges | null,
): readonly BatchValue[] | string {
  const [data] = inputs;
  const facts = inputs.map((input) => (input === null ? null : factOf(input)));
  const fixed = (index: number): BatchValue => {
    const fact = constant(outputFact(node, facts, index));
    return index === 0 ? fact : { ...fact, shape: null };
  };
  const hasRows = inputs.some((input) => input?.rows != null);
  const hasCounts = inputs.some((input) => input?.counts != null);
  if (!hasRows && !hasCounts)
    return RANDOM.has(node.op) ? `${nodeName(node)} is random` : node.outputs.map((_, index) => fixed(index));
  if (node.op === 'Shape' && node.domain === '' && data?.rows != null)
    return data.shape === null
      ? `${nodeName(node)} asks for sizes that are not known`
      : [{ ...fixed(0), counts: countsOfShape(node, data) }];
  const counts = hasRows ? null : countsThrough(node, inputs);
  if (counts !== null)
    return [{ ...fixed(0), counts: counts.some((count) => count !== null) ? counts : null }];
  const rows = rowRule(node)?.(node, inputs, changes?.forNode(node) ?? { ...NONE, batch }) ?? null;
  if (rows === null) return `${nodeName(node)} is not known to keep rows apart`;
  return node.outputs.map((_, index) => rowsValue(node, inputs, index, axisOf(rows, index), batch));
}

const NONE = { repeat: () => false, restate: () => false };

const axisOf = (rows: RowAxis | readonly RowAxis[], index: number): RowAxis =>
  isList(rows) ? (rows[index] ?? plainAxis(0)) : rows;

const isList = (rows: RowAxis | readonly RowAxis[]): rows is readonly RowAxis[] => Array.isArray(rows);

function rowsValue(node: OnnxNode, inputs: Values, index: number, rows: RowAxis, batch: number): BatchValue {
  const sizes = batchShape(node, inputs, index);
  const shape = sizes?.map((size, at) => (at === rows.at ? rows.before * batch * rows.after : size)) ?? null;
  return { rows, shape, numbers: null, counts: null };
}
