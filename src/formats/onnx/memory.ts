import type { ReadNote } from '../../model/description.ts';
import type { GraphMemory } from '../../model/graph-memory.ts';
import { ofShape, ofTensor, type ValueFact } from '../../onnx/check/fact.ts';
import { outputFact } from '../../onnx/check/rules.ts';
import { withNested } from '../../onnx/check/scope.ts';
import { nodeName } from '../../onnx/check/where.ts';
import type { OnnxGraph, OnnxModel } from '../../onnx/graph.ts';
import { isRowwise, proveRows } from './batch.ts';

/** Bytes that one row may take on its way through a graph in a process that serves other models too. */
const MAX_ROW_BYTES = 4 * 2 ** 20;
/** Sizes of values are counted as if all were of the widest type: a short text with what the runtime keeps for it. */
const ELEMENT_BYTES = 32;
/** What no shape in a file holds in place of its first size. */
const NO_SIZE = 2 ** 31 - 1;

const unbounded = (reason: string): GraphMemory => ({ kind: 'unbounded', reason });

/**
 * Bounds the memory of one row. Proved are graphs whose inputs have one free size, that of the batch; whose operators are
 * all known to answer each row from that row alone; and whose values all have sizes that follow from constants.
 * Functions, loops and branches, operators whose output depends on values, and those that are not known, prove nothing.
 */
export function graphMemory(model: OnnxModel): GraphMemory {
  const memory = memoryOfRow(model);
  return memory.kind === 'unbounded' && isParallel(model) ? { ...memory, isParallel: true } : memory;
}

/** Ensembles of trees are summed in pieces, one a thread; operators of ai.onnx keep the order of sums (`threads.long.test.ts`). */
const isParallel = ({ graph, functions = [] }: OnnxModel): boolean =>
  [graph, ...functions].every(({ nodes }) => [...withNested(nodes)].every(({ domain }) => domain !== TREES));

const TREES = 'ai.onnx.ml';

function memoryOfRow({ graph, functions = [] }: OnnxModel): GraphMemory {
  if (functions.length > 0) return unbounded('it defines functions of its own');
  const open = graph.inputs.find(({ shape }) => shape === null || !isRow(shape));
  if (open !== undefined) return unbounded(`input "${open.name}" has free sizes besides that of the batch`);
  const proof = proveRows(graph, NO_SIZE, null);
  if (typeof proof === 'string') return unbounded(proof);
  const shared = graph.outputs.find(({ name }) => !isRowwise(proof, name));
  if (shared !== undefined) return unbounded(`output "${shared.name}" has no row per input row`);
  return sizeOfRow(graph, proof.nodes);
}

const isRow = ([batch, ...sizes]: NonNullable<OnnxGraph['inputs'][number]['shape']>): boolean =>
  typeof batch === 'string' && sizes.every((size) => typeof size === 'number');

/** Adds up what all values of one row take: more than what is there at any moment. */
function sizeOfRow(graph: OnnxGraph, nodes: OnnxGraph['nodes']): GraphMemory {
  const facts = new Map<string, ValueFact>();
  for (const [name, tensor] of Object.entries(graph.initializers)) facts.set(name, ofTensor(tensor));
  for (const { name, shape } of graph.sparseInitializers ?? []) facts.set(name, ofShape(shape));
  for (const { name, shape } of graph.inputs) facts.set(name, ofShape([1, ...(shape as number[]).slice(1)]));
  let rowBytes = 0;
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => facts.get(name) ?? null);
    for (const [index, name] of node.outputs.entries()) {
      if (name === '') continue;
      const fact = outputFact(node, inputs, index);
      if (fact.shape === null || fact.shape.some((size) => size === null || !(size >= 0)))
        return unbounded(`${nodeName(node)} makes what no constant gives a size`);
      facts.set(name, fact);
      rowBytes += fact.elements * ELEMENT_BYTES;
    }
  }
  if (rowBytes <= MAX_ROW_BYTES) return { kind: 'bounded', rowBytes };
  return unbounded(`one row takes up to ${rowBytes} bytes on its way, ${MAX_ROW_BYTES} are the limit`);
}

/** What people should know about it. */
export const memoryNotes = (memory: GraphMemory): readonly ReadNote[] =>
  memory.kind === 'bounded'
    ? []
    : [{ level: 'info', text: `Runs in a process of its own, with a limit on memory: ${memory.reason}` }];
