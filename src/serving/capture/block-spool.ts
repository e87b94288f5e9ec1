import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolders } from '../../disk/make-folders.ts';
import { replaceFile } from '../../disk/replace-file.ts';

export interface BlockSpoolOptions {
  /** Folder of the blocks that wait. */
  readonly path: string;
  /** Bytes that may wait in it, of all processes together. @default {256 MiB} */
  readonly maxBytes?: number | undefined;
}

const BYTES_MAX = 256 * 2 ** 20;
/** The folder is looked at after so many writes while there is much room, and before each one else. */
const LOOK_EVERY = 10;
/** A file under a temporary name is left over where nobody has written to it for so long, in milliseconds. */
const LEFT_OVER = 60_000;

/** Files of one folder, each there as a whole or not at all. Calls come one after the other. */
export class BlockSpool {
  readonly #path: string;
  readonly #max: number;
  /** Sizes of the files that were there at the last look: they never change. */
  #sizes = new Map<string, number>();
  #waiting = 0;
  #writes = 0;
  #isOpen = false;

  constructor({ path, maxBytes = BYTES_MAX }: BlockSpoolOptions) {
    this.#path = path;
    this.#max = maxBytes;
  }

  /** Throws what the file system does, and an Error where too much waits; then nothing of the file is there. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (!this.#isOpen) await this.#open();
    if (this.#writes++ % LOOK_EVERY === 0 || this.#waiting + bytes.length > this.#max / 2) await this.#look();
    if (this.#waiting + bytes.length > this.#max)
      throw new Error(`${this.#waiting} bytes wait to be read, ${this.#max} may`);
    try {
      await replaceFile(join(this.#path, name), bytes);
    } catch (error) {
      // The folder may have been taken away.
      this.#isOpen = false;
      throw error;
    }
    this.#sizes.set(name, bytes.length);
    this.#waiting += bytes.length;
  }

  /** Makes the folder, and clears away what killed processes had begun. */
  async #open(): Promise<void> {
    await makeFolders(this.#path);
    const names = (await readdir(this.#path)).filter((name) => name.endsWith('.tmp'));
    for (const name of names) {
      const path = join(this.#path, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
      if (Date.now() - mtimeMs > LEFT_OVER) await rm(path, { force: true });
    }
    this.#isOpen = true;
  }

  async #look(): Promise<void> {
    const sizes = new Map<string, number>();
    for (const name of await readdir(this.#path)) {
      const size = this.#sizes.get(name) ?? (await stat(join(this.#path, name)).catch(() => null))?.size;
      if (size !== undefined) sizes.set(name, size);
    }
    this.#sizes = sizes;
    this.#waiting = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }
}
