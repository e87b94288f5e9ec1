import { basename } from 'node:path';
import { identityOf } from '../registry/digest.ts';
import { loadBundle } from '../registry/load.ts';
import type { AcceptedVersion } from '../registry/version.ts';
import { scorerOver } from './score.ts';
import type { ColumnScorer } from './scorer.ts';

/**
 * Opens an accepted bundle to score frames of the columns `inputs`, as `bindInputs` named them, with the runtime that
 * was chosen when it was accepted. Frames are scored one after the other. Throws what loading the bundle throws
 * (BUNDLE_GONE), and BATCH_UNSUPPORTED where the model ties rows together, or its outputs are not rows of a table.
 */
export async function openScorer(
  { bundle, manifest }: Pick<AcceptedVersion, 'bundle' | 'manifest'>,
  inputs: readonly string[],
): Promise<ColumnScorer> {
  const { signature, example, file, sideFiles, runtime, converter } = manifest;
  const { engine } = await loadBundle(bundle, basename(bundle));
  const identity = { digest: identityOf(manifest.digest, sideFiles, manifest), runtime, converter };
  try {
    return await scorerOver({ engine, signature, example, name: file, identity }, inputs);
  } catch (error) {
    await engine.close();
    throw error;
  }
}
