/**
 * What the changes since a commit can reach: `node tools/test/reach.ts REF` prints test files and outer suites as JSON.
 * A file reaches another by importing it or by naming it, or a folder around it, in a string: programs that tests start
 * and the files that they read are found like modules. Where in doubt it reaches.
 */
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path/posix';
import { withoutComments } from '../checks/imports.ts';
import { LISTED_BYTES, listFiles, ROOT, type SourceFile } from '../checks/project.ts';

/** The programs of the suites beside vitest's. `ok` always runs. */
const SUITES: Readonly<Record<string, string>> = {
  interop: 'tools/interop.ts',
  'interop-monitoring': 'tools/interop-monitoring.ts',
  python: 'tools/python-tests.ts',
};
/** What all tests run by: a change of it reaches everything. */
const ALL =
  /^(?:[^/]+\.(?:json|ts)|tools\/(?:test(?:\/|\.mjs)|compile-cache\.mjs|python-environment\.ts).*)$/;
const STRING = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;

export interface Reach {
  readonly suites: readonly string[];
  readonly tests: readonly string[];
}

/** Paths of files and folders that hold `path`, itself first. */
function around(path: string): string[] {
  const parent = dirname(path);
  return parent === '.' ? [path] : [path, ...around(parent)];
}

/**
 * Files and folders of the checkout that a file names: by a path from its own folder, or from the top. A single word is a
 * folder only where it is joined to the file's own; Markdown that the program names is meant for people.
 */
function namedIn({ path, text }: SourceFile, known: ReadonlySet<string>): string[] {
  const own = new Set(around(path));
  const code = withoutComments(text);
  const words = [...code.matchAll(/import\.meta\.dirname,\s*'([^']+)'/g)].map((match) => match[1]!);
  const paths = (code.match(STRING) ?? [])
    .flatMap((string) => string.slice(1, -1).split(/\$\{[^}]*\}|[\s,;=]+/))
    .map((name) => name.replace(/^\/|\/$/g, ''))
    .filter((name) => /^[\w@.][\w@./-]*[/.][\w@./-]*$/.test(name))
    .flatMap((name) => [join(dirname(path), name), join(name)]);
  return [...words.map((name) => join(dirname(path), name)), ...paths].filter(
    (name) => known.has(name) && !own.has(name) && !(path.startsWith('src/') && name.endsWith('.md')),
  );
}

/** Everything from which one of `changed` can be reached, itself included. */
function reachedFrom(files: readonly SourceFile[], changed: readonly string[]): ReadonlySet<string> {
  const known = new Set([...files.map(({ path }) => path), ...changed].flatMap(around));
  const users = new Map<string, string[]>();
  for (const file of files)
    for (const name of namedIn(file, known)) users.set(name, [...(users.get(name) ?? []), file.path]);
  const reached = new Set<string>();
  const open = changed.flatMap(around);
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    open.push(...(users.get(path) ?? []).flatMap(around));
  }
  return reached;
}

/** Test files and suites that `changed` paths can reach. `files`: the texts of all that may name others. */
export function reach(files: readonly SourceFile[], changed: readonly string[]): Reach {
  const tests = files.map(({ path }) => path).filter((path) => /(?<!\.long)\.test\.ts$/.test(path));
  if (changed.some((path) => ALL.test(path))) return { suites: Object.keys(SUITES), tests };
  const reached = reachedFrom(files, changed);
  return {
    suites: Object.keys(SUITES).filter((name) => reached.has(SUITES[name]!)),
    tests: tests.filter((path) => reached.has(path)),
  };
}

/** Paths that differ from where the branch left `ref`, whether committed or not. */
function changedSince(ref: string): string[] {
  const git = (...args: string[]): string[] =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: LISTED_BYTES })
      .split('\n')
      .filter(Boolean);
  return [...git('diff', '--name-only', '--merge-base', ref), ...git('ls-files', '-o', '--exclude-standard')];
}

if (import.meta.main) {
  const files = ['.ts', '.mjs', '.js', '.sh', '.py'].flatMap((suffix) => listFiles('.', suffix));
  console.log(JSON.stringify(reach(files, changedSince(process.argv[2] ?? 'main'))));
}
