import { PlimsollError } from '../core/errors.ts';
import type { Interpreter, Lock } from './environment.ts';

/** What a lock is made of. */
export interface LockRequest {
  /** What the person gave, as text. */
  readonly requirements: { readonly path: string; readonly text: string } | null;
  /** Lines deduced from the model's file (`scikit-learn==1.2.2`); they count where the person gave none. */
  readonly guessed: readonly string[];
  /** Version of Python that is wanted (`3.11`), or null: the newest for which everything is there. */
  readonly python: string | null;
  /** Whether packages without a wheel may be built, which runs their code outside any sandbox. */
  readonly allowBuild: boolean;
  readonly dataDir: string;
  readonly onProgress?: (message: string) => void;
}

/** A lock, and how it was arrived at. */
export type MadeLock = Lock & {
  readonly interpreter: Interpreter;
  /** Sentences for the person: what was resolved to what, which Python stands in for which. */
  readonly notes: readonly string[];
};

/**
 * Pins every package that the requirements need, with hashes. Throws PYTHON_NOT_FOUND, PYTHON_TOOL_MISSING,
 * REQUIREMENTS_INVALID and REQUIREMENTS_UNRESOLVED.
 */
export async function makeLock(_request: LockRequest): Promise<MadeLock> {
  throw new PlimsollError('INTERNAL', { action: 'making a lock', reason: 'not written yet' });
}

/**
 * A lock from its text and the minor version of Python that it is for. Throws REQUIREMENTS_INVALID where a line is not
 * one package with `==` and sha256.
 */
export function readLock(_text: string, _python: string): Lock {
  throw new PlimsollError('INTERNAL', { action: 'reading a lock', reason: 'not written yet' });
}
