/**
 * Bundles `src/` into `dist/`: `npm ci` runs it through `prepare`, so that a checkout starts as fast as the package.
 * The bundle is flat (every chunk beside every other), so that `import.meta.url` means the same in each of them.
 */
import { copyFileSync, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import type { Plugin } from 'esbuild';
import { ASSETS } from '../src/config/assets.ts';
import { content, listing } from './sources.mjs';

const root = join(import.meta.dirname, '..');
/** Packages with native parts stay where npm put them. */
const EXTERNAL = ['onnxruntime-node', '@duckdb/node-api'];
/** Files that other threads and processes start with. */
const ENTRIES = ['src/**/*.worker.ts', 'src/**/*.child.ts'];
const STARTED = /new URL\((['"])(\.[^'"]*\.(?:worker|child)\.ts)\1, import\.meta\.url\)/g;
/** CommonJS packages inside the bundle ask for these. */
const BANNER = [
  "import { createRequire as $createRequire } from 'node:module';",
  'const require = $createRequire(import.meta.url);',
  'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
].join('\n');

/** `src/engine/onnx/session.worker.ts` is `engine-onnx-session.worker.js` in the flat bundle. */
const entryName = (file: string): string =>
  relative(join(root, 'src'), file).replaceAll(/[/\\]/g, '-').replace(/\.ts$/, '');

/** Points `new URL('./x.worker.ts', import.meta.url)` at the bundled entry. */
const startedFiles: Plugin = {
  name: 'started-files',
  setup(build) {
    build.onLoad({ filter: /[/\\]src[/\\].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replaceAll(STARTED, (_whole, _quote, target: string) => {
        const file = join(path, '..', target);
        return `new URL('./${entryName(file)}.js', import.meta.url)`;
      });
      return { contents, loader: 'ts' };
    });
  },
};

async function bundle(outdir: string): Promise<void> {
  const { build } = await import('esbuild');
  const started = globSync(ENTRIES, { cwd: root }).map((file) => join(root, file));
  await build({
    absWorkingDir: root,
    entryPoints: [
      { in: join(root, 'src/cli/main.ts'), out: 'main' },
      ...started.map((file) => ({ in: file, out: entryName(file) })),
    ],
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
    logLevel: 'warning',
    plugins: [startedFiles],
  });
}

function copyAssets(outdir: string): void {
  const { resolve } = createRequire(import.meta.url);
  mkdirSync(join(outdir, 'assets'), { recursive: true });
  for (const [name, file] of Object.entries(ASSETS)) copyFileSync(resolve(file), join(outdir, 'assets', name));
}

/** Builds beside `dist/` and swaps, so that nobody ever starts from half a bundle. */
async function main(): Promise<void> {
  const dist = join(root, 'dist');
  const next = join(root, '.cache', `dist.${process.pid}.next`);
  const previous = join(root, '.cache', `dist.${process.pid}.previous`);
  const digest = { listing: listing(root), content: content(root) };
  try {
    await bundle(next);
    copyAssets(next);
    writeFileSync(join(next, 'digest.json'), JSON.stringify(digest));
    rmSync(previous, { recursive: true, force: true });
    try {
      renameSync(dist, previous);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    renameSync(next, dist);
  } finally {
    rmSync(next, { recursive: true, force: true });
    rmSync(previous, { recursive: true, force: true });
  }
  console.log('built dist/');
}

await main();
