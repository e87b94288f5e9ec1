import { ProtoReader } from '../../bytes/protobuf.ts';
import { sha256 } from '../../bytes/sha256.ts';
import { blockerOf } from '../../model/blocker.ts';
import {
  type ModelDescription,
  type OutlineNode,
  type ReadNote,
  WHICH_MODEL,
} from '../../model/description.ts';
import { ReadBudget } from '../budget.ts';
import type { ByteSource, FileFormatReader, ReadContext } from '../format.ts';
import { describeGraph } from '../onnx/describe.ts';
import { lintModel } from '../onnx/lint.ts';
import { openBundle } from './bundle.ts';
import { compileSignature } from './compile.ts';
import type { GraphResources } from './context.ts';
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
  read: readFolder,
};

/** A graph by itself, with its weights as constants: `graph.pb` of TensorFlow 1. */
export const frozenGraphFormat: FileFormatReader = {
  id: 'graph-def',
  match: isGraphDef,
  read: readFrozen,
};

function openBudget(source: ByteSource, context: ReadContext): GraphBudget {
  const read = new ReadBudget(context);
  read.check('fileBytes', source.size, `"${source.name}"`, 0);
  read.charge(source.size, `"${source.name}"`, 0);
  return new GraphBudget(read);
}

function readFrozen(source: ByteSource, context: ReadContext): ModelDescription {
  const budget = openBudget(source, context);
  const bytes = source.slice(0, source.size);
  const graph = readGraphDef(new ProtoReader(bytes, 'a GraphDef'), budget);
  const signatures = new Map([[DEFAULT, frozenSignature(graph)]]);
  const meta: MetaGraph = { version: null, tags: [], graph, signatures, assets: new Map() };
  return describe(frozenGraphFormat.id, source, bytes, meta, context, budget);
}

function readFolder(source: ByteSource, context: ReadContext): ModelDescription {
  const budget = openBudget(source, context);
  const bytes = source.slice(0, source.size);
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
  const base = { format, framework, compression: null, globals: [] };
  const outline = outlineOf(meta);
  const refused = (blocker: ModelDescription['blockers'][number]): ModelDescription => ({
    ...base,
    outline,
    notes: [],
    blockers: [blocker],
    content: null,
  });
  if (meta === undefined) return refused(noSignature('no graph', 'a SavedModel with a signature'));
  const chosen = signatureOf(meta, context.member ?? null);
  if ('wanted' in chosen) return refused(chosen);
  try {
    const functions = new Map(meta.graph.functions.map((fn) => [fn.name, fn]));
    const open = (path: string): ByteSource | null => source.sibling(path);
    const checkpoint = openBundle(VARIABLES, open, budget);
    const resources: GraphResources = {
      variable: variableReader(checkpoint, meta.graph, functions, budget),
      table: tableReader(meta, functions, open, budget),
      budget,
    };
    const linted = lintModel(compileSignature(meta.graph, chosen.signature, resources));
    const notes: ReadNote[] = [...linted.notes, { level: 'info', text: `Signature "${chosen.name}"` }];
    return describeGraph(linted, {
      format: base.format,
      framework,
      outline,
      notes,
      fileDigest: sha256(bytes),
    });
  } catch (error) {
    return refused(blockerOf(error));
  }
}

type Blocker = ModelDescription['blockers'][number];

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

/** Operators worth naming in an outline. */
const MAX_OPERATORS = 12;

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
  const all: NodeDef[] = [...graph.nodes, ...graph.functions.flatMap(({ nodes }) => nodes)];
  const counts = new Map<string, number>();
  for (const { op } of all) counts.set(op, (counts.get(op) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, MAX_OPERATORS);
  return {
    nodes: String(all.length),
    functions: String(graph.functions.length),
    operators: most.map(([op, count]) => (count === 1 ? op : `${op} × ${count}`)).join(', '),
  };
}
