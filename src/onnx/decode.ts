import { BigIntList, ByteList, ProtoReader } from '../bytes/protobuf.ts';
import { PlimsollError } from '../core/errors.ts';
import { DecodeBudget } from './budget.ts';
import {
  noExternalData,
  type ReadExternal,
  readSparse,
  readTensor,
  type TensorContext,
} from './decode-tensor.ts';
import { readType, readValueInfo } from './decode-type.ts';
import type {
  GraphTensor,
  NodeAttribute,
  OnnxFunction,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  Opset,
} from './graph.ts';
import type { OnnxLimits } from './limits.ts';

/**
 * Reads ModelProto bytes. Documentation strings, per-node metadata, training and device records are left out;
 * everything that decides what the model computes is kept.
 *
 * @param external fetches tensors that lie beside the file; by default they are refused
 * @throws READ_TRUNCATED, READ_CORRUPT, READ_LIMIT, READ_UNSAFE
 */
export function decodeModel(
  bytes: Uint8Array,
  limits: OnnxLimits,
  external: ReadExternal = noExternalData,
): OnnxModel {
  const budget = new DecodeBudget(limits);
  if (bytes.length > limits.onnxBytes) throw budget.over('onnxBytes', 'bytes', bytes.length, 0);
  return readModel(new ProtoReader(bytes, 'an ONNX model'), { budget, external });
}

function readModel(r: ProtoReader, context: TensorContext): OnnxModel {
  const { budget } = context;
  let irVersion = 0;
  let graph: OnnxGraph | null = null;
  const producer = { name: '', version: '' };
  const opsets: Opset[] = [];
  const functions: OnnxFunction[] = [];
  const metadata = new Map<string, string>();
  while (r.next()) {
    if (r.field === 1) irVersion = r.int();
    else if (r.field === 2) producer.name = r.string();
    else if (r.field === 3) producer.version = r.string();
    else if (r.field === 7) {
      // protobuf would merge the two; no writer makes them, and readers differ.
      if (graph !== null) throw r.corrupt('a second graph', 'one graph');
      graph = readGraph(r.message('an ONNX graph'), context, 1);
    } else if (r.field === 8) opsets.push(readOpset(r.message('an opset'), budget));
    else if (r.field === 14) readMetadata(r.message('a metadata entry'), metadata, budget);
    else if (r.field === 25) functions.push(readFunction(r.message('a function'), context));
    else r.skip();
  }
  if (graph === null) throw r.corrupt('no graph', 'a graph (ModelProto field 7)');
  return { irVersion, producer, opsets, graph, functions, metadata: record(metadata) };
}

/** Plain record of file-given keys: `Object.fromEntries` defines own properties, `__proto__` included. */
const record = <T>(map: Map<string, T>): Record<string, T> => Object.fromEntries(map);

function readOpset(r: ProtoReader, budget: DecodeBudget): Opset {
  budget.record(r.offset);
  let domain = '';
  let version = 0;
  while (r.next()) {
    if (r.field === 1) domain = r.string();
    else if (r.field === 2) version = r.int();
    else r.skip();
  }
  // 'ai.onnx' is a second spelling of the default domain.
  return { domain: domain === 'ai.onnx' ? '' : domain, version };
}

function readMetadata(r: ProtoReader, into: Map<string, string>, budget: DecodeBudget): void {
  budget.record(r.offset);
  let key = '';
  let value = '';
  while (r.next()) {
    if (r.field === 1) key = r.string();
    else if (r.field === 2) value = r.string();
    else r.skip();
  }
  into.set(key, value);
}

