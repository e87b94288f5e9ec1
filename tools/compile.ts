/** How a bundle is made of `src/`: the one set of options, whoever asks for it. */
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { Metafile, OutputFile, Plugin } from 'esbuild';
import { BUILTIN } from './chunks.ts';

const root = join(import.meta.dirname, '..');
/** What holds native code stays where npm put it. */
const EXTERNAL = ['onnxruntime-node', '@duckdb/node-bindings'];
/** What threads and processes start with, beside the command line: `x.worker.ts` is `dist/x.worker.js`. */
const STARTED_FILES = ['src/**/*.worker.ts', 'src/**/*.child.ts'];
/** Those that only tests start. */
const STARTED_BY_TESTS = ['src/**/testing/**'];
/** What a start of an accepted native model begins with, one after the other: the command line, and what it imports at run time at once. */
export const COLD_PATH = [
  'src/cli/main.ts',
  'src/cli/serve/serve.ts',
  'src/server/serve-here.ts',
  'src/registry/load-in-thread.ts',
  'src/engine/native/common-engine.ts',
];
const STARTED_SOURCE = /(new URL\(['"]\.\/[\w-]+\.(?:worker|child))\.ts(['"], import\.meta\.url\))/g;
/** CommonJS packages inside the bundle ask for these. */
export const BANNER = [
  "import { createRequire as $createRequire } from 'node:module';",
  'const require = $createRequire(import.meta.url);',
  'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
].join('\n');

/** In the bundle, what is started is JavaScript. */
const startedFiles: Plugin = {
  name: 'started-files',
  setup(build) {
    build.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: source.replaceAll(STARTED_SOURCE, '$1.js$2'), loader: 'ts' };
    });
  },
};

/** Modules of Node that take a start time or memory, and are needed later or never. */
const LATER = new Set(
  'child_process dns http https net readline sqlite stream/promises tls v8 worker_threads zlib'
    .split(' ')
    .map((name) => `node:${name}`),
);

/** Modules of Node that a process has loaded, or needs at once. */
const AT_ONCE = new Set(
  'async_hooks buffer crypto events fs fs/promises module os path timers/promises url util'
    .split(' ')
    .map((name) => `node:${name}`),
);

/**
 * `import 'node:http'` loads the module at once, and reads every property of it for its namespace: one of them loads Node's
 * whole fetch client, 15 ms and some megabytes that a server never uses; one of `node:fs` its streams. In the bundle, such
 * modules are loaded when something of them is used first, others at once, and only what is used is read.
 */
const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind, importer }) => {
      const isImport = kind === 'import-statement';
      // What packages do with a module that they require is theirs; of one it is known.
      const isLater = LATER.has(path) && (isImport || /[/\\]commander[/\\]/.test(importer));
      return isLater || (AT_ONCE.has(path) && isImport) ? { path, namespace: BUILTIN } : undefined;
    });
    build.onLoad({ filter: /.*/, namespace: BUILTIN }, ({ path }) => ({
      contents: LATER.has(path) ? loadedLater(path) : loadedAtOnce(path),
      loader: 'js',
    }));
  },
};

function loadedLater(path: string): string {
  const getters = namesOf(path).map((name) => `get ${name}() { return load().${name}; }`);
  const load = `let loaded; const load = () => (loaded ??= process.getBuiltinModule('${path}'));`;
  return `${load} module.exports = { ${getters.join(', ')} };`;
}

/** The bundler drops what nothing imports. */
function loadedAtOnce(path: string): string {
  const names = namesOf(path).map((name) => `export const ${name} = /* @__PURE__ */ of('${name}');`);
  const load = `const loaded = process.getBuiltinModule('${path}'); const of = (name) => loaded[name];`;
  return `${load} export default loaded; ${names.join(' ')}`;
}

const namesOf = (path: string): readonly string[] => Object.keys(process.getBuiltinModule(path) ?? {});

/**
 * A CommonJS package that is loaded when it is needed has, in a bundle that is split, no names but `default`. DuckDB's
 * hundred files are worth bundling: to find and link them takes longer than to load its library.
 */
const NAMED = /^@duckdb\/node-api$|^@aws-sdk\/client-/;
const namedPackages: Plugin = {
  name: 'named-packages',
  setup(build) {
    build.onResolve({ filter: NAMED }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, namespace: 'named' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'named' }, ({ path }) => ({
      contents: `export { ${Object.keys(createRequire(import.meta.url)(path)).join(', ')} } from '${path}'`,
      resolveDir: root,
    }));
  },
};

export interface Entry {
  readonly in: string;
  readonly out: string;
}

export const entry = ([out, file]: readonly [string, string]): Entry => ({ in: join(root, file), out });

/** Every file that a thread or process starts with: name in the bundle and source. */
export const startable = (): [string, string][] =>
  globSync(STARTED_FILES, { cwd: root, exclude: STARTED_BY_TESTS }).map((file): [string, string] => [
    basename(file, '.ts'),
    file,
  ]);

/** Everything that the program starts with: the command line, threads and processes. */
export function entries(): Entry[] {
  const named = [['main', 'src/cli/main.ts'] as const, ...startable()];
  if (new Set(named.map(([out]) => out)).size < named.length) {
    throw new Error(`two files that are started have one name: ${named.map(([, file]) => file).join(', ')}`);
  }
  return named.map(entry);
}

interface Compiled {
  readonly outputFiles: OutputFile[];
  readonly metafile: Metafile;
}

/** Bundles these entries, in memory; `outdir` is where they are to lie, `more` comes before the plugins of every bundle. */
export async function compile(outdir: string, entryPoints: Entry[], more: Plugin[] = []): Promise<Compiled> {
  const { build } = await import('esbuild');
  return build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    chunkNames: '[name]-[hash]',
    external: EXTERNAL,
    banner: { js: BANNER },
    legalComments: 'linked',
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: 'warning',
    plugins: [...more, startedFiles, builtinModules, namedPackages],
    metafile: true,
    write: false,
  });
}
