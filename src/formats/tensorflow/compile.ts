import type { PlimsollError } from '../../core/errors.ts';
import { modelUnsupported } from '../../model/way-past.ts';
import { GraphBuilder } from '../../onnx/builder.ts';
import type { OnnxModel } from '../../onnx/graph.ts';
import { type GraphResources, NodeContext } from './context.ts';
import { edgeOf } from './edge.ts';
import { refuseEffects } from './effects.ts';
import { GraphEmitter, type TensorValue } from './emitter.ts';
import type { GraphDef } from './graph-def.ts';
import { ExamplesInput } from './operators/examples.ts';
import { FLOW_OPERATORS } from './operators.ts';
import type { SignatureDef, TensorInfo } from './saved-model.ts';
import { type Evaluate, NodeScope } from './scope.ts';
import { asEdges, withSources } from './sources.ts';
import { dataTypeName, dtypeOfType } from './tensor-proto.ts';
import type { EdgeValue } from './value.ts';

/**
 * One signature of a graph as ONNX: inputs and outputs have the names that the signature gives them, functions are put in place of
 * their calls, and only what the outputs need is read.
 *
 * @throws MODEL_UNSUPPORTED for an operator that is not known, with the node; MODEL_INVALID where the graph contradicts itself
 */
export function compileSignature(
  graph: GraphDef,
  signature: SignatureDef,
  resources: GraphResources,
): OnnxModel {
  try {
    return compileInputs(graph, signature, resources, null);
  } catch (error) {
    if (!(error instanceof ExamplesInput)) throw error;
    return compileInputs(graph, signature, resources, error.input);
  }
}

/** @param examples the input that is parsed as examples */
function compileInputs(
  graph: GraphDef,
  signature: SignatureDef,
  resources: GraphResources,
  examples: string | null,
): OnnxModel {
  const { budget } = resources;
  const names = outputNames(signature);
  const builder = new GraphBuilder('model', [...signature.inputs.keys(), ...names.values()]);
  const g = new GraphEmitter(builder);
  const evaluate: Evaluate = (node, inputs, scope) => {
    const rule = Object.hasOwn(FLOW_OPERATORS, node.op) ? FLOW_OPERATORS[node.op] : undefined;
    const context = new NodeContext(node, inputs, g, scope, resources);
    if (rule === undefined)
      throw context.unsupported('op', node.op, 'the operators of docs/operators.md are');
    const made = withinNumbers(context, () => rule(context));
    return withSources(context, rule, asEdges(made));
  };
  const functions = new Map(graph.functions.map((fn) => [fn.name, fn]));
  refuseEffects(
    graph,
    functions,
    [...signature.outputs.values()].map(({ name }) => name ?? ''),
  );
  const given = new Map<string, readonly EdgeValue[]>();
  for (const [name, info] of sorted(signature.inputs))
    given.set(nodeOf(name, info), [name === examples ? { kind: 'examples' } : inputOf(g, name, info)]);
  const scope = new NodeScope({ functions, evaluate, spent: { nodes: 0 }, budget }, graph.nodes, given);
  const outputs = sorted(signature.outputs).map(([name, info]) => {
    nodeOf(name, info);
    const value = scope.value(info.name ?? '');
    if (value.kind !== 'tensor') throw refused(name, `a ${value.kind}`, 'a tensor is');
    return { name, info, value };
  });
  for (const { name, info, value } of outputs)
    g.output(g.freeName(names.get(name) ?? name), value, shapeOf(name, info, value));
  const model = builder.build({});
  return { ...model, opsets: [...model.opsets, MICROSOFT] };
}

/** The operators of onnxruntime's own that hashes are made of; where no node is of it, the domain goes. */
const MICROSOFT = { domain: 'com.microsoft', version: 1 };

/** Sizes that come to half an element or to more than there are numbers are mistakes of the file. */
function withinNumbers<T>(node: NodeContext, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw node.invalid(`sizes that do not go together (${error.message})`, 'whole sizes');
  }
}

/** Names of the outputs; where an input has the name already, `output_` goes before it, since values of a graph have one each. */
function outputNames({ inputs, outputs }: SignatureDef): ReadonlyMap<string, string> {
  return new Map([...outputs.keys()].map((name) => [name, inputs.has(name) ? `output_${name}` : name]));
}

/** By name, as TensorFlow orders what a signature maps. */
const sorted = (map: ReadonlyMap<string, TensorInfo>): (readonly [string, TensorInfo])[] =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1));

function nodeOf(name: string, info: TensorInfo): string {
  if (info.name === null) throw refused(name, 'a sparse or composed tensor', 'a dense tensor is');
  return edgeOf(info.name).name;
}

function inputOf(g: GraphEmitter, name: string, info: TensorInfo): TensorValue {
  const dtype = dtypeOfType(info.type);
  if (dtype === null)
    throw refused(name, `a tensor of ${dataTypeName(info.type)}`, 'numbers, booleans or strings are');
  if (info.shape === null) throw refused(name, 'a tensor of unknown rank', 'a known rank is');
  return g.input(
    name,
    dtype,
    info.shape.map((size, axis) => (size >= 0 ? size : freeSize(name, axis))),
  );
}

/** The first free size is that of the batch, in which all inputs agree. */
const freeSize = (name: string, axis: number): string => (axis === 0 ? 'N' : `${name}_${axis}`);

/** Sizes as the signature states them, else as they were inferred. */
function shapeOf(name: string, info: TensorInfo, value: TensorValue): readonly (number | string)[] {
  const stated = info.shape ?? value.shape?.map((size) => size ?? -1) ?? null;
  if (stated === null) throw refused(name, 'a tensor of unknown rank', 'a known rank is');
  return stated.map((size, axis) => (size >= 0 ? size : freeSize(name, axis)));
}

const refused = (name: string, found: string, wanted: string): PlimsollError =>
  modelUnsupported({
    path: name,
    class: 'TensorFlow signature',
    offset: 0,
    field: 'tensor',
    found,
    wanted,
  });
