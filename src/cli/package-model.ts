import { resolve } from 'node:path';
import type { PackagedModel } from '../deploy/packaged.ts';
import { type ControlOptions, withControl } from './control.ts';
import type { Terminal } from './terminal.ts';

/**
 * The version that `package` and `deploy` are about: a file, which is proved where it is new, or `M[@VERSION]` of a
 * registered model. A file is version 1 of `name`, by default of its own stem. Throws what `resolveModel` throws.
 */
export async function packagedModel(
  reference: string,
  options: ControlOptions & { readonly name?: string | undefined },
  terminal: Terminal,
): Promise<PackagedModel> {
  const { resolveModel } = await import('../jobs/run/model.ts');
  const progress = terminal.progress(reference);
  try {
    const { accepted, digest, name, version } = await resolveModel(reference, {
      dataDir: resolve(options.data),
      ask: (work) => withControl(options, work),
      onProgress: (stage) => progress.update(stage),
    });
    const { bundle, manifest } = accepted;
    const { stem } = await import('../config/models.ts');
    const called = options.name ?? name ?? stem(reference);
    return { name: called, version: version ?? 1, digest, bundle, manifest };
  } finally {
    progress.done();
  }
}
