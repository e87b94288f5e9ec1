import { basename } from 'node:path';
import type { Engine } from '../../engine/engine.ts';
import type { ReadingChoices } from '../../model/reading-choices.ts';
import type { Signature } from '../../model/signature.ts';
import type { PythonDemands } from '../../python/demands.ts';
import { acceptFile } from '../accept.ts';
import type { BundleManifest, Runtime } from '../version.ts';

export interface OpenPythonOptions extends ReadingChoices {
  readonly dataDir: string;
  /** Who trusts it. */
  readonly by: string;
  /** What runs it; null where a script says whether it is the model, or goes around a compiled one. */
  readonly runtime: Runtime | null;
  readonly golden?: string | undefined;
  /** Reads rows that it will be given, which show what rows are like where nothing else does. */
  readonly sample?: (() => Promise<unknown>) | undefined;
  readonly maxModel?: number | undefined;
  readonly onProgress?: ((stage: string) => void) | undefined;
}

export interface OpenedPython {
  readonly engine: Engine;
  readonly manifest: BundleManifest;
  readonly signature: Signature;
}

/**
 * Opens a file or folder that Python is trusted to run, without a store: it is proved as a version is, into the bundles and
 * environments of the data folder, where the next call finds it. Throws what `acceptFile` does.
 */
export async function openPythonFile(
  path: string,
  demands: PythonDemands,
  { by, runtime, ...options }: OpenPythonOptions,
): Promise<OpenedPython> {
  const { engine, manifest } = await acceptFile(path, {
    ...options,
    name: basename(path),
    runtime: runtime ?? undefined,
    python: { ...demands, by },
  });
  return { engine, manifest, signature: manifest.signature };
}
