/** The folder in which blocks wait: files are listed, read, and moved aside where they are no blocks. */

import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { CapturedBlock } from '../../capture/block.ts';
import { decodeBlock } from '../../capture/block-codec.ts';
import { BLOCK_LIMITS } from '../../capture/block-limits.ts';
import { blockIdOf } from '../../capture/paths.ts';
import { systemCodeOf } from '../../core/error-text.ts';
import { makeFolders } from '../../disk/make-folders.ts';

export interface SpooledBlock {
  readonly name: string;
  readonly block: CapturedBlock;
  readonly bytes: number;
}

/** Folder, in that of the spool, of what was no block: for people to look at. */
const BAD = 'bad';
/** Files that are kept there; more are removed, since nobody looks at so many. */
const BAD_MAX = 100;

export class BlockSpoolReader {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Names of files in which blocks should be, oldest first. */
  async names(): Promise<readonly string[]> {
    const names = (await listed(this.#folder)).filter((name) => blockIdOf(name) !== null);
    const dated = await Promise.all(names.map(async (name) => ({ name, at: await this.#writtenAt(name) })));
    return dated.toSorted((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
  }

  /** The block in a file; null where it is none, or is gone. What is none is moved aside, so that it is met once. */
  async read(name: string): Promise<SpooledBlock | 'bad' | null> {
    const path = join(this.#folder, name);
    try {
      const { size } = await stat(path);
      if (size > BLOCK_LIMITS.bytes) return this.setAside(name);
      const bytes = await readFile(path);
      const block = decodeBlock(bytes, crc32);
      const id = blockIdOf(name);
      const isItself = id?.worker === block.worker && id.epoch === block.epoch && id.seq === block.seq;
      return isItself ? { name, block, bytes: bytes.length } : this.setAside(name);
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === 'ENOENT') return null;
      if (code === 'BLOCK_INVALID' || code === 'EISDIR') return this.setAside(name);
      throw error;
    }
  }

  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.#folder, name), { force: true });
  }

  /** Moves a file into another folder, under its own name. */
  async moveTo(name: string, folder: string): Promise<void> {
    await makeFolders(folder);
    await rename(join(this.#folder, name), join(folder, name)).catch(unlessGone);
  }

  /** Moves a file to where people may look at it; it is met no more. */
  async setAside(name: string): Promise<'bad'> {
    const bad = join(this.#folder, BAD);
    await makeFolders(bad);
    await rename(join(this.#folder, name), join(bad, name)).catch(unlessGone);
    for (const old of (await listed(bad)).toSorted().slice(0, -BAD_MAX))
      await rm(join(bad, old), { recursive: true, force: true });
    return 'bad';
  }

  #writtenAt(name: string): Promise<number> {
    return stat(join(this.#folder, name)).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
  }
}

function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

const listed = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
