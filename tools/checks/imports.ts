import { dirname, join } from 'node:path/posix';
import type { SourceFile } from './project.ts';

export interface Import {
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** Path in the checkout where it is relative, else null. */
  readonly path: string | null;
  readonly typeOnly: boolean;
}

const STATEMENT =
  /(?<=^|[;}\s])(?:import|export)\s+(type\s+)?(?:[\w$*\s{},]+?\sfrom\s*)?(['"])([^'"\n]+)\2|\bimport\(\s*(['"])([^'"\n]+)\4\s*\)/g;

/** Static and dynamic imports and re-exports of a file. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const code = withoutComments(text);
  return [...code.matchAll(STATEMENT)].map((match) => {
    const specifier = (match[3] ?? match[5])!;
    return {
      line: code.slice(0, match.index).split('\n').length,
      specifier,
      path: specifier.startsWith('.') ? join(dirname(path), fileOf(specifier)) : null,
      typeOnly: match[1] !== undefined || onlyTypes(match[0]),
    };
  });
}

/** AssemblyScript names its files without the ending. */
const fileOf = (specifier: string): string => (specifier.endsWith('.as') ? `${specifier}.ts` : specifier);

/** Whether every name in the braces of an import is marked `type`. */
function onlyTypes(statement: string): boolean {
  const names = /^(?:import|export)\s*\{([^}]*)\}/
    .exec(statement)?.[1]
    ?.split(',')
    .map((name) => name.trim());
  const listed = names?.filter((name) => name !== '') ?? [];
  return listed.length > 0 && listed.every((name) => name.startsWith('type '));
}

const TOKEN = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;

/** The code with comments blanked and strings kept; line numbers stay. */
export const withoutComments = (text: string): string =>
  text.replace(TOKEN, (token) => (token.startsWith('/') ? token.replace(/[^\n]/g, ' ') : token));

/** The code with comments and the insides of strings blanked; line numbers stay. */
export const codeOnly = (text: string): string =>
  text.replace(TOKEN, (token) => token.replace(/[^\n]/g, ' '));
