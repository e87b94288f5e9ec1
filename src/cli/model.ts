import { isPlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { ModelContent, ModelDescription } from '../model/description.ts';
import { contentOf } from '../registry/content.ts';
import { createEngine } from '../registry/engines.ts';

/** Reads a file as data, as far as it can be understood. */
export async function readModel(path: string, maxModel?: number): Promise<ModelDescription> {
  const { readModelFile } = await import('../files/read-model.ts');
  const description = readModelFile(path, { maxModel });
  if (description.content?.kind === 'graph') {
    const { tryContent } = await import('../engine/onnx/try-load.ts');
    await tryContent(description.content);
  }
  return description;
}

export interface OpenModel {
  readonly description: ModelDescription;
  readonly content: ModelContent;
  readonly engine: Engine;
}

/** Reads a file and builds the engine asked for, or the native one where there is one, else the ONNX one. */
export async function openModel(
  path: string,
  runtime: 'native' | 'onnx' | undefined,
  maxModel?: number,
): Promise<OpenModel> {
  const description = await readModel(path, maxModel);
  const content = contentOf(description);
  if (runtime) return { description, content, engine: await createEngine(content, runtime) };
  return { description, content, engine: await bestEngine(content) };
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
