import { PlimsollError } from '../core/errors.ts';
import type { Interpreter } from './environment.ts';

/**
 * Every CPython 3.8 or newer that is installed here (64 bits, releases), newest first; each is asked once a process. It
 * starts programs, so that it is called only where a person trusts a model.
 */
export async function findInterpreters(): Promise<readonly Interpreter[]> {
  throw new PlimsollError('INTERNAL', { action: 'looking for Python', reason: 'not written yet' });
}

/**
 * The interpreter that is wanted (`3`, `3.11`, `3.11.7`; null: the newest). Where a patch release is not there, another
 * one of the same minor version stands in for it: pickles and wheels depend on the minor version alone. Throws
 * PYTHON_NOT_FOUND with the versions that were found.
 */
export function chooseInterpreter(wanted: string | null, found: readonly Interpreter[]): Interpreter {
  const fitting = found.find(({ version }) => wanted === null || version.startsWith(wanted));
  if (fitting === undefined)
    throw new PlimsollError('INTERNAL', { action: 'choosing Python', reason: 'none' });
  return fitting;
}
