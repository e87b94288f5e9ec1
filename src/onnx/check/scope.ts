import { valueInMap } from '../../core/element-at.ts';
import type { OnnxGraph, OnnxNode } from '../graph.ts';
import { graphInvalid, nodeName } from './where.ts';

/** Graphs in the attributes of a node: bodies of If, Loop, Scan. */
export function subgraphs(node: OnnxNode): OnnxGraph[] {
  return Object.values(node.attributes).flatMap((attribute) => {
    if (attribute.type === 'graph') return [attribute.value];
    return attribute.type === 'graphs' ? [...attribute.value] : [];
  });
}

/** Nodes, and those of all graphs in their attributes. */
export function* withNested(nodes: readonly OnnxNode[]): Generator<OnnxNode> {
  for (const node of nodes) {
    yield node;
    for (const graph of subgraphs(node)) yield* withNested(graph.nodes);
  }
}

/** Nodes and the names around them: the main graph, a nested graph, a function. */
export interface GraphScope {
  readonly where: string;
  readonly nodes: readonly OnnxNode[];
  /** Names defined before any node runs. */
  readonly given: ReadonlySet<string>;
  readonly outputs: readonly string[];
  /** Whether the scopes around it define a name. */
  readonly outer: (name: string) => boolean;
}

/** @throws GRAPH_INVALID where two inputs share a name */
export function graphScope(graph: OnnxGraph, outer: GraphScope['outer']): GraphScope {
  const where = `graph "${graph.name}"`;
  const given = new Set<string>();
  for (const { name } of graph.inputs) {
    if (name === '' || given.has(name))
      throw graphInvalid(where, `a second input "${name}"`, 'names used once');
    given.add(name);
  }
  // An initializer may share the name of an input: it is then that input's default.
  for (const name of Object.keys(graph.initializers)) given.add(name);
  for (const { name } of graph.sparseInitializers ?? []) {
    if (given.has(name)) throw graphInvalid(where, `a second value "${name}"`, 'names used once');
    given.add(name);
  }
  return { where, nodes: graph.nodes, given, outputs: graph.outputs.map(({ name }) => name), outer };
}

/**
 * Checks names inside `scope` and in the graphs nested in it, and puts its nodes in an order in which each comes
 * after all that it reads.
 *
 * @throws GRAPH_INVALID for a name that is undefined or defined twice, and for a cycle
 */
export function orderNodes(scope: GraphScope): OnnxNode[] {
  const producer = new Map<string, OnnxNode>();
  for (const node of scope.nodes) {
    for (const output of node.outputs) {
      if (output === '') continue;
      if (producer.has(output) || scope.given.has(output)) {
        throw graphInvalid(nodeName(node), `a second value "${output}"`, 'names used once');
      }
      producer.set(output, node);
    }
  }
  const visible = (name: string): boolean => producer.has(name) || scope.given.has(name) || scope.outer(name);
  for (const output of scope.outputs) {
    if (!visible(output))
      throw graphInvalid(scope.where, `the undefined output "${output}"`, 'a value of the graph');
  }
  const reads = new Map(scope.nodes.map((node) => [node, checkReads(node, visible)]));
  return sortNodes(scope, producer, reads);
}

/** Names that a node reads from its scope, those that its nested graphs capture included. */
function checkReads(node: OnnxNode, visible: GraphScope['outer']): Set<string> {
  const reads = new Set<string>();
  for (const input of node.inputs) {
    if (input === '') continue;
    if (!visible(input))
      throw graphInvalid(nodeName(node), `the undefined input "${input}"`, 'a value defined before');
    reads.add(input);
  }
  for (const graph of subgraphs(node)) {
    const inner = graphScope(graph, visible);
    orderNodes(inner);
    for (const name of captured(graph)) reads.add(name);
  }
  return reads;
}

/** Names that a nested graph reads from around it. */
function captured(graph: OnnxGraph): Set<string> {
  const own = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...Object.keys(graph.initializers),
    ...(graph.sparseInitializers ?? []).map(({ name }) => name),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const read = [
    ...graph.nodes.flatMap(({ inputs }) => inputs),
    ...graph.nodes.flatMap((node) => subgraphs(node).flatMap((inner) => [...captured(inner)])),
    ...graph.outputs.map(({ name }) => name),
  ];
  return new Set(read.filter((name) => name !== '' && !own.has(name)));
}

/** Kahn's algorithm; nodes that are ready keep the order of the file. */
function sortNodes(
  scope: GraphScope,
  producer: ReadonlyMap<string, OnnxNode>,
  reads: ReadonlyMap<OnnxNode, ReadonlySet<string>>,
): OnnxNode[] {
  const waiting = new Map<OnnxNode, number>();
  const readers = new Map<OnnxNode, OnnxNode[]>();
  for (const node of scope.nodes) {
    const before = new Set([...(reads.get(node) ?? [])].flatMap((name) => producer.get(name) ?? []));
    waiting.set(node, before.size);
    for (const other of before) {
      const list = readers.get(other);
      if (list === undefined) readers.set(other, [node]);
      else list.push(node);
    }
  }
  const order = scope.nodes.filter((node) => waiting.get(node) === 0);
  // Nodes that are pushed meanwhile are visited too.
  for (const node of order) {
    for (const reader of readers.get(node) ?? []) {
      const left = valueInMap(waiting, reader) - 1;
      waiting.set(reader, left);
      if (left === 0) order.push(reader);
    }
  }
  const done = new Set(order);
  const stuck = scope.nodes.find((node) => !done.has(node));
  if (stuck !== undefined) {
    throw graphInvalid(nodeName(stuck), 'a cycle through it', 'nodes that wait for nothing of their own');
  }
  return order;
}
