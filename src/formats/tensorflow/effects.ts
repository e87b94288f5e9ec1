import { modelUnsupported } from '../../model/way-past.ts';
import { edgeOf } from './edge.ts';
import type { FunctionDef, GraphDef, NodeDef, NodeIndex } from './graph-def.ts';

/** Operators that do something besides answering: they call code of Python, or read and write files. */
const EFFECTS: ReadonlySet<string> = new Set([
  ...['PyFunc', 'PyFuncStateless', 'EagerPyFunc'],
  ...['ReadFile', 'WriteFile', 'MatchingFiles'],
]);

/**
 * Refuses a graph whose answer comes along with what an operator does besides: TensorFlow runs a node before another that names
 * it as a control input, and all of a function that is called, though no number of it is read.
 *
 * @throws MODEL_UNSUPPORTED with the node
 */
export function refuseEffects(
  graph: GraphDef,
  functions: ReadonlyMap<string, FunctionDef>,
  outputs: readonly string[],
): void {
  const called = new Set<string>();
  walk(
    graph.nodes,
    outputs.map((reference) => edgeOf(reference).name),
    called,
  );
  // A function that is called adds those that it calls, which this loop comes to as well.
  for (const name of called) {
    const { nodes } = functions.get(name) ?? {};
    if (nodes !== undefined) walk(nodes, [...nodes.keys()], called);
  }
}

/** Every node that has to run for some, each once; functions that they call are added. */
function walk(nodes: NodeIndex, names: readonly string[], called: Set<string>): void {
  const waiting = [...names];
  const seen = new Set<string>(waiting);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = nodes.get(name);
    if (node === undefined) continue;
    if (EFFECTS.has(node.op)) throw effect(node);
    for (const attr of node.attrs.values()) if (attr.kind === 'function') called.add(attr.value);
    for (const input of node.inputs) {
      const source = edgeOf(input.replace('^', '')).name;
      if (seen.has(source)) continue;
      seen.add(source);
      waiting.push(source);
    }
  }
}

const effect = ({ name, op }: NodeDef) =>
  modelUnsupported({
    ...{ path: name, class: `tensorflow.${op}`, offset: 0, field: 'op' },
    found: `${op}, which does something besides answering`,
    wanted: 'the operators of docs/operators.md are',
  });
