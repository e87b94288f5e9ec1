/**
 * Bundles `src/` into `dist/`: `npm ci` runs it through `prepare`, so that a checkout starts as fast as the package.
 * The bundle is flat (every chunk beside every other), so that `import.meta.url` means the same in each of them.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ASSETS } from '../src/config/assets.ts';
import { markInstalled } from './installed.mjs';
import { content, listing } from './sources.mjs';

const root = join(import.meta.dirname, '..');
/** Packages with native parts stay where npm put them. */
const EXTERNAL = ['onnxruntime-node', '@duckdb/node-api'];
/** What processes and threads start with: name in `dist/` and source. */
const ENTRIES = {
  main: 'src/cli/main.ts',
  'accept.child': 'src/registry/accept.child.ts',
  'onnx-worker': 'src/engine/onnx/worker.ts',
};
/** A bundled file that code starts by its name; each must be an entry. */
const STARTED = /['"]\.\/([\w.-]*(?:worker|child)\.js)['"]/g;
/** CommonJS packages inside the bundle ask for these. */
const BANNER = [
  "import { createRequire as $createRequire } from 'node:module';",
  'const require = $createRequire(import.meta.url);',
  'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
].join('\n');

async function bundle(outdir: string): Promise<void> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: Object.entries(ENTRIES).map(([out, file]) => ({ in: join(root, file), out })),
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
    write: false,
  });
  mkdirSync(outdir, { recursive: true });
  for (const { path, contents } of outputFiles) writeFileSync(path, contents);
  for (const { path, text } of outputFiles) checkStarted(path, text, outdir);
}

function checkStarted(path: string, text: string, outdir: string): void {
  if (!path.endsWith('.js')) return;
  for (const [, name] of text.matchAll(STARTED)) {
    if (existsSync(join(outdir, name!))) continue;
    throw new Error(
      `${path} starts "${name}", which is no entry of the bundle: add it to ENTRIES in tools/build.ts`,
    );
  }
}

function copyAssets(outdir: string): void {
  const { resolve } = createRequire(import.meta.url);
  mkdirSync(join(outdir, 'assets'), { recursive: true });
  for (const [name, file] of Object.entries(ASSETS))
    copyFileSync(resolve(file), join(outdir, 'assets', name));
}

/** Whether the bundle there is already the bundle of these sources. */
function isCurrent(dist: string, digest: { content: string }): boolean {
  const file = join(dist, 'digest.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).content === digest.content;
}

/** Builds beside `dist/` and swaps, so that nobody ever starts from half a bundle. */
async function main(): Promise<void> {
  const dist = join(root, 'dist');
  const next = join(root, '.cache', `dist.${process.pid}.next`);
  const previous = join(root, '.cache', `dist.${process.pid}.previous`);
  const digest = { listing: listing(root), content: content(root) };
  if (isCurrent(dist, digest)) return;
  try {
    await bundle(next);
    copyAssets(next);
    writeFileSync(join(next, 'digest.json'), JSON.stringify(digest));
    if (existsSync(dist)) renameSync(dist, previous);
    renameSync(next, dist);
  } finally {
    rmSync(next, { recursive: true, force: true });
    rmSync(previous, { recursive: true, force: true });
  }
  console.log('built dist/');
}

try {
  await main();
  // `npm ci` and `npm install` end here: what the lock file says is now there.
  if (process.env['npm_lifecycle_event'] === 'prepare') markInstalled(root);
} catch (error) {
  console.error((error as Error).message); // esbuild has printed the places
  process.exitCode = 1;
}
