import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { Manifest } from './version.ts';

/** Content-addressed folders of accepted files: `DATA/bundles/<sha256>/`. */

/** Raised when readers, compilers or engines change what they make of a file: older acceptances are then redone. */
export const CONVERTER = 2;

const MANIFEST = 'plimsoll.json';
const CHUNK = 1 << 20;

export const bundleDir = (dataDir: string, digest: string): string => join(dataDir, 'bundles', digest);

/** sha256 of a file's bytes in hex, read in pieces of 1 MiB. */
export function digestFile(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, statSync(path).size)));
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** The manifest of a complete bundle made by this converter, or null. */
export function readManifest(dir: string): Manifest | null {
  const path = join(dir, MANIFEST);
  if (!existsSync(path)) return null;
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  return manifest.schema === 1 && manifest.converter === CONVERTER ? manifest : null;
}

/**
 * Writes a bundle beside its place and renames it there, the manifest last: a bundle is either whole or absent.
 * `original` is copied (as a clone where the file system can); side files beside it travel along.
 */
export function writeBundle(
  dataDir: string,
  manifest: Manifest,
  original: string,
  sideFiles: readonly string[],
  onnx: Uint8Array | null,
): string {
  const dir = bundleDir(dataDir, manifest.digest);
  const staging = `${dir}.${process.pid}.tmp`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  copyFileSync(original, join(staging, manifest.file), constants.COPYFILE_FICLONE);
  for (const side of sideFiles) cpSync(side, join(staging, basename(side)));
  if (onnx) writeFileSync(join(staging, 'model.onnx'), onnx);
  writeFileSync(join(staging, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
  replaceDir(staging, dir);
  return dir;
}

/** Moves `from` to `to`. Where another process put the same bundle there first, its copy stands: both are equal. */
function replaceDir(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  try {
    renameSync(from, to);
  } catch (error) {
    rmSync(from, { recursive: true, force: true });
    if (!readManifest(to)) throw error;
  }
}
