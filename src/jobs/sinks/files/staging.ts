/** The folder beside a target that keeps the parts of a run until they are published. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PlimsollError } from '../../../core/errors.ts';
import { digestOf, isThere, makeFolder, writeDurably } from '../../../disk/durable.ts';
import type { OutputFormat } from '../../../duckdb/copy.ts';
import type { ChunkTotals } from '../../chunk.ts';
import type { SinkRun } from '../sink.ts';
import type { FileTarget } from './target.ts';

const FENCE = 'fence';

/** Hidden, on the same file system as the target: within a folder, which may be a volume of its own, else beside the file. */
export const stagingFolder = ({ kind, path }: FileTarget, run: string): string =>
  kind === 'folder'
    ? join(path, `.plimsoll-${run}`)
    : join(dirname(path), `.${basename(path)}.plimsoll-${run}`);

/** The fence is in the name: what an earlier holder of the run still writes never takes the place of a part that counts. */
export const stagedPartName = (chunk: number, fence: number, format: OutputFormat): string =>
  `part-${String(chunk).padStart(8, '0')}-${fence}.${format}`;

export class StagingFolder {
  readonly folder: string;
  readonly #run: string;
  readonly #fence: number;

  constructor(folder: string, { run, fence }: Pick<SinkRun, 'run' | 'fence'>) {
    this.folder = folder;
    this.#run = run;
    this.#fence = fence;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Makes the folder this holder's. Throws FENCE_LOST where a later one has it, DISK_FULL, FILE_UNWRITABLE. */
  async claim(): Promise<void> {
    await makeFolder(this.folder);
    if ((await this.#holder()) > this.#fence) throw this.#lost();
    await writeDurably(this.path(FENCE), String(this.#fence));
  }

  /** Throws FENCE_LOST where another holder came, or the run was discarded. */
  async check(): Promise<void> {
    if ((await this.#holder()) !== this.#fence) throw this.#lost();
  }

  /** Removes all files but those of these names. */
  async keepOnly(names: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (name !== FENCE && !names.has(name)) await rm(this.path(name), { recursive: true, force: true });
    }
  }

  /** The accounts whose part is where `find` says, as it was written. */
  async unharmed(
    known: readonly ChunkTotals[],
    find: (part: string) => string | Promise<string>,
  ): Promise<readonly ChunkTotals[]> {
    const there: ChunkTotals[] = [];
    for (const account of known) {
      const { part } = account;
      if (part && (await isUnharmed(await find(part.name), part))) there.push(account);
    }
    return there;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async #holder(): Promise<number> {
    const text = await readFile(this.path(FENCE), 'utf8').catch(() => '-1');
    return Number(text);
  }

  #lost(): PlimsollError {
    return new PlimsollError('FENCE_LOST', { run: this.#run });
  }
}

/** Whether the part of an account is at `path` as it was written. */
async function isUnharmed(path: string, part: NonNullable<ChunkTotals['part']>): Promise<boolean> {
  return (await isThere(path)) && (await digestOf(path)) === part.digest;
}
