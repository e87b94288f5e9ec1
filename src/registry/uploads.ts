import { randomUUID } from 'node:crypto';
import { createWriteStream, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PlimsollError } from '../core/errors.ts';
import { largestModelHere } from '../files/model-size.ts';
import { bundleWriteError } from './bundle-write.ts';

/**
 * Uploads on their way in: each has a folder of its own, `DATA/uploads/<id>/`, until it is discarded. What a process
 * that was killed left behind is swept away.
 */

interface PartLimits {
  /** Bytes of each file. */
  readonly bytes: number;
  readonly files: number;
}

const MIB = 2 ** 20;

/** What may be sent; of several files under `file`, the first is the model and the others lie beside it. */
const PARTS = {
  // Bounded as a model that is read here.
  file: { bytes: Infinity, files: 64 },
  // Instead of a file: those of a folder, all of them together bounded as one model is.
  folder: { bytes: Infinity, files: 1000 },
  golden: { bytes: 64 * MIB, files: 1 },
  reference: { bytes: 1024 * MIB, files: 1 },
  background: { bytes: 64 * MIB, files: 1 },
  reasons: { bytes: MIB, files: 1 },
  requirements: { bytes: MIB, files: 1 },
  script: { bytes: MIB, files: 1 },
  code: { bytes: 16 * MIB, files: 1000 },
} as const satisfies Record<string, PartLimits>;
export type UploadPart = keyof typeof PARTS;

const UPLOADS_MAX = 32;
const NAME_BYTES = 200;
/** Parts whose files lie in folders, and how many of those their names may have. */
const TREES: ReadonlyMap<string, number> = new Map([
  ['code', 8],
  ['folder', 16],
]);

/** Paths of what was sent: `file` is the model, also where it is a folder; of the code, the folder that holds it. */
export type StagedPaths = { readonly file: string } & Readonly<
  Partial<Record<Exclude<UploadPart, 'folder'>, string>>
>;

const isUploadPart = (name: string): name is UploadPart => Object.hasOwn(PARTS, name);

/** Bytes of the largest model that is taken where nobody trusts a larger one. */
export const largestUpload = (): number => largestModelHere();

const uploadsDir = (dataDir: string): string => join(dataDir, 'uploads');

/** No sender is silent for as long: what was not added to since is of a process that was killed. */
const STALE_MILLIS = 3_600_000;

/**
 * Begins an upload, and removes what others left behind. `maxModel` is the limit on the model's file, in
 * bytes, in place of what is read here.
 * Throws OVERLOADED, DATA_UNWRITABLE.
 */
export function openUpload(
  dataDir: string,
  options: { readonly maxModel?: number | undefined } = {},
): UploadInProgress {
  const uploads = uploadsDir(dataDir);
  const folder = join(uploads, randomUUID());
  try {
    mkdirSync(folder, { recursive: true });
    // Ages are told by the clock of the file system, which may be another machine's.
    sweepUploads(dataDir, statSync(folder).mtimeMs - STALE_MILLIS);
    const found = readdirSync(uploads).length - 1;
    if (found >= UPLOADS_MAX) {
      rmSync(folder, { recursive: true });
      throw new PlimsollError('OVERLOADED', { found, what: 'uploads', limit: UPLOADS_MAX, retry: 30 });
    }
    return new UploadInProgress(folder, options.maxModel ?? largestUpload());
  } catch (cause) {
    throw bundleWriteError(dataDir, cause);
  }
}

/** Removes uploads that nothing was added to since `before`. */
export function sweepUploads(dataDir: string, before: number): void {
  const uploads = uploadsDir(dataDir);
  if (!existsSync(uploads)) return;
  for (const name of readdirSync(uploads)) {
    const folder = join(uploads, name);
    if (lastChange(folder) < before) rmSync(folder, { recursive: true, force: true });
  }
}

/** A long file that is being written changes itself and none of the folders around it. */
function lastChange(folder: string): number {
  const inside = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const times = ['.', ...inside].map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs,
  );
  return Math.max(...times.map((time) => time ?? 0));
}

/** The parts of one upload as they arrive. */
export class UploadInProgress {
  readonly folder: string;
  readonly #maxModel: number;
  readonly #counts = new Map<UploadPart, number>();
  readonly #staged = new Map<UploadPart, string>();
  /** Bytes that the files of a folder may still have. */
  #room: number;
  #open = true;

  constructor(folder: string, maxModel: number) {
    this.folder = folder;
    this.#maxModel = maxModel;
    this.#room = maxModel;
  }

