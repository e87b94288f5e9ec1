import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isPlimsollError } from '../core/errors.ts';
import { withFile } from '../files/file-source.ts';
import { choicesOf, type ReadingChoices } from '../model/reading-choices.ts';
import type { PackageLock } from '../python/environment.ts';
import { digestOfModelFile } from './digest.ts';
import { isBelow } from './python/folder.ts';
import type { PythonManifest } from './python/manifest.ts';
import type { BundleManifest } from './version.ts';

/**
 * Content-addressed folders of accepted files, `DATA/bundles/<sha256>/`: the manifest, the graph where it alone
 * answers, golden rows and reference data where they were given, and the original with its side files in a folder of
 * their own, whatever their names are. This file reads them, `bundle-write.ts` writes them.
 */

/** Raised when readers, compilers or engines change what they make of a file: older acceptances are then redone. */
export const CONVERTER = 5;

export const BUNDLE_MANIFEST = 'plimsoll.json';
export const GRAPH = 'model.onnx';
export const ORIGINAL = 'original';
/** Rows whose values stand for those of columns that are not known, for explanations. */
export const BACKGROUND = 'background.json';
/** The rows of before, where others were given since: explanations of then are made again with them. */
export const earlierBackground = (digest: string): string => `background-${digest}.json`;
export const isEarlierBackground = (name: string): boolean => /^background-[0-9a-f]{64}\.json$/.test(name);
export const STAGING = '.tmp-';
const CHUNK = 1 << 20;

export const bundlesDir = (dataDir: string): string => join(dataDir, 'bundles');

export const bundleDir = (dataDir: string, digest: string): string => join(bundlesDir(dataDir), digest);

/**
 * The data folder that a bundle (`DATA/bundles/<digest>`, or one that is being put together there) belongs to; null where it
 * is served from wherever somebody has put it, such as an image: nothing is written there, and nothing made for it.
 */
export function dataDirOf(dir: string): string | null {
  const path = resolve(dir);
  const data = dirname(dirname(path));
  return dirname(path) === bundlesDir(data) && /^[0-9a-f]{64}/.test(basename(path)) ? data : null;
}

/** Folder beside a bundle in which it is put together; `name` keeps processes apart, also on a shared volume. */
export const stagingDir = (dataDir: string, digest: string, name: string): string =>
  `${bundleDir(dataDir, digest)}${STAGING}${name}`;

/** The model's file, or the folder of its parts. */
export const originalPath = (dir: string, { file, parts }: BundleManifest): string =>
  parts === true ? join(dir, ORIGINAL) : join(dir, ORIGINAL, file);
export const graphPath = (dir: string): string => join(dir, GRAPH);

/**
 * sha256 of a file's bytes in hex, at once, for processes that do nothing else; read in pieces of 1 MiB.
 * Errors: FILE_NOT_FOUND, FILE_UNREADABLE.
 */
export const digestFileSync = (path: string): string =>
  withFile(path, (file, size) => {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, size)));
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
      hash.update(chunk.subarray(0, read));
    return hash.digest('hex');
  });

/**
 * The manifest of a complete bundle made by this converter, or null. What Python runs is the same whatever converts files
 * here.
 */
export function readManifest(dir: string): BundleManifest | null {
  const manifest = readAnyManifest(dir);
  if (manifest?.schema !== 1) return null;
  return manifest.converter === CONVERTER || manifest.python !== undefined ? manifest : null;
}

/**
 * The original in a bundle whose manifest this converter does not take, with the limit on size that it was accepted
 * under and what was chosen of it; null where it is not there. `file` is its name where no manifest tells.
 */
export function findOriginal(
  dir: string,
  file: string,
): { path: string; maxModel: number | null; choices: ReadingChoices } | null {
  const older = readAnyManifest(dir);
  const name = join(dir, ORIGINAL, basename(older?.file ?? file));
  const path = older?.parts === true ? dirname(name) : name;
  return existsSync(path)
    ? { path, maxModel: older?.maxModel ?? null, choices: choicesOf(older ?? {}) }
    : null;
}

/** Differs once a version was pushed again, maybe with another background: its manifest is another file then. */
export function bundleState(dir: string): string {
  const { ino, mtimeMs = 0 } = statSync(join(dir, BUNDLE_MANIFEST), { throwIfNoEntry: false }) ?? {};
  return `${ino} ${mtimeMs}`;
}

/** Path of what a bundle keeps beside the model, whichever converter made it; null where there is none. */
export function keptPath(dir: string, kind: 'golden' | 'reference'): string | null {
  const name = readAnyManifest(dir)?.[kind];
  const path = name === undefined ? null : join(dir, basename(name));
  return path !== null && existsSync(path) ? path : null;
}

function readAnyManifest(dir: string): BundleManifest | null {
  const path = join(dir, BUNDLE_MANIFEST);
  return existsSync(path) ? parse(readFileSync(path, 'utf8')) : null;
}

/** A manifest that is no JSON (a disk that lost power) is none: the file is then accepted anew. */
function parse(text: string): BundleManifest | null {
  try {
    return JSON.parse(text) as BundleManifest | null;
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}

/** Whether the bundle still holds the bytes that were accepted. */
export async function isIntact(dir: string, manifest: BundleManifest): Promise<boolean> {
  const files = [{ name: manifest.file, digest: manifest.digest }, ...manifest.sideFiles];
  for (const { name, digest } of files) {
    if (!isBelow(name)) return false;
    const path = join(dir, ORIGINAL, name);
    if (!existsSync(path) || (await digestOfModelFile(path)) !== digest) return false;
  }
  if (manifest.python === undefined) return true;
  const lock = await lockOfBundle(dir, manifest.python);
  return lock?.digest === manifest.python.environment;
}

/** The packages of a version that Python runs; null where they are not there, or are not a lock any more. */
export async function lockOfBundle(
  dir: string,
  { lock, python }: PythonManifest,
): Promise<PackageLock | null> {
  const path = join(dir, ORIGINAL, basename(lock));
  if (!existsSync(path)) return null;
  const { readLock } = await import('../python/lock-text.ts');
  try {
    return readLock(readFileSync(path, 'utf8'), python);
  } catch (error) {
    if (isPlimsollError(error)) return null;
    throw error;
  }
}
