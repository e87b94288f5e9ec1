import { ProtoWriter } from '../bytes/protobuf-writer.ts';
import { assertNever } from '../core/errors.ts';
import { ELEMENT_TYPE } from './dtype.ts';
import type {
  GraphShape,
  GraphTensor,
  NodeAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  Opset,
  SparseTensor,
  ValueInfo,
  ValueType,
} from './graph.ts';

/** ModelProto bytes of a model. */
export const encodeModel = (model: OnnxModel): Uint8Array => written(model).finish();

/** The same in pieces: weights are not copied, so nobody may change them afterwards. */
export const encodeInPieces = (model: OnnxModel): readonly Uint8Array[] => written(model).pieces();

/** Field numbers are those of onnx.proto3. */
function written(model: OnnxModel): ProtoWriter {
  const w = new ProtoWriter();
  w.int(1, model.irVersion);
  w.string(2, model.producer.name);
  w.string(3, model.producer.version);
  w.message(7, (graph) => writeGraph(graph, model.graph));
  for (const opset of model.opsets) w.message(8, (m) => writeOpset(m, opset));
  for (const [key, value] of Object.entries(model.metadata)) {
    w.message(14, (m) => {
      m.string(1, key);
      m.string(2, value);
    });
  }
  for (const fn of model.functions ?? []) w.message(25, (m) => writeFunction(m, fn));
  return w;
}

function writeOpset(w: ProtoWriter, opset: Opset): void {
  w.string(1, opset.domain);
  w.int(2, opset.version);
}

function writeGraph(w: ProtoWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) w.message(1, (m) => writeNode(m, node));
  w.string(2, graph.name);
  for (const [name, tensor] of Object.entries(graph.initializers)) {
    w.message(5, (m) => writeTensor(m, tensor, name));
  }
  for (const input of graph.inputs) w.message(11, (m) => writeValueInfo(m, input));
  for (const output of graph.outputs) w.message(12, (m) => writeValueInfo(m, output));
  for (const value of graph.values ?? []) w.message(13, (m) => writeValueInfo(m, value));
  for (const tensor of graph.sparseInitializers ?? []) w.message(15, (m) => writeSparse(m, tensor));
}

function writeNode(w: ProtoWriter, node: OnnxNode): void {
  for (const input of node.inputs) w.string(1, input);
  for (const output of node.outputs) w.string(2, output);
  w.string(3, node.name);
  w.string(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    w.message(5, (m) => writeAttribute(m, name, attribute));
  }
  w.string(7, node.domain);
  if (node.overload !== undefined) w.string(8, node.overload);
}

function writeFunction(w: ProtoWriter, fn: OnnxFunction): void {
  w.string(1, fn.name);
  for (const input of fn.inputs) w.string(4, input);
  for (const output of fn.outputs) w.string(5, output);
  for (const name of fn.required) w.string(6, name);
  for (const node of fn.nodes) w.message(7, (m) => writeNode(m, node));
  for (const opset of fn.opsets) w.message(9, (m) => writeOpset(m, opset));
  w.string(10, fn.domain);
  for (const [name, attribute] of Object.entries(fn.defaults)) {
    w.message(11, (m) => writeAttribute(m, name, attribute));
  }
  if (fn.overload !== '') w.string(13, fn.overload);
}

/** AttributeProto.AttributeType, which readers trust over the field that is filled. */
const ATTRIBUTE_KIND = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  'sparse-tensor': 11,
  type: 13,
} as const satisfies Record<Exclude<NodeAttribute['type'], 'reference'>, number>;

function writeAttribute(w: ProtoWriter, name: string, attribute: NodeAttribute): void {
  w.string(1, name);
  if (attribute.type === 'reference') {
    w.int(20, attribute.kind);
    w.string(21, attribute.name);
    return;
  }
  writeAttributeValue(w, name, attribute);
  w.int(20, ATTRIBUTE_KIND[attribute.type]);
}

function writeAttributeValue(w: ProtoWriter, name: string, attribute: NodeAttribute): void {
  switch (attribute.type) {
    case 'float':
      w.float(2, attribute.value);
      break;
    case 'int':
      w.int(3, attribute.value);
      break;
    case 'string':
      w.string(4, attribute.value);
      break;
    case 'tensor':
      w.message(5, (m) => writeTensor(m, attribute.value, name));
      break;
    case 'graph':
      w.message(6, (m) => writeGraph(m, attribute.value));
      break;
    case 'floats':
      w.bytes(7, littleEndianFloats(attribute.value));
      break;
    case 'ints':
      w.packedInts(8, attribute.value);
      break;
    case 'strings':
      for (const value of attribute.value) w.string(9, value);
      break;
    case 'tensors':
      for (const value of attribute.value) w.message(10, (m) => writeTensor(m, value, name));
      break;
    case 'graphs':
      for (const value of attribute.value) w.message(11, (m) => writeGraph(m, value));
      break;
    case 'type':
      w.message(14, (m) => writeType(m, attribute.value));
      break;
    case 'sparse-tensor':
      w.message(22, (m) => writeSparse(m, attribute.value));
      break;
    case 'reference':
      break;
    default:
      assertNever(attribute);
  }
}

function littleEndianFloats(values: ArrayLike<number>): Uint8Array {
  const floats = values instanceof Float32Array ? values : Float32Array.from(values);
  return new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
}

/** Numbers go to `raw_data` as they lie in memory: every platform that runs this is little-endian. */
function writeTensor(w: ProtoWriter, tensor: GraphTensor, name: string): void {
  w.packedInts(1, tensor.shape);
  w.int(2, tensor.dtype === 'packed' ? tensor.elementType : ELEMENT_TYPE[tensor.dtype]);
  if (tensor.dtype === 'string') {
    for (const value of tensor.data) w.string(6, value);
  }
  w.string(8, name);
  if (tensor.dtype !== 'string') {
    const { data } = tensor;
    w.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
}

function writeSparse(w: ProtoWriter, tensor: SparseTensor): void {
  w.message(1, (m) => writeTensor(m, tensor.values, tensor.name));
  w.message(2, (m) => writeTensor(m, tensor.indices, ''));
  w.packedInts(3, tensor.shape);
}

function writeValueInfo(w: ProtoWriter, value: ValueInfo): void {
  w.string(1, value.name);
  const { dtype } = value;
  const type: ValueType | undefined =
    dtype === null ? value.type : { kind: 'tensor', elementType: ELEMENT_TYPE[dtype], shape: value.shape };
  if (type !== undefined) w.message(2, (m) => writeType(m, type));
}

const TYPE_FIELD = { tensor: 1, sequence: 4, map: 5, 'sparse-tensor': 8, optional: 9 } as const;

function writeType(w: ProtoWriter, type: ValueType): void {
  w.message(TYPE_FIELD[type.kind], (m) => {
    if ('shape' in type) {
      m.int(1, type.elementType);
      if (type.shape !== null) writeShape(m, type.shape);
    } else if ('keyType' in type) {
      m.int(1, type.keyType);
      m.message(2, (inner) => writeType(inner, type.element));
    } else {
      m.message(1, (inner) => writeType(inner, type.element));
    }
  });
}

function writeShape(w: ProtoWriter, shape: NonNullable<GraphShape>): void {
  w.message(2, (m) => {
    for (const size of shape) {
      m.message(1, (dim) => {
        if (typeof size === 'number') dim.int(1, size);
        else if (size !== '') dim.string(2, size);
      });
    }
  });
}
