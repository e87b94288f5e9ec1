import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { readModelFile } from '../../src/files/read-model.ts';
import { createEngine } from '../../src/registry/engines.ts';
import type { LoadedVersion } from '../../src/registry/version.ts';

/** A model file served without having been proved: for tests that judge answers themselves. */
export async function loadBundle(path: string, model: string, version: number): Promise<LoadedVersion> {
  const { content } = readModelFile(path);
  if (!content) throw new Error(`${path} is not supported`);
  const framework = { name: 'scikit-learn', version: null };
  const runtime = content.kind === 'graph' ? 'onnx' : 'native';
  const about = {
    file: basename(path),
    size: statSync(path).size,
    compression: null,
    framework,
    rowMicros: 1,
    runtime,
  };
  const manifest = { ...about, signature: content.signature };
  return {
    model,
    version,
    bundle: path,
    manifest: manifest as unknown as LoadedVersion['manifest'],
    engine: await createEngine(content, runtime),
  };
}
