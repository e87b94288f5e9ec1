import { PlimsollError } from '../core/errors.ts';
import type { Environment, Lock } from './environment.ts';

/** Where and how an environment is made. */
export interface EnvironmentOptions {
  readonly dataDir: string;
  readonly allowBuild: boolean;
  readonly onProgress?: (message: string) => void;
}

/**
 * The environment of a lock: `DATA/environments/<digest>`, made where it is not there yet; several processes may ask at
 * once. Throws PYTHON_NOT_FOUND, PYTHON_TOOL_MISSING and ENVIRONMENT_FAILED.
 */
export async function openEnvironment(_lock: Lock, _options: EnvironmentOptions): Promise<Environment> {
  throw new PlimsollError('INTERNAL', { action: 'making an environment', reason: 'not written yet' });
}

/** Removes environments whose digest no version uses any more, and what killed processes left half made. Answers the digests removed. */
export async function sweepEnvironments(
  _dataDir: string,
  _used: ReadonlySet<string>,
): Promise<readonly string[]> {
  throw new PlimsollError('INTERNAL', { action: 'sweeping environments', reason: 'not written yet' });
}
