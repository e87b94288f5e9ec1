import { ProtoReader } from '../../bytes/protobuf.ts';
import type { CompileBlocker as Blocker } from '../../model/blocker.ts';
import {
  type ModelDescription,
  type OutlineNode,
  type ReadNote,
  WHICH_MODEL,
} from '../../model/description.ts';
import type { OnnxModel } from '../../onnx/graph.ts';
import { limitsForFile, type OnnxLimits } from '../../onnx/limits.ts';
import { ReadBudget } from '../budget.ts';
import type { ByteSource, FileFormatReader, ReadContext } from '../format.ts';
import { describeCompiled } from '../onnx/compiled.ts';
import { mostUsed } from '../onnx/most-used.ts';
import { wholeFile } from '../whole-file.ts';
import { bundleSize, openBundle } from './bundle.ts';
import { compileSignature } from './compile.ts';
import { frozenSignature, isGraphDef } from './frozen.ts';
import { GraphBudget } from './graph-budget.ts';
import { type GraphDef, type NodeDef, readGraphDef } from './graph-def.ts';
import { type MetaGraph, readSavedModel, type SignatureDef } from './saved-model.ts';
import { tableReader } from './tables.ts';
import { variableReader } from './variables.ts';

/** `saved_model_schema_version` 1, then a message. */
const SCHEMA = [0x08, 0x01, 0x12] as const;
/** Where SavedModels keep their variables, from their folder. */
const VARIABLES = 'variables/variables';
/** Tag of the graph that serves. */
const SERVE = 'serve';
const DEFAULT = 'serving_default';
/** What saves and loads, and no model. */
const INIT = '__saved_model_init_op';

/** `saved_model.pb` of TensorFlow, with the variables and assets of its folder. */
export const savedModelFormat: FileFormatReader = {
  id: 'saved-model',
  match: (head) => SCHEMA.every((byte, i) => head[i] === byte),
  sizeOf: (source) => source.size + bundleSize(VARIABLES, (path) => source.sibling(path)),
  read: readFolder,
};

/** A graph by itself, with its weights as constants: `graph.pb` of TensorFlow 1. */
export const frozenGraphFormat: FileFormatReader = {
  id: 'graph-def',
  match: isGraphDef,
  read: readFrozen,
};

function opened(source: ByteSource, context: ReadContext): { bytes: Uint8Array; budget: GraphBudget } {
  const budget = new ReadBudget(context);
  return { bytes: wholeFile(source, budget), budget: new GraphBudget(budget) };
}

function readFrozen(source: ByteSource, context: ReadContext): ModelDescription {
  const { bytes, budget } = opened(source, context);
  const graph = readGraphDef(new ProtoReader(bytes, 'a GraphDef'), budget);
  const signatures = new Map([[DEFAULT, frozenSignature(graph)]]);
  const meta: MetaGraph = { version: null, tags: [], graph, signatures, assets: new Map() };
  return describe(frozenGraphFormat.id, source, bytes, meta, context, budget);
}

function readFolder(source: ByteSource, context: ReadContext): ModelDescription {
  const { bytes, budget } = opened(source, context);
  const graphs = readSavedModel(bytes, budget);
  const meta = graphs.find(({ tags }) => tags.includes(SERVE)) ?? graphs[0];
  return describe(savedModelFormat.id, source, bytes, meta, context, budget);
}

function describe(
  format: string,
  source: ByteSource,
  bytes: Uint8Array,
  meta: MetaGraph | undefined,
  context: ReadContext,
  budget: GraphBudget,
): ModelDescription {
  const framework = { name: 'tensorflow', version: meta?.version ?? null };
  const known = { format, framework, outline: outlineOf(meta), notes: [], globals: [] };
  const refused = (blocker: Blocker): ModelDescription => ({
    ...known,
    compression: null,
    blockers: [blocker],
    content: null,
  });
  if (meta === undefined) return refused(noSignature('no graph', 'a SavedModel with a signature'));
  const chosen = signatureOf(meta, context.member ?? null);
  if ('wanted' in chosen) return refused(chosen);
  const { graph } = meta;
  const functions = new Map(graph.functions.map((fn) => [fn.name, fn]));
  const open = (path: string): ByteSource | null => source.sibling(path);
  const compile = (): OnnxModel =>
    compileSignature(graph, chosen.signature, {
      variable: variableReader(openBundle(VARIABLES, open, budget), graph, functions, budget),
      table: tableReader(meta, functions, open, budget),
      budget,
    });
  const notes: ReadNote[] = [{ level: 'info', text: `Signature "${chosen.name}"` }];
  // How often a loop turns follows from what is asked: its graph runs in a process of its own, which has limits.
  const limits = (): OnnxLimits => ({
    ...limitsForFile(budget.read.bytes),
    onnxTrips: Number.POSITIVE_INFINITY,
  });
  return describeCompiled(compile, { ...known, notes }, bytes, limits);
}

/** The signature that is asked for, the default one, or the only one. */
function signatureOf(
  { signatures }: MetaGraph,
  member: string | null,
): { readonly name: string; readonly signature: SignatureDef } | Blocker {
  const names = [...signatures.keys()].filter((name) => name !== INIT);
  const name = member ?? (names.includes(DEFAULT) ? DEFAULT : names.length === 1 ? (names[0] ?? '') : null);
  if (name === null && names.length === 0)
    return noSignature('no signature', 'a signature: tf.saved_model.save(model, folder, signatures=…)');
  const signature = name === null ? undefined : signatures.get(name);
  if (name !== null && signature !== undefined) return { name, signature };
  const found = `${name === null ? 'several signatures' : `no signature "${name}"`}: ${listed(names)}`;
  return { ...noSignature(found, 'Say which one with --member NAME'), field: WHICH_MODEL };
}

/** Signatures worth naming in a refusal. */
const MAX_NAMES = 12;
const listed = (names: readonly string[]): string =>
  names.length <= MAX_NAMES
    ? names.join(', ')
    : `${names.slice(0, MAX_NAMES).join(', ')} and ${names.length - MAX_NAMES} more`;

const noSignature = (found: string, wanted: string): Blocker => ({
  path: '',
  class: 'SavedModel',
  offset: 0,
  field: 'signature_def',
  found,
  wanted,
});

function outlineOf(meta: MetaGraph | undefined): OutlineNode {
  const signatures = [...(meta?.signatures.keys() ?? [])].filter((name) => name !== INIT);
  const params = {
    signatures: listed(signatures),
    tags: (meta?.tags ?? []).join(', '),
    ...(meta === undefined ? {} : operatorsOf(meta.graph)),
  };
  return { path: '', class: 'SavedModel', offset: 0, params, children: [] };
}

function operatorsOf(graph: GraphDef): Record<string, string> {
  const all: NodeDef[] = [graph, ...graph.functions].flatMap(({ nodes }) => [...nodes.values()]);
  return {
    nodes: String(all.length),
    functions: String(graph.functions.length),
    operators: mostUsed(all.map(({ op }) => op)),
  };
}
