import { type AdmitOptions, admitFile } from './admit.ts';
import { loadBundle } from './load.ts';
import type { LoadedVersion } from './version.ts';

/** Takes a model file to a loaded version: admitted where it is new, loaded from its bundle in any case. */
export async function acceptFile(path: string, options: AdmitOptions): Promise<LoadedVersion> {
  const { bundle, model } = await admitFile(path, options);
  return loadBundle(bundle, model);
}
