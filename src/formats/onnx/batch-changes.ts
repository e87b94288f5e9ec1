import type { GraphTensor, OnnxGraph, OnnxNode } from '../../onnx/graph.ts';
import type { RowChanges } from './batch-rule.ts';
import { countElements } from './batch-value.ts';

/** One input of one node that is another where the batch is free. */
export type BatchChange = { readonly node: OnnxNode; readonly input: number } & (
  | { readonly kind: 'restate'; readonly numbers: readonly (number | 'rows')[] }
  /** A constant is repeated along an axis; `first` is one row of it, where it has several. */
  | {
      readonly kind: 'repeat';
      readonly at: number;
      readonly rank: number;
      readonly first: GraphTensor | null;
    }
);

/** Changes that a proof asks for, as it goes. */
export interface BatchChanges {
  readonly made: readonly BatchChange[];
  forNode(node: OnnxNode): RowChanges;
}

export function changesOf(graph: OnnxGraph, batch: number): BatchChanges {
  const made: BatchChange[] = [];
  const forNode = (node: OnnxNode): RowChanges => ({
    batch,
    repeat(input, at, rank) {
      const first = batch === 1 ? null : firstRow(graph, node.inputs[input] ?? '', at, batch);
      if (first === undefined) return false;
      made.push({ kind: 'repeat', node, input, at, rank, first });
      return true;
    },
    restate(input, numbers) {
      if (!numbers.every((size) => size === 'rows' || Number.isSafeInteger(size))) return false;
      made.push({ kind: 'restate', node, input, numbers });
      return true;
    },
  });
  return { made, forNode };
}

/** An initialiser, or what a node Constant holds. */
function constantNamed(graph: OnnxGraph, name: string): GraphTensor | undefined {
  if (Object.hasOwn(graph.initializers, name)) return graph.initializers[name];
  const node = graph.nodes.find(({ op, outputs }) => op === 'Constant' && outputs[0] === name);
  const value = node?.attributes['value'];
  return value?.type === 'tensor' ? value.value : undefined;
}

/** One row of a constant that has several which are the same; undefined where they are not, or it is computed. */
function firstRow(graph: OnnxGraph, name: string, at: number, batch: number): GraphTensor | undefined {
  const tensor = constantNamed(graph, name);
  if (tensor === undefined) return undefined;
  const { shape } = tensor;
  if (shape[at] !== batch || tensor.dtype === 'packed') return undefined;
  const [count, row] = [countElements(shape), countElements(shape.slice(at + 1))];
  if (count === null || row === null) return undefined;
  const block = row * batch;
  const isFirst = (i: number): boolean => i % block < row;
  for (let i = 0; i < count; i += 1)
    if (!Object.is(tensor.data[i], tensor.data[i - Math.floor((i % block) / row) * row])) return undefined;
  const data = (tensor.data as unknown[]).filter((_, i) => isFirst(i));
  return { ...tensor, shape: shape.with(at, 1), data } as GraphTensor;
}
