import { subgraphs, withNested } from '../../onnx/check/scope.ts';
import type {
  GraphTensor,
  NodeAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  ValueInfo,
  ValueType,
} from '../../onnx/graph.ts';

/** TensorProto.DataType. */
const FLOAT = 1;
const BFLOAT16 = 16;
/** Operators that onnxruntime has for bfloat16 on a CPU; for others it has no kernel. */
const HAVE_KERNELS = new Set(['Cast', 'CastLike', 'Identity', 'Constant']);
/** Attributes that hold a TensorProto.DataType: of what an operator makes, or of what it counts in. */
const TYPE_ATTRIBUTES = new Set(['dtype', 'output_dtype', 'softmax_precision', 'stash_type']);

/**
 * Computes in float32 what a graph computes in bfloat16, of which CPUs have no kernels. Weights keep their numbers, which float32
 * holds exactly; what is cast to bfloat16 is rounded as before, sums and products are more exact than before.
 */
export function computeInFloat32(model: OnnxModel): { readonly model: OnnxModel; readonly changed: boolean } {
  const functions = model.functions ?? [];
  const bodies = [model.graph.nodes, ...functions.map(({ nodes }) => nodes)];
  const operators = bodies.flatMap((nodes) => [...withNested(nodes)]);
  if (operators.every(({ op }) => HAVE_KERNELS.has(op)) || !holdsBfloat16(model, operators))
    return { model, changed: false };
  const graph = wideGraph(model.graph);
  return { model: { ...model, graph, functions: functions.map(wideFunction) }, changed: true };
}

function holdsBfloat16(model: OnnxModel, operators: readonly OnnxNode[]): boolean {
  const graphs = [model.graph, ...operators.flatMap(subgraphs)];
  const defaults = (model.functions ?? []).flatMap((fn) => Object.values(fn.defaults));
  const attributes = [...operators.flatMap((node) => Object.entries(node.attributes))];
  return (
    graphs.some(
      (graph) =>
        [...graph.inputs, ...graph.outputs].some(
          ({ type }) => type !== undefined && wideType(type) !== type,
        ) || Object.values(graph.initializers).some(isBfloat16),
    ) ||
    attributes.some(([name, attribute]) => isBfloat16Cast(name, attribute) || isHeld(name, attribute)) ||
    defaults.some((attribute) => isHeld('', attribute))
  );
}

/** Graphs in attributes are looked through one by one. */
const isHeld = (name: string, attribute: NodeAttribute): boolean =>
  attribute.type !== 'graph' && attribute.type !== 'graphs' && wideAttribute(name, attribute) !== attribute;

const isBfloat16 = (tensor: GraphTensor): boolean =>
  tensor.dtype === 'packed' && tensor.elementType === BFLOAT16;

const isBfloat16Cast = (name: string, attribute: NodeAttribute): boolean =>
  name === 'to' && attribute.type === 'int' && attribute.value === BigInt(BFLOAT16);

function wideTensor(tensor: GraphTensor): GraphTensor {
  if (tensor.dtype !== 'packed' || tensor.elementType !== BFLOAT16) return tensor;
  const { shape, data } = tensor;
  const numbers = new Float32Array(data.length / 2);
  const bits = new Uint16Array(numbers.buffer);
  // bfloat16 is the upper half of a float32; files and machines are little-endian.
  for (let i = 0; i < numbers.length; i += 1)
    bits[2 * i + 1] = (data[2 * i] ?? 0) | ((data[2 * i + 1] ?? 0) << 8);
  return { dtype: 'float32', shape, data: numbers };
}

const wideInfo = (info: ValueInfo): ValueInfo => {
  const { type } = info;
  if (type === undefined) return info;
  const wide = wideType(type);
  if (wide === type) return info;
  return wide.kind === 'tensor'
    ? { name: info.name, dtype: 'float32', shape: wide.shape }
    : { ...info, type: wide };
};

function wideType(type: ValueType): ValueType {
  if ('elementType' in type) return type.elementType === BFLOAT16 ? { ...type, elementType: FLOAT } : type;
  const element = wideType(type.element);
  return element === type.element ? type : { ...type, element };
}

function wideGraph(graph: OnnxGraph): OnnxGraph {
  const wide = ([name, tensor]: [string, GraphTensor]): [string, GraphTensor] => [name, wideTensor(tensor)];
  return {
    ...graph,
    nodes: graph.nodes.flatMap(wideNode),
    initializers: Object.fromEntries(Object.entries(graph.initializers).map(wide)),
    inputs: graph.inputs.map(wideInfo),
    outputs: graph.outputs.map(wideInfo),
    values: [],
    sparseInitializers: (graph.sparseInitializers ?? []).map((sparse) => ({
      ...sparse,
      values: wideTensor(sparse.values),
    })),
  };
}

const wideFunction = (fn: OnnxFunction): OnnxFunction => ({
  ...fn,
  nodes: fn.nodes.flatMap(wideNode),
  defaults: wideAttributes(fn.defaults),
});

/** What is cast to bfloat16 is rounded to it, and goes on as float32. */
function wideNode(node: OnnxNode): readonly OnnxNode[] {
  const attributes = wideAttributes(node.attributes);
  const isCast = Object.entries(node.attributes).some(([name, value]) => isBfloat16Cast(name, value));
  const [output = ''] = node.outputs;
  if (node.op !== 'Cast' || node.domain !== '' || !isCast) return [{ ...node, attributes }];
  const rounded = `${output}_rounded_to_bfloat16`;
  const back = { to: { type: 'int', value: BigInt(FLOAT) } } as const;
  return [
    { ...node, outputs: [rounded] },
    { ...node, name: `${node.name}_widened`, inputs: [rounded], attributes: back },
  ];
}

const wideAttributes = (attributes: OnnxNode['attributes']): OnnxNode['attributes'] =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [name, wideAttribute(name, attribute)]),
  );

/** The attribute itself where it holds nothing of bfloat16 and no graph. */
function wideAttribute(name: string, attribute: NodeAttribute): NodeAttribute {
  switch (attribute.type) {
    case 'int':
      return TYPE_ATTRIBUTES.has(name) && attribute.value === BigInt(BFLOAT16)
        ? { ...attribute, value: BigInt(FLOAT) }
        : attribute;
    case 'tensor':
      return isBfloat16(attribute.value) ? { ...attribute, value: wideTensor(attribute.value) } : attribute;
    case 'tensors':
      return attribute.value.some(isBfloat16)
        ? { ...attribute, value: attribute.value.map(wideTensor) }
        : attribute;
    case 'type': {
      const value = wideType(attribute.value);
      return value === attribute.value ? attribute : { ...attribute, value };
    }
    case 'graph':
      return { ...attribute, value: wideGraph(attribute.value) };
    case 'graphs':
      return { ...attribute, value: attribute.value.map(wideGraph) };
    default:
      return attribute;
  }
}
