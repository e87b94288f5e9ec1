import { basename } from 'node:path';
import type { ModelContent } from '../../model/description.ts';
import type { VerifyOptions } from '../../registry/verify.ts';
import type { VersionVerification } from '../../registry/version.ts';
import type { Terminal } from '../output/terminal.ts';

/** What of a comparison is the caller's. */
export interface ComparisonOptions extends Pick<VerifyOptions, 'golden' | 'full' | 'seed'> {
  readonly file: string;
  readonly terminal: Terminal;
}

/** Holds both engines of a model against each other, and says how far that has come. Throws as `verifyEngines`. */
export async function compareEngines(
  content: ModelContent,
  { file, terminal, ...options }: ComparisonOptions,
): Promise<VersionVerification> {
  const { createEngines, isEngine } = await import('../../registry/engines.ts');
  const { verifyEngines } = await import('../../registry/verify.ts');
  const engines = await createEngines(content);
  const clock = { now: () => Date.now(), monotonic: () => performance.now() };
  const progress = terminal.progress(basename(file));
  progress.update('comparing answers');
  try {
    return await verifyEngines(content, engines, { model: basename(file), clock, ...options });
  } finally {
    progress.done();
    for (const engine of [engines.native, engines.onnx].filter(isEngine)) await engine.close();
  }
}
