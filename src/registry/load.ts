import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError } from '../core/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { readModelFile } from '../files/read-model.ts';
import { readManifest } from './bundle.ts';
import { createEngine } from './engines.ts';
import type { LoadedVersion, Manifest } from './version.ts';

/**
 * Loads an accepted bundle with the runtime its manifest names; nothing is chosen or checked again. Callable in
 * any thread.
 */
export async function loadBundle(dir: string, model: string, version = 1): Promise<LoadedVersion> {
  const manifest = readManifest(dir);
  if (!manifest) throw new PlimsollError('FILE_NOT_FOUND', { path: join(dir, 'plimsoll.json') });
  return { model, version, manifest, bundle: dir, engine: await loadEngine(dir, manifest) };
}

async function loadEngine(dir: string, manifest: Manifest): Promise<Engine> {
  if (manifest.graph) {
    const { createOnnxEngine } = await import('../engine/onnx/engine.ts');
    return createOnnxEngine({ onnx: readFileSync(join(dir, 'model.onnx')), signature: manifest.signature });
  }
  const { content } = readModelFile(join(dir, manifest.file));
  if (!content)
    throw new PlimsollError('INTERNAL', { action: 'loading a bundle', reason: 'its file compiles no more' });
  return createEngine(content, manifest.runtime);
}
