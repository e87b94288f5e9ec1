import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Folders beside a model and below the current one in which modules usually lie. */
export const MODULE_PLACES = ['', 'src', 'code', 'lib'];
/** Files that are looked through, and bytes of one: enough for what lies beside a model. */
const MOST_FILES = 200;
const MOST_BYTES = 2 ** 20;

/**
 * Modules near a model whose text a pattern finds, as a person would type their paths: those beside it, else those below the
 * current folder. Nothing of them is run.
 */
export function modulesWith(source: string, pattern: RegExp, cwd: string = process.cwd()): readonly string[] {
  for (const folder of new Set([dirname(source), cwd])) {
    const scripts = MODULE_PLACES.flatMap((place) => scriptsIn(join(folder, place))).slice(0, MOST_FILES);
    const found = scripts.filter((path) => pattern.test(textOf(path)));
    if (found.length > 0) return found.map((path) => asTyped(path, cwd));
  }
  return [];
}

/** As it is reached from the current folder, where it lies below it. */
export function asTyped(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') ? path : short;
}

function scriptsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[A-Za-z_]\w*\.py$/.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    // A place that is not there, or that nobody may look into, holds nothing.
    return [];
  }
}

function textOf(path: string): string {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(path, 'utf8') : '';
  } catch {
    return '';
  }
}
