import { edgeOf } from './edge.ts';
import type { FunctionDef, GraphDef, NodeDef, NodeIndex } from './graph-def.ts';

/** Some nodes of the graph itself, or of a function that it calls, and where their inputs come from. */
export interface NodeSet {
  readonly nodes: readonly NodeDef[];
  /** Node and output that an edge starts from, past nodes that pass on what they read, and out of the function. */
  readonly origin: (reference: string) => { readonly name: string; readonly index: number };
  /** The node that an edge starts from, in the function or outside it; null where it is no node. */
  readonly source: (reference: string) => NodeDef | null;
}

const PASSES: ReadonlySet<string> = new Set(['Identity', 'IdentityN', 'Cast']);
const CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall']);
/** Nodes that one edge passes through. */
const MAX_STEPS = 64;

/** Nodes of some operators in the graph and in every function that one of its nodes calls, a set for each call. */
export function callsOf(
  graph: GraphDef,
  functions: ReadonlyMap<string, FunctionDef>,
  operators: ReadonlySet<string>,
): readonly NodeSet[] {
  const found = new Map<NodeIndex, readonly NodeDef[]>();
  const wanted = (all: NodeIndex): readonly NodeDef[] => {
    const nodes = found.get(all) ?? [...all.values()].filter(({ op }) => operators.has(op));
    found.set(all, nodes);
    return nodes;
  };
  const top = nodeSet(graph.nodes, wanted(graph.nodes), null);
  const called = [...graph.nodes.values()].flatMap((node) => {
    const attr = node.attrs.get('f');
    const fn = CALLS.has(node.op) && attr?.kind === 'function' ? functions.get(attr.value) : undefined;
    if (fn === undefined || wanted(fn.nodes).length === 0) return [];
    const args = node.inputs.filter((input) => !input.startsWith('^'));
    const outside = new Map(fn.inputs.map((name, i) => [name, args[i] ?? '']));
    return [nodeSet(fn.nodes, wanted(fn.nodes), { set: top, outside })];
  });
  return [top, ...called];
}

interface Caller {
  readonly set: NodeSet;
  /** Edges outside by the names of arguments. */
  readonly outside: ReadonlyMap<string, string>;
}

function nodeSet(all: NodeIndex, nodes: readonly NodeDef[], caller: Caller | null): NodeSet {
  const local = (reference: string): { name: string; index: number } => {
    let at = edgeOf(reference);
    for (let steps = 0; steps < MAX_STEPS; steps += 1) {
      const node = all.get(at.name);
      if (node === undefined || !PASSES.has(node.op)) break;
      at = edgeOf(node.inputs[0] ?? '');
    }
    return at;
  };
  const outer = (name: string): string | undefined => (all.has(name) ? undefined : caller?.outside.get(name));
  return {
    nodes,
    origin(reference) {
      const at = local(reference);
      const outside = outer(at.name);
      return outside === undefined || caller === null ? at : caller.set.origin(outside);
    },
    source(reference) {
      const at = local(reference);
      const outside = outer(at.name);
      if (outside !== undefined && caller !== null) return caller.set.source(outside);
      return all.get(at.name) ?? null;
    },
  };
}