  /**
   * Writes one file of a part. Whatever goes wrong, also that its sender stops in the middle, ends the whole upload and
   * leaves nothing. Errors: UPLOAD_INVALID, UPLOAD_TOO_LARGE, DATA_UNWRITABLE, or what `content` throws.
   */
  async receive(part: string, filename: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      const path = this.#place(part, filename);
      mkdirSync(dirname(path), { recursive: true });
      // Never through a link, never over a file that is there.
      await pipeline(content, bounded(part, this.#limitOf(part)), createWriteStream(path, { flags: 'wx' }));
      if (part === 'folder') this.#room -= statSync(path).size;
    } catch (cause) {
      this.discard();
      throw bundleWriteError(dirname(dirname(this.folder)), cause);
    }
  }

  /** Ends the receiving: what has come, which stays until `discard`. Throws UPLOAD_INVALID where no model has. */
  commit(): StagedPaths {
    const { folder, ...staged } = Object.fromEntries(this.#staged);
    const file = staged['file'] ?? folder;
    if (!this.#open || file === undefined) {
      this.discard();
      throw invalid('"file"', 'absent', 'the model');
    }
    this.#open = false;
    return { ...staged, file };
  }

  #limitOf(part: string): number {
    if (part === 'folder') return this.#room;
    return part === 'file' ? this.#maxModel : PARTS[part as UploadPart].bytes;
  }

  /** Removes everything; to be called in the end in any case. */
  discard(): void {
    this.#open = false;
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Where a file goes: the folder of its part, under its own name. */
  #place(part: string, filename: string): string {
    if (!this.#open) throw invalid('a part', 'sent after the last one', 'nothing more');
    if (!isUploadPart(part))
      throw invalid('a part', JSON.stringify(part.slice(0, 100)), `one of ${Object.keys(PARTS).join(', ')}`);
    const count = (this.#counts.get(part) ?? 0) + 1;
    const { files } = PARTS[part];
    if (count > files) throw invalid(`"${part}"`, `sent ${count} times`, `up to ${files} files`);
    this.#counts.set(part, count);
    const names = TREES.has(part) ? filename.split('/') : [filename];
    if (names.length > (TREES.get(part) ?? 1) || !names.every(isPlainName))
      throw invalid(
        `the name of "${part}"`,
        JSON.stringify(filename.slice(0, 100)),
        TREES.has(part) ? 'a path below its folder' : 'the name of a file, without folders',
      );
    this.#checkFolder(part, names);
    const path = join(this.folder, part, ...names);
    if (existsSync(path))
      throw invalid(`the name of "${part}"`, JSON.stringify(filename), 'another for each file');
    if (!this.#staged.has(part)) this.#staged.set(part, this.#pathOf(part, names));
    return path;
  }

  /** All files of a folder lie in one, and there is either a file or a folder. */
  #checkFolder(part: string, names: readonly string[]): void {
    const others = part === 'folder' ? 'file' : part === 'file' ? 'folder' : null;
    if (others !== null && this.#staged.has(others))
      throw invalid(`"${part}"`, `sent beside "${others}"`, 'one of them');
    const folder = this.#staged.get('folder');
    const isInside = names.length > 1 && (folder === undefined || basename(folder) === names[0]);
    if (part === 'folder' && !isInside)
      throw invalid('the name of "folder"', JSON.stringify(names.join('/')), 'a path in the one folder');
  }

  #pathOf(part: UploadPart, names: readonly string[]): string {
    if (part === 'code') return join(this.folder, part);
    return join(this.folder, part, ...(part === 'folder' ? names.slice(0, 1) : names));
  }
}

/** A name that no file system takes for a path, a hidden file or an argument. */
const isPlainName = (name: string): boolean =>
  name !== '' &&
  Buffer.byteLength(name) <= NAME_BYTES &&
  !name.startsWith('.') &&
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no name may hold
  !/[\u0000-\u001f\u007f/\\]/.test(name);

const invalid = (field: string, found: string, wanted: string): PlimsollError =>
  new PlimsollError('UPLOAD_INVALID', { field, found, wanted });

/** The content, up to `limit` bytes. */
const bounded = (part: string, limit: number) =>
  async function* (content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const piece of content) {
      bytes += piece.length;
      if (bytes > limit) throw new PlimsollError('UPLOAD_TOO_LARGE', { part: `"${part}"`, limit });
      yield piece;
    }
  };
