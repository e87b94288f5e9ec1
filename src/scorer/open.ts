import { basename } from 'node:path';
import { identityOf } from '../registry/digest.ts';
import { loadBundle } from '../registry/load.ts';
import type { AcceptedVersion } from '../registry/version.ts';
import type { ExplainedEngine, ReasonColumns } from './explained-engine.ts';
import { scorerOver } from './score.ts';
import type { ColumnScorer } from './scorer.ts';

/**
 * Opens an accepted bundle to score frames of the columns `inputs`, as `bindInputs` named them, with the runtime that
 * was chosen when it was accepted; `explain` adds columns of reasons. Frames are scored one after the other. Throws what loading the bundle throws
 * (BUNDLE_GONE), EXPLANATION_UNFIT, and BATCH_UNSUPPORTED where the model ties rows together, or its outputs are not rows of a table.
 */
export async function openScorer(
  { bundle, manifest }: Pick<AcceptedVersion, 'bundle' | 'manifest'>,
  inputs: readonly string[],
  explain: ReasonColumns | null = null,
): Promise<ColumnScorer> {
  const { signature, example, file, sideFiles, runtime, converter } = manifest;
  const loaded = await loadBundle(bundle, basename(bundle));
  const identity = { digest: identityOf(manifest.digest, sideFiles, manifest), runtime, converter };
  let { engine } = loaded;
  try {
    const reasons = explain === null ? null : await explainedBy(engine, { bundle, manifest }, explain);
    engine = reasons?.engine ?? engine;
    return await scorerOver({ engine, signature, example, name: file, identity, reasons }, inputs);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Loaded only where it is asked for. */
async function explainedBy(
  ...asked: Parameters<typeof import('./explained-engine.ts').explainedEngine>
): Promise<ExplainedEngine> {
  const { explainedEngine } = await import('./explained-engine.ts');
  return explainedEngine(...asked);
}
