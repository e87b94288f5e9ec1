import type { DType } from '../../model/tensor.ts';
import { ELEMENT_TYPE, elementName } from '../../onnx/dtype.ts';
import type { NodeAttribute, OnnxGraph, OnnxNode, ValueInfo } from '../../onnx/graph.ts';

/** A graph whose inputs and outputs are of types that requests and answers hold, and which of them became wider for that. */
export interface WiderPorts {
  readonly graph: OnnxGraph;
  readonly widened: readonly { readonly name: string; readonly from: string; readonly to: DType }[];
}

/**
 * By TensorProto.DataType: the narrowest type that holds every number of a type which neither JSON nor onnxruntime's binding for
 * Node carries.
 */
const WIDER: ReadonlyMap<number, DType> = new Map<number, DType>([
  ...[16, 17, 18, 19, 20, 23, 24].map((type) => [type, 'float32'] as const),
  [21, 'uint8'],
  [22, 'int8'],
  [25, 'uint8'],
  [26, 'int8'],
]);

/**
 * Makes inputs and outputs of bfloat16, float8, int4 and the like wider, under their own names: Cast stands between them and
 * what the graph computes with. Widening is exact; an input is rounded as whoever fed the graph before had to round it.
 */
export function widenPorts(graph: OnnxGraph): WiderPorts {
  const inputs = graph.inputs.flatMap(toWiden);
  const given = new Set(graph.inputs.map(({ name }) => name));
  // An output that is an input is wider already.
  const outputs = graph.outputs.flatMap(toWiden).filter(({ name }) => !given.has(name));
  const ports = [...inputs, ...outputs];
  if (ports.length === 0) return { graph, widened: [] };
  const names = freshNames(graph, ports);
  const inner = renamed(graph, names, given);
  const casts = [
    ...inputs.map(({ name, elementType }) => cast(name, names.get(name) ?? '', elementType)),
    ...outputs.map(({ name, to }) => cast(names.get(name) ?? '', name, ELEMENT_TYPE[to])),
  ];
  const widen = (info: ValueInfo): ValueInfo => {
    const [port] = toWiden(info);
    return port === undefined ? info : { name: info.name, dtype: port.to, shape: port.shape };
  };
  const widened = ports.map(({ name, elementType, to }) => ({ name, from: elementName(elementType), to }));
  const nodes = [...inner.nodes, ...casts];
  return {
    graph: { ...inner, nodes, inputs: graph.inputs.map(widen), outputs: graph.outputs.map(widen) },
    widened,
  };
}

interface Port {
  readonly name: string;
  readonly elementType: number;
  readonly to: DType;
  readonly shape: ValueInfo['shape'];
}

function toWiden({ name, type }: ValueInfo): Port[] {
  if (type?.kind !== 'tensor') return [];
  const to = WIDER.get(type.elementType);
  return to === undefined ? [] : [{ name, elementType: type.elementType, to, shape: type.shape }];
}

const cast = (from: string, to: string, elementType: number): OnnxNode => ({
  ...{ name: `${to}_cast`, op: 'Cast', domain: '', inputs: [from], outputs: [to] },
  attributes: { to: { type: 'int', value: BigInt(elementType) } },
});

/** What each port is called inside: a name that nothing has yet. */
function freshNames(graph: OnnxGraph, ports: readonly Port[]): ReadonlyMap<string, string> {
  const taken = namesOf(graph);
  const names = new Map<string, string>();
  for (const { name, elementType } of ports) {
    let fresh = `${name}_${elementName(elementType)}`;
    while (taken.has(fresh)) fresh += '_';
    taken.add(fresh);
    names.set(name, fresh);
  }
  return names;
}

/** All names of values, those of nested graphs included. */
function namesOf(graph: OnnxGraph): Set<string> {
  const names = new Set([
    ...[...graph.inputs, ...graph.outputs].map(({ name }) => name),
    ...Object.keys(graph.initializers),
    ...(graph.sparseInitializers ?? []).map(({ name }) => name),
  ]);
  for (const node of graph.nodes) {
    for (const name of [...node.inputs, ...node.outputs]) names.add(name);
    for (const attribute of Object.values(node.attributes))
      for (const inner of graphsIn(attribute)) for (const name of namesOf(inner)) names.add(name);
  }
  return names;
}

const graphsIn = (attribute: NodeAttribute): readonly OnnxGraph[] =>
  attribute.type === 'graph' ? [attribute.value] : attribute.type === 'graphs' ? attribute.value : [];

/**
 * The graph with other names for some of its values, wherever they are made and read. Nested graphs see them too, but for
 * those that they define themselves. Inputs and outputs of the whole graph keep their names.
 */
function renamed(
  graph: OnnxGraph,
  names: ReadonlyMap<string, string>,
  given: ReadonlySet<string> = new Set(),
): OnnxGraph {
  const nameOf = (name: string): string => names.get(name) ?? name;
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(nameOf),
    outputs: node.outputs.map(nameOf),
    attributes: Object.fromEntries(
      Object.entries(node.attributes).map(([key, attribute]) => [key, renamedIn(attribute, names)]),
    ),
  }));
  const initializers = Object.fromEntries(
    Object.entries(graph.initializers).map(([name, tensor]) => [
      given.has(name) ? name : nameOf(name),
      tensor,
    ]),
  );
  return {
    ...graph,
    nodes,
    initializers,
    values: graph.values?.filter(({ name }) => !names.has(name)) ?? [],
  };
}

function renamedIn(attribute: NodeAttribute, names: ReadonlyMap<string, string>): NodeAttribute {
  const inside = (graph: OnnxGraph): OnnxGraph => {
    const own = new Set([
      ...graph.inputs.map(({ name }) => name),
      ...Object.keys(graph.initializers),
      ...graph.nodes.flatMap(({ outputs }) => outputs),
    ]);
    const seen = new Map([...names].filter(([name]) => !own.has(name)));
    const inner = renamed(graph, seen);
    return {
      ...inner,
      outputs: inner.outputs.map((output) => ({ ...output, name: seen.get(output.name) ?? output.name })),
    };
  };
  if (attribute.type === 'graph') return { ...attribute, value: inside(attribute.value) };
  if (attribute.type === 'graphs') return { ...attribute, value: attribute.value.map(inside) };
  return attribute;
}
