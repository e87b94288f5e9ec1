import { codeOnly, importsOf } from './imports.ts';
import { isTest, listFiles, type Problem, report, type SourceFile } from './project.ts';

/** Folders that are pure throughout. Elsewhere a file is pure where its first comment says the word "Pure." */
const PURE_FOLDERS = [
  'src/bytes/',
  'src/model/',
  'src/formats/',
  'src/reading/',
  'src/examine/',
  'src/onnx/',
  'src/compile/',
  'src/engine/native/',
  'src/serving/rows/',
  'src/rollout/',
  'src/statistics/',
  'src/metrics/',
];

/** Reaching for the clock, randomness, the environment or the network. */
const IMPURE =
  /\b(?:Date\.now|new Date\b|Math\.random|performance\.|process\.|setTimeout|setInterval|setImmediate|fetch\(|crypto\.|globalThis\b|console\.)/g;

export const isPure = ({ path, text }: SourceFile): boolean =>
  PURE_FOLDERS.some((folder) => path.startsWith(folder)) ||
  /^\s*\/\*\*(?:(?!\*\/)[\s\S])*\bPure\.(?:(?!\*\/)[\s\S])*\*\//.test(text);

/** Effects in pure files: imports of packages and `node:` modules, of impure files, and globals that reach outside. */
export function checkPurity(files: readonly SourceFile[]): Problem[] {
  const sources = files.filter(({ path }) => !isTest(path));
  const pure = new Set(sources.filter(isPure).map(({ path }) => path));
  return sources
    .filter(({ path }) => pure.has(path))
    .flatMap((file) => [
      ...importsOf(file)
        .filter(
          ({ typeOnly, path }) =>
            !(typeOnly || (path !== null && (pure.has(path) || path.startsWith('src/core/')))),
        )
        .map(({ line, specifier }) => ({
          file: file.path,
          line,
          message: `is pure and imports ${specifier}, which is not`,
        })),
      ...effectsOf(file),
    ]);
}

function effectsOf({ path, text }: SourceFile): Problem[] {
  const code = codeOnly(text);
  return [...code.matchAll(IMPURE)].map((match) => ({
    file: path,
    line: code.slice(0, match.index).split('\n').length,
    message: `is pure and uses ${match[0].replace(/[.(]$/, '')}`,
  }));
}

if (import.meta.main) report('purity', checkPurity(listFiles('src', '.ts')));
