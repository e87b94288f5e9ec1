import { toError } from '../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import { readManifest } from '../registry/bundle.ts';
import { isIsolated, type LoadedVersion } from '../registry/version.ts';
import { type ExtractedRows, extractRows } from './capture/extract-rows.ts';
import { type FirstRow, firstRowReader } from './recorder/first-row.ts';
import type { DecodedRows } from './threads/scoring-job.ts';

/** Versions whose engine waits for processes of its own: it holds no loop, and each thread with one would start them again. */
export const hasExternalEngine = ({ manifest }: Pick<LoadedVersion, 'manifest'>): boolean =>
  manifest.python !== undefined || isIsolated(manifest);

/** What a thread needs of such a version to read rows for it; null where the version is scored in threads. */
export function versionWithoutEngine(bundle: string, model: string, version: number): LoadedVersion | null {
  const manifest = readManifest(bundle);
  if (manifest === null || !hasExternalEngine({ manifest })) return null;
  const infer = (): never => {
    throw new PlimsollError('INTERNAL', {
      action: 'scoring in a thread',
      reason: `${model} is run elsewhere`,
    });
  };
  return {
    model,
    version,
    bundle,
    manifest,
    engine: { id: manifest.runtime, infer, close: () => undefined },
  };
}

/** What becomes of a copy of a request whose rows were read in a thread. */
export type MirroredResult =
  | {
      readonly kind: 'answer';
      readonly rows: number;
      readonly first: FirstRow;
      readonly captured: ExtractedRows | null;
    }
  | { readonly kind: 'refused'; readonly error: PlimsollError };

/** Scores rows that a thread has read, for nobody to see. */
export async function scoreMirrored(
  target: LoadedVersion,
  { batch, unit }: DecodedRows,
  requestId: string,
  capture: number,
): Promise<MirroredResult> {
  try {
    const outputs = await target.engine.infer(batch);
    const first = firstRowReader(target.manifest.signature)(outputs);
    const captured =
      capture === 0 ? null : { ...extractRows(target, batch, outputs, requestId, capture), unit };
    return { kind: 'answer', rows: batch.rows, first, captured };
  } catch (error) {
    if (isPlimsollError(error)) return { kind: 'refused', error };
    const reason = String(toError(error).stack);
    return { kind: 'refused', error: new PlimsollError('INTERNAL', { action: 'the prediction', reason }) };
  }
}
