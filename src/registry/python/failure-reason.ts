import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { PythonFailureError } from '../../engine/python/failure.ts';
import { distributionOf } from '../../python/modules.ts';
import { refusalOf } from './refusals.ts';

/** Folders beside a model and below the current one in which modules usually lie. */
const PLACES = ['', 'src', 'code', 'lib'];

/** Path of a module near the model or below the current folder, as a person would type it; null where there is none. */
export function moduleNear(source: string, module: string, cwd: string = process.cwd()): string | null {
  for (const folder of [dirname(source), cwd]) {
    for (const place of PLACES) {
      for (const name of [`${module}.py`, module]) {
        const path = join(folder, place, name);
        if (!existsSync(path)) continue;
        const short = relative(cwd, path);
        return short.startsWith('..') ? path : short;
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