function readGraph(r: ProtoReader, context: TensorContext, depth: number): OnnxGraph {
  const { budget } = context;
  budget.depth(depth, 'onnxGraphDepth', r.offset);
  budget.record(r.offset);
  // Counted before any of them is read.
  const kept = r.count(5);
  if (kept > budget.limits.onnxInitializers)
    throw budget.over('onnxInitializers', 'initializers', kept, r.offset);
  let name = '';
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, GraphTensor>();
  const lists = { inputs: [], outputs: [], values: [] } as Record<
    'inputs' | 'outputs' | 'values',
    OnnxGraph['inputs'][number][]
  >;
  const sparse: NonNullable<OnnxGraph['sparseInitializers']>[number][] = [];
  while (r.next()) {
    if (r.field === 1) nodes.push(readNode(r.message('a node'), context, depth));
    else if (r.field === 2) name = r.string();
    else if (r.field === 5) {
      const { name: key, tensor } = readTensor(r.message('an initializer'), context);
      if (initializers.has(key)) throw r.corrupt(`a second initializer "${key}"`, 'names used once');
      initializers.set(key, tensor);
    } else if (r.field === 11) lists.inputs.push(readValueInfo(r.message('an input'), budget));
    else if (r.field === 12) lists.outputs.push(readValueInfo(r.message('an output'), budget));
    else if (r.field === 13) lists.values.push(readValueInfo(r.message('a value'), budget));
    else if (r.field === 15) sparse.push(readSparse(r.message('a sparse initializer'), context));
    else r.skip();
  }
  return { name, nodes, initializers: record(initializers), ...lists, sparseInitializers: sparse };
}

