import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PythonFailureError } from '../../engine/python/failure.ts';
import { distributionOf } from '../../python/modules.ts';
import { asTyped, MODULE_PLACES } from './code-near.ts';
import { refusalOf } from './refusals.ts';

/** Path of a module near the model or below the current folder, as a person would type it; null where there is none. */
export function moduleNear(source: string, module: string, cwd: string = process.cwd()): string | null {
  for (const folder of [dirname(source), cwd]) {
    for (const place of MODULE_PLACES) {
      for (const name of [`${module}.py`, module]) {
        const path = join(folder, place, name);
        if (!existsSync(path)) continue;
        return asTyped(path, cwd);
      }
    }
  }
  return null;
}

/** An exception of Python's as the coded error that says why a version is refused; anything else as it is. */
export const codedFailure = (error: unknown, model: string, source: string = model): unknown =>
  error instanceof PythonFailureError
    ? refusalOf(error.failure, {
        model,
        findModule: (module) => moduleNear(source, module),
        distributionOf,
      })
    : error;
