import { isPlimsollError, type PlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { ModelContent } from '../model/description.ts';
import type { Runtime } from './version.ts';

/** What is there to run a model with: an engine, or the coded reason why there is none. */
export interface Engines {
  readonly native: Engine | PlimsollError;
  readonly onnx: Engine | PlimsollError;
}

export const isEngine = (value: Engine | PlimsollError): value is Engine => !isPlimsollError(value);

/** Builds one engine of a model; each family of code is loaded on first use only. */
export async function createEngine(content: ModelContent, runtime: Runtime): Promise<Engine> {
  if (runtime === 'native' && content.kind === 'steps') {
    const { createNativeEngine } = await import('../engine/native/engine.ts');
    return createNativeEngine(content);
  }
  const { createOnnxEngine } = await import('../engine/onnx/engine.ts');
  if (content.kind === 'graph') return createOnnxEngine({ onnx: content.onnx, signature: content.signature });
  const { compileModel } = await import('../compile/compile.ts');
  const { encodeModel } = await import('../onnx/encode.ts');
  const plan = compileModel(content);
  return createOnnxEngine({
    onnx: encodeModel(plan.model),
    signature: content.signature,
    prefix: plan.prefix,
    columns: plan.columns,
    refused: plan.refused,
  });
}

/** Builds both engines, so that each can check the other. */
export async function createEngines(content: ModelContent): Promise<Engines> {
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
