import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The checkout. */
export const ROOT = join(import.meta.dirname, '../..');

/** A place that breaks a rule. */
export interface Problem {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

export interface SourceFile {
  /** Relative to the checkout, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Tests, and what only tests import: the folders `testing/`. */
export const isTest = (path: string): boolean => /\.test\.ts$|(^|\/)testing\//.test(path);

/** More names than this is no checkout of this project. */
export const LISTED_BYTES = 64 * 2 ** 20;

/** Files of the checkout that git knows or would add, whose path starts with `prefix` and ends with `suffix`. */
export function listFiles(prefix: string, suffix: string): SourceFile[] {
  const names = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', prefix], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: LISTED_BYTES,
  });
  const paths = [...new Set(names.split('\n'))].filter((path) => path.endsWith(suffix)).sort();
  return paths.flatMap((path) => {
    const text = readIfThere(join(ROOT, path));
    return text === null ? [] : [{ path, text }];
  });
}

/** null where git still lists a file that is gone. */
function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Prints what a check found and sets the exit code. */
export function report(name: string, problems: readonly Problem[]): void {
  for (const { file, line, message } of problems) {
    console.error(`${file}${line === undefined ? '' : `:${line}`}: ${message}`);
  }
  console.log(problems.length === 0 ? `${name}: ok` : `${name}: ${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
}
