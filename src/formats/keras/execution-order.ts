import { stepInvalid } from '../failure.ts';
import type { ModelArchitecture } from './architecture.ts';
import type { CallTemplate } from './calls.ts';
import type { TensorReference } from './references.ts';

/** One call of a layer in a graph. */
export type CallNode = Pick<TensorReference, 'layer' | 'call'>;

export const nodeKey = ({ layer, call }: CallNode): string => `${call}:${layer}`;

/** What a graph is made of: the calls behind each node, and which nodes are there from the start. */
export interface CallGraph {
  readonly templateOf: (node: CallNode) => CallTemplate;
  readonly isInput: (node: CallNode) => boolean;
}

/**
 * The calls that the outputs need, in the order in which Keras makes them (`map_graph` of keras/src/ops/function.py): by how far they
 * are from the outputs, and in the order of a walk from the outputs back. It matters where a layer takes masks away from tensors
 * that others read.
 */
export function executionOrder(model: ModelArchitecture, graph: CallGraph): readonly CallNode[] {
  const walked = walkBack(model, graph);
  const depths = new Map<string, number>();
  const layerDepths = new Map<string, number>();
  const nodes = new Map(walked.map((node) => [nodeKey(node), node]));
  for (const node of walked.toReversed()) {
    const own = Math.max(depths.get(nodeKey(node)) ?? 0, layerDepths.get(node.layer) ?? 0);
    layerDepths.set(node.layer, own);
    depths.set(nodeKey(node), own);
    for (const before of neededBy(node, graph)) {
      const key = nodeKey(before);
      depths.set(key, Math.max(own + 1, depths.get(key) ?? 0));
    }
  }
  const ordered = [...depths].sort(([, a], [, b]) => b - a);
  return ordered.flatMap(([key]) => {
    const node = nodes.get(key);
    return node === undefined || graph.isInput(node) ? [] : [node];
  });
}

const neededBy = (node: CallNode, graph: CallGraph): readonly TensorReference[] =>
  graph.isInput(node) ? [] : referencesOf(graph.templateOf(node));

/** All nodes behind the outputs, each after those that it needs; without recursion, for graphs can be long. */
function walkBack(model: ModelArchitecture, graph: CallGraph): readonly CallNode[] {
  const finished = new Map<string, CallNode>();
  const started = new Set<string>();
  for (const output of model.outputs) {
    const stack: { readonly node: CallNode; readonly needs: TensorReference[] }[] = [];
    const enter = (node: CallNode): void => {
      const key = nodeKey(node);
      if (finished.has(key)) return;
      if (started.has(key))
        throw stepInvalid(
          model.origin,
          'the graph',
          `a circle through ${JSON.stringify(node.layer)}`,
          'a graph without circles',
        );
      started.add(key);
      stack.push({ node, needs: [...neededBy(node, graph)] });
    };
    enter(output);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.needs.shift();
      if (next !== undefined) enter(next);
      else {
        finished.set(nodeKey(top.node), top.node);
        stack.pop();
      }
    }
  }
  return [...finished.values()];
}

function referencesOf({ args, kwargs }: CallTemplate): readonly TensorReference[] {
  const found: TensorReference[] = [];
  const collect = (argument: CallTemplate['args'][number]): void => {
    if (argument.kind === 'reference') found.push(argument.reference);
    if (argument.kind === 'list') argument.items.forEach(collect);
  };
  args.forEach(collect);
  for (const argument of kwargs.values()) collect(argument);
  return found;
}
