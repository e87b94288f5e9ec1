import { ProtoReader } from '../../bytes/protobuf.ts';
import { edgeOf } from './edge.ts';
import type { GraphBudget } from './graph-budget.ts';
import { type GraphDef, readGraphDef } from './graph-def.ts';
import { readShape, type TensorShape } from './shape-proto.ts';

/** A graph with what it is for (tensorflow/core/protobuf/meta_graph.proto). */
export interface MetaGraph {
  readonly version: string | null;
  readonly tags: readonly string[];
  readonly graph: GraphDef;
  readonly signatures: ReadonlyMap<string, SignatureDef>;
  /** Names of files in `assets/`, by the node that names them in the graph. */
  readonly assets: ReadonlyMap<string, string>;
}

export interface SignatureDef {
  readonly inputs: ReadonlyMap<string, TensorInfo>;
  readonly outputs: ReadonlyMap<string, TensorInfo>;
}

export interface TensorInfo {
  /** `node:index`; null where it is sparse or composed of several. */
  readonly name: string | null;
  readonly type: number;
  readonly shape: TensorShape;
}

/** Graphs of `saved_model.pb`. */
export function readSavedModel(bytes: Uint8Array, budget: GraphBudget): readonly MetaGraph[] {
  const r = new ProtoReader(bytes, 'a SavedModel');
  const graphs: MetaGraph[] = [];
  while (r.next()) {
    if (r.field === 2) graphs.push(readMetaGraph(r.message('a MetaGraphDef'), budget));
    else r.skip();
  }
  return graphs;
}

function readMetaGraph(r: ProtoReader, budget: GraphBudget): MetaGraph {
  const signatures = new Map<string, SignatureDef>();
  const assets = new Map<string, string>();
  let info: Pick<MetaGraph, 'version' | 'tags'> = { version: null, tags: [] };
  let graph: GraphDef = { nodes: new Map(), functions: [] };
  while (r.next()) {
    if (r.field === 1) info = readInfo(r.message('a MetaInfoDef'));
    else if (r.field === 2) graph = readGraphDef(r.message('a GraphDef'), budget);
    else if (r.field === 6) readAsset(r.message('an AssetFileDef'), assets, budget);
    else if (r.field === 5) readSignatureEntry(r.message('a signature'), signatures, budget);
    else r.skip();
  }
  return { ...info, graph, signatures, assets };
}

function readAsset(r: ProtoReader, into: Map<string, string>, budget: GraphBudget): void {
  let node = '';
  let file = '';
  while (r.next()) {
    if (r.field === 1) node = edgeOf(readTensorInfo(r.message('a TensorInfo'), budget).name ?? '').name;
    else if (r.field === 2) file = r.string();
    else r.skip();
  }
  into.set(node, file);
}

function readInfo(r: ProtoReader): Pick<MetaGraph, 'version' | 'tags'> {
  const tags: string[] = [];
  let version: string | null = null;
  while (r.next()) {
    if (r.field === 4) tags.push(r.string());
    else if (r.field === 5) version = r.string() || null;
    else r.skip();
  }
  return { version, tags };
}

function readSignatureEntry(r: ProtoReader, into: Map<string, SignatureDef>, budget: GraphBudget): void {
  let key = '';
  let signature: SignatureDef = { inputs: new Map(), outputs: new Map() };
  while (r.next()) {
    if (r.field === 1) key = r.string();
    else if (r.field === 2) signature = readSignature(r.message('a SignatureDef'), budget);
    else r.skip();
  }
  into.set(key, signature);
}

function readSignature(r: ProtoReader, budget: GraphBudget): SignatureDef {
  const inputs = new Map<string, TensorInfo>();
  const outputs = new Map<string, TensorInfo>();
  while (r.next()) {
    if (r.field === 1) readTensorEntry(r.message('an input'), inputs, budget);
    else if (r.field === 2) readTensorEntry(r.message('an output'), outputs, budget);
    else r.skip();
  }
  return { inputs, outputs };
}

function readTensorEntry(r: ProtoReader, into: Map<string, TensorInfo>, budget: GraphBudget): void {
  budget.record(r.offset);
  let key = '';
  let info: TensorInfo = { name: null, type: 0, shape: null };
  while (r.next()) {
    if (r.field === 1) key = r.string();
    else if (r.field === 2) info = readTensorInfo(r.message('a TensorInfo'), budget);
    else r.skip();
  }
  into.set(key, info);
}

function readTensorInfo(r: ProtoReader, budget: GraphBudget): TensorInfo {
  let name: string | null = null;
  let type = 0;
  let shape: TensorShape = null;
  while (r.next()) {
    if (r.field === 1) name = r.string();
    else if (r.field === 2) type = r.int();
    else if (r.field === 3) shape = readShape(r.message('a TensorShapeProto'), budget);
    else r.skip();
  }
  return { name, type, shape };
}
