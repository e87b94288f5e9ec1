/**
 * Bundles `src/` into `dist/`: `npm ci` runs it through `prepare`, so that a checkout starts as fast as the package.
 * The bundle is flat (every chunk beside every other), so that `import.meta.url` means the same in each of them.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { Plugin } from 'esbuild';
import packageJson from '../package.json' with { type: 'json' };
import { ASSETS } from '../src/config/assets.ts';
import { bundledFolders, packagesOf } from './bundled.ts';
import { isTest } from './checks/project.ts';
import { mergedChunks, sharingChunks } from './chunks.ts';
import { BANNER, COLD_PATH, compile, type Entry, entries, entry, startable } from './compile.ts';
import { buildConsole } from './console.ts';
import { markInstalled } from './installed.mjs';
import { nativeNotices, noticesOf } from './notices.ts';
import { content, listing } from './sources.mjs';
import { writeWheel } from './wheel/wheel.ts';

const root = join(import.meta.dirname, '..');
/** What a cluster is sent to score with, a bundle of its own. */
const SCORER = {
  'arrow.child': 'src/scorer/arrow.child.ts',
  'graph.child': 'src/engine/onnx/graph.child.ts',
};
/** What a container starts; what that starts in turn is found. */
const CONTAINER = { main: 'src/server/container/main.ts' };
/** What it scores tables with, where the image is made for that: beside the rest, which stays as small as it is. */
const CONTAINER_BATCH = { main: 'src/cli/batch/container.ts' };
/** Files that are sent to Spark as they are. */
const SPARK_FILES = 'src/jobs/spark/*.py';
/** A bundled file that code starts by its name; each must be there. */
const STARTED = /['"]\.\/([\w.-]*(?:worker|child)\.js)['"]/g;

/** What reads Parquet is in images that score tables alone; elsewhere it is said to be missing, as where it is not installed. */
const withoutDuckDb: Plugin = {
  name: 'without-duckdb',
  setup(build) {
    build.onResolve({ filter: /^@duckdb\/node-api$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** Answers the files that something of is in the bundle. Chunks on the way of a start that `cold` names are merged. */
async function bundle(
  outdir: string,
  entryPoints: Entry[],
  cold: readonly string[] = [],
  more: Plugin[] = [],
): Promise<string[]> {
  const split = await compile(outdir, entryPoints, more);
  const sharing = sharingChunks(root, mergedChunks(split.metafile, cold));
  const { outputFiles, metafile } =
    cold.length === 0 ? split : await compile(outdir, entryPoints, [...more, sharing]);
  mkdirSync(outdir, { recursive: true });
  for (const { path, text, contents } of outputFiles)
    writeFileSync(path, path.endsWith('.js') ? withoutIdleBanner(text) : contents);
  for (const { path, text } of outputFiles) checkStarted(path, text, outdir);
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  checkShipped(files, outdir);
  return files;
}

/** Throws where a test helper would ship. */
function checkShipped(files: readonly string[], outdir: string): void {
  const helper = files.find((file) => file.startsWith('src/') && isTest(file));
  if (helper !== undefined)
    throw new Error(`${outdir} would hold the test helper ${helper}: no file that ships may import it`);
}

/** Most files ask for nothing that the banner is there for, and each that has it pays for it. */
function withoutIdleBanner(text: string): string {
  const rest = text.replace(BANNER, '');
  return /\b(?:require|__filename|__dirname)\b/.test(rest) ? text : rest.trimStart();
}

function checkStarted(path: string, text: string, outdir: string): void {
  if (!path.endsWith('.js')) return;
  for (const [, name] of text.matchAll(STARTED)) {
    if (existsSync(join(outdir, name!))) continue;
    throw new Error(`${path} starts "${name}", which is not in the bundle: name it in tools/build.ts`);
  }
}

function copyAssets(outdir: string): void {
  mkdirSync(join(outdir, 'assets'), { recursive: true });
  for (const [name, file] of Object.entries(ASSETS))
    copyFileSync(join(root, file), join(outdir, 'assets', name));
}

/** The Python package, for whoever asks a server for it. */
const putWheel = (outdir: string): void =>
  writeWheel(join(root, 'python'), packageJson.version, join(outdir, 'clients/python'));

/** Files of packages that are beside a bundle as they are. */
const assetFiles = (): string[] => Object.values(ASSETS);

/** Beside the bundle, what Spark is sent: its driver's and workers' Python, and the scorer. */
async function bundleForSpark(outdir: string): Promise<string[]> {
  const scorer = join(outdir, 'scorer');
  const files = await bundle(scorer, Object.entries(SCORER).map(entry));
  writeFileSync(join(scorer, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(scorer, NOTICES), noticesOf(root, bundledFolders(root, files)));
  for (const file of globSync(SPARK_FILES, { cwd: root }))
    copyFileSync(join(root, file), join(outdir, basename(file)));
  return files;
}

/** Licences of what is in a bundle, beside it. */
const NOTICES = 'THIRD-PARTY-NOTICES';
/** What images hold besides, in layers of their own. */
const ONNXRUNTIME = ['onnxruntime-node', 'onnxruntime-common'];
const DUCKDB = ['@duckdb/node-bindings', '@duckdb/node-bindings-linux-x64'];

/** What a container is given of this program: what serves, and below `batch/` what scores tables. */
async function bundleForImage(outdir: string, withBatch = true): Promise<string[]> {
  const files = await bundleWithStarted(outdir, CONTAINER, [withoutDuckDb]);
  writeFileSync(join(outdir, 'package.json'), JSON.stringify({ type: 'module' }));
  copyAssets(outdir);
  putWheel(outdir);
  describe(outdir, [...files, ...assetFiles()], 'onnxruntime', ONNXRUNTIME);
  if (!withBatch) return files;
  const batch = join(outdir, 'batch');
  const more = await bundleWithStarted(batch, CONTAINER_BATCH);
  describe(batch, more, 'duckdb', DUCKDB);
  return [...files, ...more];
}

/** One file of a fifth of the size: most installations never make an image. */
function packImage(outdir: string): void {
  execFileSync('tar', ['-czf', join(outdir, 'image.tar.gz'), '-C', join(outdir, 'image'), '.']);
  rmSync(join(outdir, 'image'), { recursive: true });
}

/** Says beside a bundle of an image what is in it, and under which licences. */
function describe(
  outdir: string,
  files: readonly string[],
  native: string,
  packages: readonly string[],
): void {
  const folders = bundledFolders(root, files);
  const notices = noticesOf(root, folders, [nativeNotices(root, native, packages)]);
  writeFileSync(join(outdir, 'packages.json'), JSON.stringify(packagesOf(folders)));
  writeFileSync(join(outdir, NOTICES), notices);
}

/** These entries with the threads and processes that they may start; answers the files that something of is in it. */
async function bundleWithStarted(
  outdir: string,
  first: Readonly<Record<string, string>>,
  more: Plugin[] = [],
): Promise<string[]> {
  const started = new Map(startable());
  const named = new Map<string, string>(Object.entries(first));
  for (let known = 0; known < named.size; ) {
    known = named.size;
    for (const { text } of (await compile(outdir, [...named].map(entry), more)).outputFiles)
      for (const [, file] of text.matchAll(STARTED)) {
        const name = file!.replace(/\.js$/, '');
        if (started.has(name)) named.set(name, started.get(name)!);
      }
  }
  return bundle(outdir, [...named].map(entry), Object.values(first), more);
}

/** Whether the bundle there is already the bundle of these sources, with all that is wanted of it. */
function isCurrent(dist: string, content: string, isWhole: boolean): boolean {
  try {
    const found = JSON.parse(readFileSync(join(dist, 'digest.json'), 'utf8'));
    return found.content === content && (found.isWhole === true || !isWhole);
  } catch {
    return false; // none, or one that cannot be read
  }
}

/** Another build that ends at the same moment may put its own there in between: then that one makes room. */
function putInPlace(next: string, dist: string, previous: string): void {
  for (let tries = 0; ; tries += 1) {
    try {
      if (existsSync(dist)) renameSync(dist, `${previous}.${tries}`);
      renameSync(next, dist);
      return;
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (tries === TRIES || !['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(code)) throw error;
    } finally {
      rmSync(`${previous}.${tries}`, { recursive: true, force: true });
    }
  }
}

const TRIES = 5;

/** Builds beside `dist/` and swaps, so that nobody ever starts from half a bundle; whole is with what images and Spark are sent. */
async function main(isWhole: boolean): Promise<void> {
  const dist = join(root, 'dist');
  const next = join(root, '.cache', `dist.${process.pid}.next`);
  const previous = join(root, '.cache', `dist.${process.pid}.previous`);
  const digest = { listing: listing(root), content: content(root) };
  if (isCurrent(dist, digest.content, isWhole)) return;
  try {
    const files = await Promise.all([
      bundle(next, entries(), COLD_PATH),
      buildConsole(join(next, 'console')),
      ...(isWhole ? [bundleForSpark(join(next, 'spark')), bundleForImage(join(next, 'image'))] : []),
    ]);
    if (isWhole) packImage(next);
    copyAssets(next);
    putWheel(next);
    const all = bundledFolders(root, [...files.flat(), ...assetFiles()]);
    writeFileSync(join(next, NOTICES), noticesOf(root, all));
    writeFileSync(join(next, 'digest.json'), JSON.stringify({ ...digest, isWhole }));
    putInPlace(next, dist, previous);
  } finally {
    rmSync(next, { recursive: true, force: true });
  }
  console.log('built dist/');
}

try {
  // `tools/build.ts --program`: what commands and servers run, for a first start. `--spark FOLDER`, `--wheel FOLDER`, `--image FOLDER [--batch]`: from source, these are made where they
  // are wanted.
  const [option, folder, part] = process.argv.slice(2);
  if (option === '--spark' && folder !== undefined) await bundleForSpark(folder);
  else if (option === '--wheel' && folder !== undefined)
    writeWheel(join(root, 'python'), packageJson.version, folder);
  else if (option === '--image' && folder !== undefined) await bundleForImage(folder, part === '--batch');
  else await main(option !== '--program');
  // `npm ci` and `npm install` end here: what the lock file says is now there.
  if (process.env['npm_lifecycle_event'] === 'prepare') markInstalled(root, 'all');
} catch (error) {
  console.error((error as Error).message); // esbuild has printed the places
  process.exitCode = 1;
}
