/** What a graph is made of: its operators counted, what goes in and comes out. Pure. */
import { type GraphBytes, graphPieces, joinedBytes } from '../model/graph-bytes.ts';
import type { Signature } from '../model/signature.ts';
import { decodeModel } from '../onnx/decode.ts';
import type { OnnxGraph, OnnxModel, OnnxNode } from '../onnx/graph.ts';
import { limitsForFile } from '../onnx/limits.ts';
import type { OutlineGraph } from './outline-schemas.ts';
import { signatureOutline } from './signature-outline.ts';

const OPERATORS_MOST = 200;
const VALUES_MOST = 200;

/** The outline of a graph. Errors: those of `decodeModel`. */
export function graphOutline(graph: Exclude<GraphBytes, string>, signature: Signature): OutlineGraph {
  const bytes = joinedBytes(graph);
  const model = decodeModel(bytes, limitsForFile(bytes.length));
  const nodes = [...nodesIn(model.graph), ...(model.functions ?? []).flatMap(({ nodes }) => nodes)];
  return {
    producer: [model.producer.name, model.producer.version].filter(Boolean).join(' '),
    opsets: model.opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`),
    bytes: graphPieces(graph).reduce((sum, { length }) => sum + length, 0),
    nodes: nodes.length,
    operators: counted(nodes).slice(0, OPERATORS_MOST),
    parameters: parametersIn(model),
    ...valuesOf(signature),
  };
}

/** Nodes of a graph and of the graphs inside it. */
function nodesIn(graph: OnnxGraph): readonly OnnxNode[] {
  const found: OnnxNode[] = [];
  const waiting = [graph];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const node of next.nodes) {
      found.push(node);
      for (const attribute of Object.values(node.attributes)) {
        if (attribute.type === 'graph') waiting.push(attribute.value);
        if (attribute.type === 'graphs') waiting.push(...attribute.value);
      }
    }
  }
  return found;
}

function counted(nodes: readonly OnnxNode[]): OutlineGraph['operators'] {
  const counts = new Map<string, number>();
  for (const { op, domain } of nodes) {
    const name = domain === '' ? op : `${domain}.${op}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

const parametersIn = ({ graph }: OnnxModel): number =>
  Object.values(graph.initializers).reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );

function valuesOf(signature: Signature): Pick<OutlineGraph, 'inputs' | 'outputs'> {
  const { inputs, outputs } = signatureOutline(signature);
  const told = ({ name, type }: { readonly name: string; readonly type: string }) => ({ name, type });
  return { inputs: inputs.slice(0, VALUES_MOST).map(told), outputs: outputs.slice(0, VALUES_MOST).map(told) };
}
