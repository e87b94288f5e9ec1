import { codeOnly } from './imports.ts';
import { listFiles, type Problem, report, type SourceFile } from './project.ts';

/** Names that several files of src/ may export, each with the reason. */
export const SHARED_NAMES: Readonly<Record<string, string>> = {};

const DECLARATION =
  /^export\s+(?:declare\s+|abstract\s+|async\s+)*(?:(?:function\s*\*?|class|interface|type|enum|const|let|var)\s+([A-Za-z_$][\w$]*)|(?:const|let|var)\s+\{([^}]*)\})/gm;

/** Names that a file declares and exports; re-exports are no declarations. */
export function exportedNames({
  text,
}: SourceFile): readonly { readonly name: string; readonly line: number }[] {
  const code = codeOnly(text);
  return [...code.matchAll(DECLARATION)].flatMap((match) => {
    const line = code.slice(0, match.index).split('\n').length;
    const names = match[1] === undefined ? destructured(match[2] ?? '') : [match[1]];
    return names.map((name) => ({ name, line }));
  });
}

/** `a, b: c, d = 1` declares a, c and d. */
const destructured = (list: string): readonly string[] =>
  list
    .split(',')
    .map((one) => (one.split('=')[0] ?? '').split(':').at(-1)?.trim() ?? '')
    .filter((name) => name !== '');

/** Helpers of tests count: a reader looks a name up in both. */
const isCounted = ({ path }: SourceFile): boolean => path.startsWith('src/') && !path.endsWith('.test.ts');

/** Files by the name that they export, for names that several export; overloads in one file count once. */
export function sharedNames(files: readonly SourceFile[]): ReadonlyMap<string, readonly SourceFile[]> {
  const byName = new Map<string, Set<SourceFile>>();
  for (const file of files.filter(isCounted))
    for (const { name } of exportedNames(file))
      byName.set(name, (byName.get(name) ?? new Set<SourceFile>()).add(file));
  return new Map(
    [...byName].filter(([, where]) => where.size > 1).map(([name, where]) => [name, [...where]]),
  );
}

/**
 * Names that two files export and that are not listed, with every file but the first as the place to mend; listed names
 * that are exported once only, and reasons that are missing.
 */
export function checkNames(
  files: readonly SourceFile[],
  allowed: Readonly<Record<string, string>>,
): Problem[] {
  const shared = sharedNames(files);
  const duplicates = [...shared].flatMap(([name, [first, ...others]]) =>
    name in allowed
      ? []
      : others.map((file) => ({
          file: file.path,
          line: exportedNames(file).find((one) => one.name === name)?.line ?? 1,
          message: `exports ${name}, which ${first?.path} exports: give one of them another name`,
        })),
  );
  const table = Object.entries(allowed).flatMap(([name, reason]) => {
    if (reason.trim() === '') return [`${name} is listed without a reason`];
    return shared.has(name) ? [] : [`${name} is listed and exported once at most: take it out`];
  });
  return [...duplicates, ...table.map((message) => ({ file: 'tools/checks/names.ts', message }))];
}

if (import.meta.main) report('names', checkNames(listFiles('src', '.ts'), SHARED_NAMES));
