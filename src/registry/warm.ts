import { PlimsollError } from '../core/errors.ts';
import { inChild } from './child.ts';
import type { AcceptedVersion, Runtime } from './version.ts';

export interface WarmRequest {
  readonly bundle: string;
  readonly model: string;
  readonly runtime: Runtime;
  readonly graph: boolean;
}

/** What a version takes in a process of its own. */
export interface WarmResult {
  /** Time to load it and to answer its example until it is warm. */
  readonly millis: number;
  /** What the process grew by once it was loaded. */
  readonly residentBytes: number;
  /** What it grew by meanwhile, at most. */
  readonly peakBytes: number;
}

const TIMEOUT_MILLIS = 60_000;

/**
 * Loads a version from its bundle in a clean process, as a server would, and has it answer its example. Throws
 * WARM_UP_FAILED where that process ends or takes too long, or what stood in its way.
 */
export function warmUp(
  { bundle, model, manifest }: AcceptedVersion,
  limitMillis = TIMEOUT_MILLIS,
): Promise<WarmResult> {
  const request: WarmRequest = { bundle, model, runtime: manifest.runtime, graph: manifest.graph };
  const failed = (reason: string): PlimsollError =>
    new PlimsollError('WARM_UP_FAILED', { model: manifest.file, reason });
  return inChild<WarmResult, never>({
    entry: new URL('./warm.child.ts', import.meta.url),
    execArgv: ['--expose-gc'],
    request,
    limitMillis,
    late: () => failed(`took longer than ${limitMillis} ms`),
    ended: (reason) => failed(`ended with ${reason}`),
    hear: () => undefined,
  });
}
