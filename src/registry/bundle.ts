import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PlimsollError } from '../core/errors.ts';
import { withFile } from '../files/file-source.ts';
import { digestOf } from './digest.ts';
import type { Manifest } from './version.ts';

/**
 * Content-addressed folders of accepted files, `DATA/bundles/<sha256>/`: the manifest, the graph where it alone
 * answers, and the original with its side files in a folder of their own, whatever their names are.
 */

/** Raised when readers, compilers or engines change what they make of a file: older acceptances are then redone. */
export const CONVERTER = 3;

const MANIFEST = 'plimsoll.json';
const GRAPH = 'model.onnx';
const ORIGINAL = 'original';
const STAGING = '.tmp-';
const CHUNK = 1 << 20;
/** Staging folders older than this are of processes that were killed: no acceptance takes as long. */
const STALE_MILLIS = 3_600_000;

export const bundlesDir = (dataDir: string): string => join(dataDir, 'bundles');

export const bundleDir = (dataDir: string, digest: string): string => join(bundlesDir(dataDir), digest);

/** Folder beside a bundle in which it is put together; `name` keeps processes apart, also on a shared volume. */
export const stagingDir = (dataDir: string, digest: string, name: string): string =>
  `${bundleDir(dataDir, digest)}${STAGING}${name}`;

export const originalPath = (dir: string, manifest: Manifest): string => join(dir, ORIGINAL, manifest.file);
export const graphPath = (dir: string): string => join(dir, GRAPH);

/** sha256 of a file's bytes in hex, at once, for processes that do nothing else; read in pieces of 1 MiB. Errors: FILE_NOT_FOUND, FILE_UNREADABLE. */
export const digestFile = (path: string): string =>
  withFile(path, (file, size) => {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, size)));
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
      hash.update(chunk.subarray(0, read));
    return hash.digest('hex');
  });

/** The manifest of a complete bundle made by this converter, or null. */
export function readManifest(dir: string): Manifest | null {
  const path = join(dir, MANIFEST);
  if (!existsSync(path)) return null;
  const manifest = parse(readFileSync(path, 'utf8'));
  return manifest?.schema === 1 && manifest.converter === CONVERTER ? manifest : null;
}

/**
 * The original in a bundle whose manifest this converter does not take, with the limit on size that it was accepted
 * under; null where it is not there. `file` is its name where no manifest tells.
 */
export function findOriginal(dir: string, file: string): { path: string; maxModel: number | null } | null {
  const manifest = join(dir, MANIFEST);
  const older = existsSync(manifest) ? parse(readFileSync(manifest, 'utf8')) : null;
  const path = join(dir, ORIGINAL, basename(older?.file ?? file));
  return existsSync(path) ? { path, maxModel: older?.maxModel ?? null } : null;
}

/** A manifest that is no JSON (a disk that lost power) is none: the file is then accepted anew. */
function parse(text: string): Manifest | null {
  try {
    return JSON.parse(text) as Manifest | null;
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}

/** Whether the bundle still holds the bytes that were accepted. */
export async function isIntact(dir: string, manifest: Manifest): Promise<boolean> {
  const files = [{ name: manifest.file, digest: manifest.digest }, ...manifest.sideFiles];
  for (const { name, digest } of files) {
    const path = join(dir, ORIGINAL, basename(name));
    if (!existsSync(path) || (await digestOf(path)) !== digest) return false;
  }
  return true;
}

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
  writing(bundles, () => {
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

/**
 * Fills the staging folder and moves it to its place, the manifest last: a bundle is either whole or absent, also
 * after a loss of power. `original` and the side files are copied (as clones where the file system can).
 * Errors: FILE_CHANGED where the copies are not what the manifest says, DATA_UNWRITABLE.
 */
export function writeBundle(
  staging: string,
  dir: string,
  manifest: Manifest,
  original: string,
  onnx: Uint8Array | null,
): void {
  const copy = (name: string, source: string, digest: string): void => {
    const target = join(staging, ORIGINAL, name);
    writing(dirname(dir), () => copyFileSync(source, target, constants.COPYFILE_FICLONE));
    if (digestFile(target) !== digest) throw new PlimsollError('FILE_CHANGED', { path: source });
    writing(dirname(dir), () => flush(target));
  };
  copy(manifest.file, original, manifest.digest);
  for (const { name, digest } of manifest.sideFiles) copy(name, join(dirname(original), name), digest);
  writing(dirname(dir), () => {
    if (onnx) writeFileSync(graphPath(staging), onnx, { flush: true });
    writeFileSync(join(staging, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
    publish(staging, dir, manifest);
  });
}

function flush(path: string): void {
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
function publish(staging: string, dir: string, manifest: Manifest): void {
  if (!existsSync(dir)) {
    try {
      renameSync(staging, dir);
      return;
    } catch (cause) {
      if (!existsSync(dir)) throw cause;
    }
  }
  mkdirSync(join(dir, ORIGINAL), { recursive: true });
  const originals = [manifest.file, ...manifest.sideFiles.map(({ name }) => name)];
  const files = [...originals.map((name) => join(ORIGINAL, basename(name))), GRAPH, MANIFEST];
  for (const name of files) {
    if (existsSync(join(staging, name))) renameSync(join(staging, name), join(dir, name));
  }
  rmSync(staging, { recursive: true, force: true });
}

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['EACCES', 'permission is denied'],
  ['EPERM', 'permission is denied'],
  ['EROFS', 'its file system is read-only'],
  ['ENOSPC', 'its disk is full'],
  ['EDQUOT', 'the quota is used up'],
  ['ENOTDIR', 'a part of its path is a file'],
  ['EEXIST', 'a file stands in its place'],
]);

function writing(folder: string, action: () => void): void {
  try {
    action();
  } catch (cause) {
    throw writeError(dirname(folder), cause);
  }
}

/** What stood in the way of writing to the data folder, in words where there are any. */
export function writeError(dataDir: string, cause: unknown): unknown {
  const reason = cause instanceof Error && 'code' in cause ? REASONS.get(cause.code) : undefined;
  return reason === undefined
    ? cause
    : new PlimsollError('DATA_UNWRITABLE', { path: dataDir, reason }, { cause });
}
