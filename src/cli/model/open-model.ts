import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CPU_DEVICE, type Device } from '../../core/devices.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import type { ReadOptions } from '../../files/read-model.ts';
import type { ModelContent, ModelDescription, SourceFramework } from '../../model/description.ts';
import type { ReadingChoices } from '../../model/reading-choices.ts';
import type { Signature } from '../../model/signature.ts';
import { createEngine } from '../../registry/engines.ts';
import { contentOf } from '../../registry/model-content.ts';
import type { Terminal } from '../output/terminal.ts';

/** Shows how far the reading of a file has come, as long as that takes. */
export async function whileReading<T>(
  terminal: Terminal,
  path: string,
  read: (onRead: NonNullable<ReadOptions['onRead']>) => Promise<T>,
): Promise<T> {
  const progress = terminal.progress(basename(path));
  try {
    return await read((share) => progress.update('reading', share ?? undefined));
  } finally {
    progress.done();
  }
}

/** Reads a file as data, as far as it can be understood; of a saved or MLflow folder the model in it. Of parts `tell` hears what was made of them. */
export async function readModel(
  path: string,
  options: ReadOptions = {},
  tell: (text: string) => void = () => undefined,
): Promise<ModelDescription> {
  const { readModelFile } = await import('../../files/read-model.ts');
  const file = await dataFileOf(path);
  const { withGraphOnDisk } = await import('../../engine/onnx/graph-file.ts');
  const { content, ...described } = readModelFile(file.path, { ...options, ...file.choices });
  if (described.joined !== undefined) tell(described.joined.said);
  if (content?.kind !== 'graph') return { ...described, content };
  return tried({ ...described, content: withGraphOnDisk(content, newGraphPath()) });
}

/** The same, once onnxruntime has loaded its graph. */
async function tried(description: ModelDescription): Promise<ModelDescription> {
  const { tryContent } = await import('../../engine/onnx/try-load.ts');
  // Where nothing is to run here, what the file says is still worth reading.
  await tryContent(description.content).catch((error: unknown) => {
    if (!isPlimsollError(error) || error.code !== 'PART_MISSING') throw error;
  });
  return description;
}

let graphs: string | null = null;

/** Path for a graph that is there as long as this process. */
function newGraphPath(): string {
  if (graphs === null) {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-graph-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    graphs = folder;
  }
  return join(mkdtempSync(join(graphs, 'model-')), 'model.onnx');
}

interface DataFile {
  readonly path: string;
  readonly choices: ReadingChoices;
}

/** The file that can be read without Python. Throws PYTHON_UNTRUSTED where a folder has none, and what reading it throws. */
async function dataFileOf(path: string): Promise<DataFile> {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return { path, choices: {} };
  const { readSource } = await import('../../registry/python/source.ts');
  const { choicesIn } = await import('../../registry/python/model-source.ts');
  const source = await readSource(path);
  const { data, script } = source;
  if (data !== null && script === null) return { path: data, choices: choicesIn(source) };
  throw new PlimsollError('PYTHON_UNTRUSTED', {
    model: basename(path),
    reason: script === null ? 'nothing else reads what is in the folder' : 'its script is code',
    other: 'save it with plimsoll.save, or in a format that is compiled (`plimsoll doctor FILE`)',
  });
}

/** A model that answers. */
export interface OpenModel {
  readonly format: string;
  readonly framework: SourceFramework;
  readonly signature: Signature;
  readonly engine: Engine;
}

/** Reads a file and builds the engine asked for, or the native one where there is one, else the ONNX one. */
export async function openModel(
  path: string,
  runtime: 'native' | 'onnx' | undefined,
  options: ReadOptions & { readonly device?: Device | undefined },
  tell: (text: string) => void,
): Promise<OpenModel> {
  const description = await readModel(path, options, tell);
  const content = contentOf(description);
  const { format, framework } = description;
  const engine = await engineOf(content, runtime, options.device);
  return { format, framework, signature: content.signature, engine };
}

async function engineOf(
  content: ModelContent,
  runtime: 'native' | 'onnx' | undefined,
  device: Device = CPU_DEVICE,
): Promise<Engine> {
  if (device.name !== 'cpu') {
    const { checkDevice } = await import('../../engine/onnx/devices.ts');
    await checkDevice(device);
    // Native evaluators know the CPU only.
    return createEngine(content, runtime ?? 'onnx', device);
  }
  return runtime ? createEngine(content, runtime) : bestEngine(content);
}

async function bestEngine(content: ModelContent): Promise<Engine> {
  if (content.kind === 'graph') return createEngine(content, 'onnx');
  try {
    return await createEngine(content, 'native');
  } catch (error) {
    if (!isPlimsollError(error) || error.exit !== 4) throw error;
    return createEngine(content, 'onnx');
  }
}
