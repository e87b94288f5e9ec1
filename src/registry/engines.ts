import type { Device } from '../core/devices.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { columnNames } from '../model/column-names.ts';
import type { ModelContent } from '../model/description.ts';
import type { GraphBytes } from '../model/graph-bytes.ts';
import type { GraphMemory } from '../model/graph-memory.ts';
import type { Signature } from '../model/signature.ts';
import type { CompiledMaterial, EngineMaterial } from './material.ts';
import type { InnerEngine } from './python/load.ts';
import type { Runtime } from './version.ts';

/** What is there to run a model with: an engine, or the coded reason why there is none. */
export interface EngineChoice {
  readonly native: Engine | PlimsollError;
  readonly onnx: Engine | PlimsollError;
}

export const isEngine = (value: Engine | PlimsollError): value is Engine => !isPlimsollError(value);

/** Builds one engine of a model; each family of code is loaded on first use only. */
export const createEngine = async (
  content: ModelContent,
  runtime: Runtime,
  device?: Device,
): Promise<Engine> => buildEngine(await materialOf(content, runtime), device);

/** @param device what graphs run on, in onnxruntime; the CPU by default, as whenever a model is proved */
export async function buildEngine(material: EngineMaterial, device?: Device): Promise<Engine> {
  if (material.kind === 'python') {
    const { loadPython } = await import('./python/load.ts');
    return loadPython(material.bundle, material.inner && (await innerEngine(material.inner, device)));
  }
  if (material.kind === 'steps') {
    const { createCommonEngine } = await import('../engine/native/common-engine.ts');
    const common = createCommonEngine(material.steps);
    if (common !== null) return common;
    const { createNativeEngine } = await import('../engine/native/engine.ts');
    return createNativeEngine(material.steps);
  }
  if (material.kind === 'isolated') {
    const { loadIsolated } = await import('./isolated.ts');
    return loadIsolated(material, device);
  }
  const { createOnnxEngine } = await import('../engine/onnx/engine.ts');
  return createOnnxEngine({ ...material.options, device });
}

/** The compiled model in the middle of a script, with the columns that it takes. */
async function innerEngine(material: CompiledMaterial, device?: Device): Promise<InnerEngine> {
  return { engine: await buildEngine(material, device), columns: columnNames(signatureOf(material)) };
}

function signatureOf(material: CompiledMaterial): Signature {
  if (material.kind === 'isolated') return material.signature;
  return material.kind === 'steps' ? material.steps.signature : material.options.signature;
}

/** Everything that can be done for a runtime before there is an engine. Throws COMPILE_UNSUPPORTED for one that it cannot have. */
export async function materialOf(content: ModelContent, runtime: Runtime): Promise<CompiledMaterial> {
  if (content.kind === 'graph' && runtime === 'native')
    throw new PlimsollError('COMPILE_UNSUPPORTED', { path: 'the graph', reason: ONNXRUNTIME_ONLY });
  if (content.kind === 'graph') return graphMaterial(content.onnx, content, 'this file');
  if (runtime === 'native') return { kind: 'steps', steps: content };
  const { compileModel } = await import('../compile/compile.ts');
  const { encodeModel } = await import('../onnx/encode.ts');
  const plan = compileModel(content);
  const { prefix, columns, refused } = plan;
  const options = { onnx: encodeModel(plan.model), signature: content.signature, prefix, columns, refused };
  return { kind: 'graph', options };
}

/** What a graph of others is run with: apart, but where its memory was proved to be bounded. */
export function graphMaterial(
  onnx: GraphBytes,
  { signature, memory }: { readonly signature: Signature; readonly memory: GraphMemory },
  name: string,
): CompiledMaterial {
  if (memory.kind === 'unbounded')
    return { kind: 'isolated', graph: onnx, signature, name, isParallel: memory.isParallel };
  return { kind: 'graph', options: { onnx, signature, rowBytes: memory.rowBytes } };
}

/** Else two names for the same engine would be told apart by how fast each happened to be. */
const ONNXRUNTIME_ONLY = 'native evaluators take steps, and an ONNX graph runs in onnxruntime';

/** Builds both engines, so that each can check the other. */
export async function createEngines(content: ModelContent): Promise<EngineChoice> {
  return { native: await attempt(content, 'native'), onnx: await attempt(content, 'onnx') };
}

async function attempt(content: ModelContent, runtime: 'native' | 'onnx'): Promise<Engine | PlimsollError> {
  try {
    return await createEngine(content, runtime);
  } catch (error) {
    if (isPlimsollError(error)) return error;
    throw error;
  }
}
