import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { originalPath } from './bundle.ts';
import { identityOf } from './digest.ts';
import type { ReadMaterial } from './load.ts';
import type { CompiledMaterial } from './material.ts';
import type { ReadingRequest } from './reading.ts';

/**
 * Steps of models as they were read, beside the code that was compiled: the next start needs neither the file's format nor
 * the code that reads it, a fifth of what a start does. Only ever a copy: what is damaged or of other code is read anew.
 */

/** Kept copies, the newest, and bytes of the largest. */
const KEPT_MAX = 64;
const BYTES_MAX = 16 << 20;
/** Bytes of the digest that a copy begins with. */
const DIGEST = 32;
/** A bundler names a file by what is in it and in all that it imports: other code has other copies. */
const HASHED = /-([A-Z0-9]{8})\.js$/;
/** The first answers do not wait for a copy to be written, in milliseconds. */
const LATER_MILLIS = 1000;

export interface KeptPlace {
  /** Folder of the copies, or null where none are kept. */
  readonly folder: string | null;
  /** Names the code that reads. */
  readonly code: string;
}

/** Beside the cache of compiled code, where `url`, of code that imports the reader, is in a bundle and the launcher has said where that is. */
export function keptPlace(env: NodeJS.ProcessEnv, url: string): KeptPlace {
  const compiled = env['NODE_COMPILE_CACHE'];
  const code = HASHED.exec(url)?.[1];
  if (!compiled || code === undefined) return { folder: null, code: '' };
  return { folder: join(dirname(compiled), 'steps'), code };
}

/** Reads what an engine is built of from its copy, else with `read`, and keeps a copy of that soon. */
export async function readKept(
  request: ReadingRequest,
  read: ReadMaterial,
  place: KeptPlace,
): Promise<CompiledMaterial> {
  const path = pathOf(request, place);
  if (path === null) return read(request);
  const kept = fromCopy(path);
  if (kept !== null) return kept;
  const material = await read(request);
  setTimeout(() => keep(path, material), LATER_MILLIS).unref();
  return material;
}

/** Null for what is no steps, and where the bundle has lost its file: that is for its reader to say. */
function pathOf({ dir, manifest, runtime }: ReadingRequest, { folder, code }: KeptPlace): string | null {
  if (folder === null || manifest.graph || runtime !== 'native') return null;
  const size = statSync(originalPath(dir, manifest), { throwIfNoEntry: false })?.size;
  return size === manifest.size
    ? join(folder, `${identityOf(manifest.digest, manifest.sideFiles, manifest)}.${code}`)
    : null;
}

function fromCopy(path: string): CompiledMaterial | null {
  try {
    const bytes = readFileSync(path);
    const text = bytes.subarray(DIGEST);
    return digestOf(text).equals(bytes.subarray(0, DIGEST)) ? (deserialize(text) as CompiledMaterial) : null;
  } catch {
    return null;
  }
}

const digestOf = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** By rename: a start reads a whole copy or none. Where it cannot be written, each start reads the file. */
export function keep(path: string, material: CompiledMaterial): void {
  const next = `${path}.${process.pid}.next`;
  try {
    const text = serialize(material);
    if (text.length > BYTES_MAX) return;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(next, Buffer.concat([digestOf(text), text]), { mode: 0o600 });
    renameSync(next, path);
    removeOldest(dirname(path));
  } catch {
    rmSync(next, { force: true });
  }
}

function removeOldest(folder: string): void {
  const copies = readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return { path, at: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  const oldest = copies.sort((a, b) => b.at - a.at).slice(KEPT_MAX);
  for (const { path } of oldest) rmSync(path, { force: true });
}