function readNode(r: ProtoReader, context: TensorContext, depth: number): OnnxNode {
  const { budget } = context;
  budget.record(r.offset);
  const text = { name: '', op: '', domain: '', overload: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, NodeAttribute>();
  while (r.next()) {
    if (r.field === 1 || r.field === 2) {
      budget.record(r.offset);
      (r.field === 1 ? inputs : outputs).push(r.string());
    } else if (r.field === 3) text.name = r.string();
    else if (r.field === 4) text.op = r.string();
    else if (r.field === 5) readNamedAttribute(r, attributes, context, depth);
    else if (r.field === 7) text.domain = r.string();
    else if (r.field === 8) text.overload = r.string();
    else r.skip();
  }
  const node = { name: text.name, op: text.op, domain: text.domain === 'ai.onnx' ? '' : text.domain };
  const overload = text.overload === '' ? {} : { overload: text.overload };
  return { ...node, ...overload, inputs, outputs, attributes: record(attributes) };
}

function readFunction(r: ProtoReader, context: TensorContext): OnnxFunction {
  const { budget } = context;
  budget.record(r.offset);
  const text = { name: '', domain: '', overload: '' };
  const lists = { inputs: [] as string[], outputs: [] as string[], required: [] as string[] };
  const nodes: OnnxNode[] = [];
  const opsets: Opset[] = [];
  const defaults = new Map<string, NodeAttribute>();
  while (r.next()) {
    if (r.field === 1) text.name = r.string();
    else if (r.field >= 4 && r.field <= 6) {
      budget.record(r.offset);
      const list = r.field === 4 ? lists.inputs : r.field === 5 ? lists.outputs : lists.required;
      list.push(r.string());
    } else if (r.field === 7) nodes.push(readNode(r.message('a node'), context, 1));
    else if (r.field === 9) opsets.push(readOpset(r.message('an opset'), budget));
    else if (r.field === 10) text.domain = r.string();
    else if (r.field === 11) readNamedAttribute(r, defaults, context, 1);
    else if (r.field === 13) text.overload = r.string();
    else r.skip();
  }
  return { ...text, ...lists, nodes, opsets, defaults: record(defaults) };
}

function readNamedAttribute(
  r: ProtoReader,
  into: Map<string, NodeAttribute>,
  context: TensorContext,
  depth: number,
): void {
  const at = r.offset;
  const { name, attribute } = readAttribute(r.message('an attribute'), context, depth);
  if (into.has(name)) throw r.corrupt(`a second attribute "${name}"`, 'names used once', at);
  into.set(name, attribute);
}

/** Everything an AttributeProto may hold; `kind` tells which one counts. */
class AttributeFields {
  name = '';
  kind = 0;
  reference = '';
  readonly floats = new ByteList();
  readonly ints = new BigIntList();
  readonly strings: string[] = [];
  readonly tensors: GraphTensor[] = [];
  readonly graphs: OnnxGraph[] = [];
  /** Values of fields that hold one, by AttributeType. */
  readonly single = new Map<number, NodeAttribute>();

  toAttribute(): NodeAttribute | null {
    const kind = this.kind === 0 && this.single.size === 1 ? [...this.single.keys()][0]! : this.kind;
    if (this.reference !== '') return { type: 'reference', name: this.reference, kind };
    if (kind === 6) return { type: 'floats', value: new Float32Array(this.floats.toArray().buffer) };
    if (kind === 7) return { type: 'ints', value: this.ints.toArray() };
    if (kind === 8) return { type: 'strings', value: this.strings };
    if (kind === 9) return { type: 'tensors', value: this.tensors };
    if (kind === 10) return { type: 'graphs', value: this.graphs };
    return this.single.get(kind) ?? EMPTY.get(kind) ?? null;
  }
}

/** proto3 leaves zero values out. */
const EMPTY = new Map<number, NodeAttribute>([
  [1, { type: 'float', value: 0 }],
  [2, { type: 'int', value: 0n }],
  [3, { type: 'string', value: '' }],
]);

function readAttribute(
  r: ProtoReader,
  context: TensorContext,
  depth: number,
): { name: string; attribute: NodeAttribute } {
  const at = r.offset;
  context.budget.record(at);
  const fields = new AttributeFields();
  while (r.next()) {
    if (r.field === 1) fields.name = r.string();
    else if (r.field === 20) fields.kind = r.int();
    else if (r.field === 21) fields.reference = r.string();
    else if (!readSingle(r, fields, context, depth)) readRepeated(r, fields, context, depth);
  }
  const attribute = fields.toAttribute();
  if (attribute === null)
    throw r.corrupt(`attribute "${fields.name}" of type ${fields.kind} without a value`, 'a value', at);
  return { name: fields.name, attribute };
}

function readSingle(r: ProtoReader, fields: AttributeFields, context: TensorContext, depth: number): boolean {
  const { single } = fields;
  if (r.field === 2) single.set(1, { type: 'float', value: r.float() });
  else if (r.field === 3) single.set(2, { type: 'int', value: r.bigint() });
  else if (r.field === 4) single.set(3, { type: 'string', value: r.string() });
  else if (r.field === 5)
    single.set(4, { type: 'tensor', value: readTensor(r.message('a tensor'), context).tensor });
  else if (r.field === 6)
    single.set(5, { type: 'graph', value: readGraph(r.message('a graph'), context, depth + 1) });
  else if (r.field === 14)
    single.set(13, { type: 'type', value: readType(r.message('a type'), context.budget, 1) });
  else if (r.field === 22)
    single.set(11, { type: 'sparse-tensor', value: readSparse(r.message('a tensor'), context) });
  else return false;
  return true;
}

function readRepeated(r: ProtoReader, fields: AttributeFields, context: TensorContext, depth: number): void {
  const { budget } = context;
  switch (r.field) {
    case 7:
      r.fixed(4, fields.floats);
      break;
    case 8:
      r.varints(fields.ints, (count) => budget.varints(count, r.offset));
      break;
    case 9:
      budget.record(r.offset);
      fields.strings.push(r.string());
      break;
    case 10:
      fields.tensors.push(readTensor(r.message('a tensor'), context).tensor);
      break;
    case 11:
      fields.graphs.push(readGraph(r.message('a graph'), context, depth + 1));
      break;
    case 15:
    case 23:
      throw new PlimsollError('READ_CORRUPT', {
        what: 'an attribute',
        offset: r.offset,
        found: 'a list of types or sparse tensors',
        wanted: 'a form that some operator of ONNX takes',
      });
    default:
      r.skip();
  }
}
