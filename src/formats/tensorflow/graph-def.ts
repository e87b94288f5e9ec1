import { BigIntList, ByteList, type ProtoReader } from '../../bytes/protobuf.ts';
import type { GraphBudget } from './graph-budget.ts';
import { readShape, type TensorShape } from './shape-proto.ts';
import { readTensorProto, type TensorProto } from './tensor-proto.ts';

/**
 * Messages of graphs, by the fields that reading needs
 * (tensorflow/core/framework/graph.proto, node_def.proto, attr_value.proto, function.proto, op_def.proto).
 */
/** Nodes by their names, in the order of the file. */
export type NodeIndex = ReadonlyMap<string, NodeDef>;

export interface GraphDef {
  readonly nodes: NodeIndex;
  readonly functions: readonly FunctionDef[];
}

export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attrs: ReadonlyMap<string, AttrValue>;
}

export type AttrValue =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  /** DataType of types.proto. */
  | { readonly kind: 'type'; readonly value: number }
  | { readonly kind: 'shape'; readonly value: TensorShape }
  | { readonly kind: 'tensor'; readonly value: TensorProto }
  | { readonly kind: 'function'; readonly value: string }
  | { readonly kind: 'list'; readonly value: AttrList }
  | { readonly kind: 'none' };

export interface AttrList {
  readonly texts: readonly string[];
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  readonly types: readonly number[];
  readonly shapes: readonly TensorShape[];
  readonly functions: readonly string[];
}

export interface FunctionDef {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: NodeIndex;
  /** What each output is, as `node:output:index` or the name of an argument. */
  readonly returns: ReadonlyMap<string, string>;
}

export function readGraphDef(r: ProtoReader, budget: GraphBudget): GraphDef {
  const nodes = new Map<string, NodeDef>();
  const functions: FunctionDef[] = [];
  while (r.next()) {
    if (r.field === 1) readNode(r, nodes, budget);
    else if (r.field === 2) readLibrary(r.message('a FunctionDefLibrary'), functions, budget);
    else r.skip();
  }
  return { nodes, functions };
}

function readLibrary(r: ProtoReader, into: FunctionDef[], budget: GraphBudget): void {
  while (r.next()) {
    if (r.field === 1) into.push(readFunctionDef(r.message('a FunctionDef'), budget));
    else r.skip();
  }
}

function readNode(r: ProtoReader, into: Map<string, NodeDef>, budget: GraphBudget): void {
  const node = readNodeDef(r.message('a NodeDef'), budget);
  into.set(node.name, node);
}

function readNodeDef(r: ProtoReader, budget: GraphBudget): NodeDef {
  budget.record(r.offset);
  const inputs: string[] = [];
  const attrs = new Map<string, AttrValue>();
  let name = '';
  let op = '';
  while (r.next()) {
    if (r.field === 1) name = r.string();
    else if (r.field === 2) op = r.string();
    else if (r.field === 3) inputs.push(r.string());
    else if (r.field === 5) readEntry(r.message('an attribute'), attrs, budget);
    else r.skip();
  }
  return { name, op, inputs, attrs };
}

/** Attributes that TensorFlow keeps for itself: inferred shapes, devices. They are the most of a graph. */
const INTERNAL = '_';

function readEntry(r: ProtoReader, into: Map<string, AttrValue>, budget: GraphBudget): void {
  let key = '';
  let value: AttrValue = { kind: 'none' };
  while (r.next()) {
    if (r.field === 1) key = r.string();
    else if (r.field === 2 && !key.startsWith(INTERNAL))
      value = readAttrValue(r.message('an AttrValue'), budget);
    else r.skip();
  }
  if (value.kind !== 'none') into.set(key, value);
}

