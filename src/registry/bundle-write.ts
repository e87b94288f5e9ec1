import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { required } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import { unwritableReason } from '../core/unwritable.ts';
import { withGraphOnDisk } from '../engine/onnx/graph-file.ts';
import type { ModelContent } from '../model/description.ts';
import {
  BACKGROUND,
  BUNDLE_MANIFEST,
  digestFileSync,
  earlierBackground,
  GRAPH,
  graphPath,
  keptPath,
  ORIGINAL,
  readManifest,
  STAGING,
} from './bundle.ts';
import type { BundleManifest } from './version.ts';

/** Staging folders older than this are of processes that were killed: no acceptance takes as long. */
const STALE_MILLIS = 3_600_000;

/** Node's own recursion answers ENOENT where the file system is read-only, which says nothing to anybody. */
function makeDir(path: string): void {
  if (existsSync(path)) return;
  makeDir(dirname(path));
  try {
    mkdirSync(path);
  } catch (cause) {
    // Another process may have been faster.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw cause;
  }
}

/** Makes the folder in which a bundle is put together, and removes those of processes long dead. */
export function openStaging(staging: string, now: number): void {
  const bundles = dirname(staging);
  writeToBundles(bundles, () => {
    makeDir(join(staging, ORIGINAL));
    sweepStaging(bundles, now - STALE_MILLIS);
  });
}

/** Removes what is left in `bundles` of acceptances and removals that began before `before` and never ended. */
export function sweepStaging(bundles: string, before: number): void {
  if (!existsSync(bundles)) return;
  for (const name of readdirSync(bundles)) {
    if (!name.includes(STAGING)) continue;
    const path = join(bundles, name);
    const age = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? before;
    if (age < before) rmSync(path, { recursive: true, force: true });
  }
}

/** Where the files of a bundle come from. */
export interface BundleFiles {
  /** Null where the staging folder holds all that belongs below `original/`. */
  readonly original: string | null;
  readonly golden: string | null;
  readonly reference: string | null;
}

/** Names of golden rows and reference data in the bundle: of those given, else of those that are there. */
export function namesToKeep(
  dir: string,
  { golden, reference }: Omit<BundleFiles, 'original'>,
): Pick<BundleManifest, 'golden' | 'reference'> {
  const before = keptPath(dir, 'reference');
  const data = reference ? `reference${EXTENSION.exec(reference)?.[0] ?? ''}` : before && basename(before);
  return {
    ...(golden || keptPath(dir, 'golden') ? { golden: 'golden.json' } : {}),
    ...(data ? { reference: data } : {}),
  };
}

const EXTENSION = /(?:\.[A-Za-z0-9]{1,10}){1,2}$/;

/**
 * Fills the staging folder (of a graph, `keepGraph` was there first) and moves it to its place, the manifest last: a bundle
 * is either whole or absent, also after a loss of power. `original` and the side files are copied (as clones where the file system can).
 * Errors: FILE_CHANGED where the copies are not what the manifest says, DATA_UNWRITABLE.
 */
export function writeBundle(
  staging: string,
  dir: string,
  manifest: BundleManifest,
  { original, golden, reference }: BundleFiles,
): void {
  const copy = (source: string, target: string, digest: string): void => {
    writeToBundles(dirname(dir), () => {
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(source, target, constants.COPYFILE_FICLONE);
    });
    if (digestFileSync(target) !== digest) throw new PlimsollError('FILE_CHANGED', { path: source });
    writeToBundles(dirname(dir), () => flushFile(target));
  };
  if (original !== null) {
    copy(original, join(staging, ORIGINAL, manifest.file), manifest.digest);
    for (const { name, digest } of manifest.sideFiles)
      copy(join(dirname(original), name), join(staging, ORIGINAL, name), digest);
  }
  if (golden)
    copy(golden, join(staging, required(manifest.golden, 'manifest.golden')), digestFileSync(golden));
  if (reference)
    copy(
      reference,
      join(staging, required(manifest.reference, 'manifest.reference')),
      digestFileSync(reference),
    );
  writeToBundles(dirname(dir), () => {
    if (manifest.graph) flushFile(graphPath(staging));
    writeFileSync(join(staging, BUNDLE_MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
    publish(staging, dir, manifest);
  });
}

/** The same content with its graph in the staging folder, where the bundle is to have it. Throws DATA_UNWRITABLE. */
export function keepGraph(staging: string, content: ModelContent): ModelContent {
  let kept = content;
  writeToBundles(dirname(staging), () => {
    kept = withGraphOnDisk(content, graphPath(staging));
  });
  return kept;
}

/** Has a file written to the disk itself. */
export function flushFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Moves a staged bundle to `dir`. Where one is already there (another process was faster, or it is proved again), its
 * files are replaced one by one, the manifest last, so that nobody who loads it at that moment finds it gone.
 */
function publish(staging: string, dir: string, manifest: BundleManifest): void {
  if (!existsSync(dir)) {
    try {
      renameSync(staging, dir);
      return;
    } catch (cause) {
      if (!existsSync(dir)) throw cause;
    }
  }
  mkdirSync(join(dir, ORIGINAL), { recursive: true });
  const lock = manifest.python === undefined ? [] : [manifest.python.lock];
  const originals = [manifest.file, ...manifest.sideFiles.map(({ name }) => name), ...lock];
  const background = manifest.background === undefined ? undefined : BACKGROUND;
  const kept = [manifest.golden, manifest.reference, background].filter((name) => name !== undefined);
  const files = [...originals.map((name) => join(ORIGINAL, name)), GRAPH, ...kept, BUNDLE_MANIFEST];
  keepEarlierBackground(staging, dir);
  for (const name of files) {
    if (!existsSync(join(staging, name))) continue;
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    renameSync(join(staging, name), join(dir, name));
  }
  rmSync(staging, { recursive: true, force: true });
}

/** Keeps the background that another one replaces under the name of its digest: whole, or not yet. */
function keepEarlierBackground(staging: string, dir: string): void {
  const before = readManifest(dir)?.background;
  const path = join(dir, BACKGROUND);
  if (before === undefined || !existsSync(join(staging, BACKGROUND)) || !existsSync(path)) return;
  const name = earlierBackground(before.digest);
  copyFileSync(path, join(staging, name), constants.COPYFILE_FICLONE);
  flushFile(join(staging, name));
  renameSync(join(staging, name), join(dir, name));
}

/** Does something in the folder of bundles; throws DATA_UNWRITABLE with the reason in words. */
export function writeToBundles(folder: string, action: () => void): void {
  try {
    action();
  } catch (cause) {
    throw bundleWriteError(dirname(folder), cause);
  }
}

/** What stood in the way of writing to the data folder, in words where there are any. */
export function bundleWriteError(dataDir: string, cause: unknown): unknown {
  const reason = unwritableReason(cause);
  return reason === undefined
    ? cause
    : new PlimsollError('DATA_UNWRITABLE', { path: dataDir, reason }, { cause });
}
