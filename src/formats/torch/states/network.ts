import { PlimsollError } from '../../../core/errors.ts';
import { blockerOf } from '../../../model/blocker.ts';
import type { ModelDescription, OutlineNode, ReadNote } from '../../../model/description.ts';
import { modelUnsupported } from '../../../model/way-past.ts';
import { truncate } from '../../../text/truncate.ts';
import { ReadBudget } from '../../budget.ts';
import type { ByteSource, ReadContext } from '../../format.ts';
import type { DocumentView } from '../../json/document-view.ts';
import { readJson } from '../../json/read.ts';
import { type CompiledOrigin, describeCompiled } from '../../onnx/compiled.ts';
import { wholeFile } from '../../whole-file.ts';
import { ZipArchive } from '../../zip/archive.ts';
import { isTorchArchive } from '../match.ts';
import { compileModule } from '../module/compile.ts';
import type { ModuleView } from '../module/view.ts';
import type { ProgramSource } from '../program/archive.ts';
import { compileProgram, programLimits } from '../program/compile.ts';
import { openProgram } from '../program/open.ts';
import { programOutline } from '../program/outline.ts';
import { setField, storageView } from '../program/schema.ts';
import type { SavedTensor } from '../save/stored-tensor.ts';
import { readArchitecture } from './architecture.ts';
import { matchNames } from './match-names.ts';
import { readStateDict, type StateDict } from './state-dict.ts';
import { StatedModule } from './stated-module.ts';

/** A graph without the weights that are meant, and the weights, in two files. */
export interface NetworkFiles {
  /** A program of torch.export, or an architecture in JSON. */
  readonly graph: ByteSource;
  /** A state dict, a checkpoint of one, safetensors, or an index of several. */
  readonly weights: ByteSource;
  /** Which dict of tensors of a checkpoint is meant; null where that is not said. */
  readonly key: string | null;
  /** Bytes of all files together. */
  readonly bytes: number;
}

interface Network extends CompiledOrigin {
  compile(): ReturnType<typeof compileModule>;
}

/**
 * Puts weights into a network: all that it wants, and none besides, as `load_state_dict(strict=True)`. Errors: READ_*; what
 * does not fit is a blocker.
 */
export function describeNetwork(files: NetworkFiles, context: ReadContext): ModelDescription {
  const bytes = wholeFile(files.graph, new ReadBudget(context), files.graph.name);
  const known = {
    format: 'torch',
    framework: { name: 'torch', version: null },
    outline: null,
    notes: [],
    globals: [],
  };
  try {
    const state = readStateDict(files.weights, context, files.key);
    const network = isTorchArchive(bytes)
      ? programWith(bytes, state, files, context)
      : architectureWith(bytes, state, files, context);
    return describeCompiled(network.compile, network, bytes, () => programLimits(files.bytes));
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'MODEL_UNSUPPORTED')
      return { ...known, compression: null, blockers: [blockerOf(error)], content: null };
    throw error;
  }
}

const noteOf = (text: string): ReadNote => ({ level: 'info', text });

function programWith(
  bytes: Uint8Array,
  state: StateDict,
  { weights, graph }: NetworkFiles,
  context: ReadContext,
): Network {
  const budget = new ReadBudget(context);
  const archive = new ZipArchive(bytes, context.codecs, budget);
  const program = openProgram(archive, context.codecs, budget);
  if (program === null)
    throw modelUnsupported({
      path: truncate(graph.name, 80),
      class: 'torch state dict',
      offset: 0,
      field: 'the network',
      found: 'no program of torch.export',
      wanted: 'a file of torch.export.save, or an architecture, is',
    });
  const wanted = wantedTensors(program);
  const { given, notes } = matchNames(wanted, state.tensors, tiedNames(program, wanted), weights.name);
  const version = program.document.get('torch_version');
  const filled: ProgramSource = {
    ...program,
    tensor: (name) => {
      const [source, form] = [given.get(name), wanted.get(name)];
      const stored = source === undefined ? undefined : state.tensors.get(source);
      return stored === undefined || form === undefined ? program.tensor(name) : stored.read();
    },
  };
  return {
    format: 'torch',
    framework: { name: 'torch', version: typeof version === 'string' ? version : null },
    outline: programOutline(program.document),
    notes: [...program.notes, ...state.notes, ...notes].map(noteOf),
    globals: state.globals,
    compile: () => compileProgram(filled, budget),
  };
}

/** Parameters, and the buffers that a state dict holds, by their full names. */
function wantedTensors({
  document,
}: ProgramSource): ReadonlyMap<string, { dtype: string; shape: readonly number[] }> {
  const module = document.child('graph_module');
  const metas = module.child('graph').child('tensor_values');
  const wanted = new Map<string, { dtype: string; shape: readonly number[] }>();
  for (const spec of module.child('signature').children('input_specs')) {
    const kind = setField(spec);
    if (kind !== 'parameter' && kind !== 'buffer') continue;
    const input = spec.child(kind);
    if (kind === 'buffer' && input.get('persistent') === false) continue;
    const full = input.text(`${kind}_name`);
    const { dtype, shape } = formOf(metas.child(input.child('arg').text('name')), full);
    wanted.set(full, { dtype, shape });
  }
  return wanted;
}

const formOf = (meta: DocumentView, name: string): { dtype: string; shape: readonly number[] } =>
  storageView(meta, `tensor "${truncate(name, 80)}"`);

/** Names that the program gives to one and the same tensor. */
function tiedNames(
  { same }: ProgramSource,
  wanted: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const name of wanted.keys()) {
    const group = same(name);
    if (group === null) continue;
    const names = groups.get(group) ?? [];
    names.push(name);
    groups.set(group, names);
  }
  const tied = new Map<string, readonly string[]>();
  for (const names of groups.values()) if (names.length > 1) for (const name of names) tied.set(name, names);
  return tied;
}

function architectureWith(
  bytes: Uint8Array,
  state: StateDict,
  { weights, graph }: NetworkFiles,
  context: ReadContext,
): Network {
  const budget = new ReadBudget(context);
  const root = readArchitecture(readJson(bytes, `"${truncate(graph.name, 80)}"`, budget));
  const sources = new Map<string, SavedTensor>();
  const module = new StatedModule('', root, (name) => sources.get(name) ?? null);
  const wanted = new Map(sizesOf(module).map(([name, shape]) => [name, { dtype: 'float32', shape }]));
  const { given, notes } = matchNames(wanted, state.tensors, new Map(), weights.name);
  for (const [name, source] of given) {
    const tensor = state.tensors.get(source);
    if (tensor !== undefined) sources.set(name, tensor);
  }
  return {
    format: 'torch',
    framework: { name: 'torch', version: null },
    outline: outlineOf(module, module.className),
    notes: [...state.notes, ...notes].map(noteOf),
    globals: state.globals,
    compile: () => compileModule(module),
  };
}

function sizesOf(module: ModuleView): (readonly [string, readonly number[]])[] {
  const own = module instanceof StatedModule ? Object.entries(module.sizes) : [];
  return [
    ...own.map(([name, shape]) => [module.pathOf(name), shape] as const),
    ...module.children().flatMap((child) => sizesOf(child.module)),
  ];
}

const outlineOf = (module: ModuleView, name: string): OutlineNode => ({
  path: module.path,
  class: name,
  offset: module.offset,
  params: {},
  children: module.children().map((child) => outlineOf(child.module, child.module.className)),
});