function readAttrValue(r: ProtoReader, budget: GraphBudget): AttrValue {
  budget.record(r.offset);
  let value: AttrValue = { kind: 'none' };
  while (r.next()) {
    if (r.field === 1) value = { kind: 'list', value: readList(r.message('a ListValue'), budget) };
    else if (r.field === 2) value = { kind: 'text', value: textOf(r.bytes()) };
    else if (r.field === 3) value = { kind: 'int', value: r.int() };
    else if (r.field === 4) value = { kind: 'float', value: r.float() };
    else if (r.field === 5) value = { kind: 'bool', value: r.int() !== 0 };
    else if (r.field === 6) value = { kind: 'type', value: r.int() };
    else if (r.field === 7)
      value = { kind: 'shape', value: readShape(r.message('a TensorShapeProto'), budget) };
    else if (r.field === 8)
      value = { kind: 'tensor', value: readTensorProto(r.message('a TensorProto'), budget) };
    else if (r.field === 10)
      value = { kind: 'function', value: readFunctionName(r.message('a NameAttrList')) };
    else r.skip();
  }
  return value;
}

function readList(r: ProtoReader, budget: GraphBudget): AttrList {
  const texts: string[] = [];
  const ints = new BigIntList();
  const floats = new ByteList();
  const types = new BigIntList();
  const shapes: TensorShape[] = [];
  const functions: string[] = [];
  const spend = (count: number): void => budget.numbers(count, r.offset);
  while (r.next()) {
    if (r.field === 2) texts.push(textOf(r.bytes()));
    else if (r.field === 3) r.varints(ints, spend);
    else if (r.field === 4) r.fixed(4, floats);
    else if (r.field === 6) r.varints(types, spend);
    else if (r.field === 7) shapes.push(readShape(r.message('a TensorShapeProto'), budget));
    else if (r.field === 9) functions.push(readFunctionName(r.message('a NameAttrList')));
    else r.skip();
  }
  return {
    texts,
    ints: Array.from(ints.toArray(), Number),
    floats: Array.from(new Float32Array(floats.toArray().buffer)),
    types: Array.from(types.toArray(), Number),
    shapes,
    functions,
  };
}

const latin1 = new TextDecoder('latin1');
const utf8 = new TextDecoder('utf-8');
/** Attributes of type `bytes` are names and modes, rarely anything else: what is not UTF-8 is told byte by byte. */
function textOf(bytes: Uint8Array): string {
  const text = utf8.decode(bytes);
  return text.includes('�') ? latin1.decode(bytes) : text;
}

function readFunctionName(r: ProtoReader): string {
  let name = '';
  while (r.next()) {
    if (r.field === 1) name = r.string();
    else r.skip();
  }
  return name;
}

function readFunctionDef(r: ProtoReader, budget: GraphBudget): FunctionDef {
  budget.record(r.offset);
  const nodes = new Map<string, NodeDef>();
  const returns = new Map<string, string>();
  let signature: Pick<FunctionDef, 'name' | 'inputs' | 'outputs'> = { name: '', inputs: [], outputs: [] };
  while (r.next()) {
    if (r.field === 1) signature = readOpDef(r.message('an OpDef'));
    else if (r.field === 3) readNode(r, nodes, budget);
    else if (r.field === 4) readReturn(r.message('a return value'), returns);
    else r.skip();
  }
  return { ...signature, nodes, returns };
}

function readReturn(r: ProtoReader, into: Map<string, string>): void {
  let key = '';
  let value = '';
  while (r.next()) {
    if (r.field === 1) key = r.string();
    else if (r.field === 2) value = r.string();
    else r.skip();
  }
  into.set(key, value);
}

/** OpDef: 1 name, 2 input_arg, 3 output_arg; ArgDef: 1 name (tensorflow/core/framework/op_def.proto). */
function readOpDef(r: ProtoReader): Pick<FunctionDef, 'name' | 'inputs' | 'outputs'> {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let name = '';
  while (r.next()) {
    if (r.field === 1) name = r.string();
    else if (r.field === 2) inputs.push(readFunctionName(r.message('an ArgDef')));
    else if (r.field === 3) outputs.push(readFunctionName(r.message('an ArgDef')));
    else r.skip();
  }
  return { name, inputs, outputs };
}
