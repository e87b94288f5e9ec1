import { PlimsollError } from '../core/errors.ts';
import { runChildJob } from '../process/child-job.ts';
import { type LoadingCost, loadingRequest } from './loading.ts';
import type { AcceptedVersion } from './version.ts';

const TIMEOUT_MILLIS = 60_000;
/** Interpreters start, and import libraries. */
const PYTHON_TIMEOUT_MILLIS = 300_000;

/**
 * Loads a version from its bundle in a clean process, as a server would, and has it answer its example. Throws
 * WARM_UP_FAILED where that process ends or takes too long, or what stood in its way.
 */
export function warmUp(
  version: AcceptedVersion,
  limitMillis = version.manifest.python === undefined ? TIMEOUT_MILLIS : PYTHON_TIMEOUT_MILLIS,
): Promise<LoadingCost> {
  const request = loadingRequest(version);
  const failed = (reason: string): PlimsollError =>
    new PlimsollError('WARM_UP_FAILED', { model: version.manifest.file, reason });
  return runChildJob<LoadingCost, never>({
    entry: new URL('./warm.child.ts', import.meta.url),
    execArgv: ['--expose-gc'],
    memoryBytes: null,
    request,
    limitMillis,
    late: () => failed(`took longer than ${limitMillis} ms`),
    ended: (reason) => failed(`ended: ${reason}`),
    hear: () => undefined,
  });
}
