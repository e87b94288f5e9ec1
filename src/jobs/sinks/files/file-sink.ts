/** Files as a sink: parts beside the target, published by one rename. */
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PlimsollError } from '../../../core/errors.ts';
import { isThere, makeFolder } from '../../../disk/durable.ts';
import type { ChunkTotals } from '../../chunk.ts';
import type { JobSink, PublishedOutput, SinkRun } from '../sink.ts';
import { fileLayout } from './file-layout.ts';
import { folderLayout } from './folder-layout.ts';
import type { PublishLayout } from './layout.ts';
import { PartWriter } from './part-writer.ts';
import { carryOut, isCarriedOut, note, noted, releaseNamesOf } from './release.ts';
import { StagingFolder, stagingFolder } from './staging.ts';
import type { FileTarget } from './target.ts';

export class FileSink implements JobSink {
  readonly #target: FileTarget;
  readonly #staging: StagingFolder;
  readonly #layout: PublishLayout;

  constructor(run: SinkRun, target: FileTarget) {
    this.#target = target;
    this.#staging = new StagingFolder(stagingFolder(target, run.run), run);
    const layout = target.kind === 'file' ? fileLayout : folderLayout;
    this.#layout = layout({ run, target, staging: this.#staging });
  }

  async prepare(known: readonly ChunkTotals[]): Promise<readonly ChunkTotals[]> {
    await requirePlace(this.#target);
    await this.#staging.claim();
    const release = await noted(this.#staging);
    // What is published needs no parts any more.
    if (release && (await isCarriedOut(this.#staging, release))) return known;
    const there = await this.#staging.unharmed(known, this.#layout.find);
    const parts = there.flatMap(({ part }) => (part === null ? [] : [part.name]));
    await this.#staging.keepOnly(new Set([...parts, ...(release ? releaseNamesOf(release) : [])]));
    return there;
  }

  async publish(
    accounts: readonly ChunkTotals[],
    manifest: Readonly<Record<string, unknown>>,
  ): Promise<PublishedOutput> {
    let release = await noted(this.#staging);
    if (!release) {
      await this.#staging.check();
      release = await this.#layout.assemble(accounts, manifest);
      await note(this.#staging, release);
    }
    await carryOut(this.#staging, release);
    return { where: this.#target.path, rows: release.rows, digest: release.digest };
  }

  async discard(): Promise<void> {
    const release = await noted(this.#staging);
    if (!release || !(await isCarriedOut(this.#staging, release))) await this.#layout.withdraw();
    await this.#staging.remove();
  }

  async close(): Promise<void> {
    // Nothing is held between two calls.
  }
}

/** The workers' side of a target that is a file or a folder. */
export const fileWriter = (run: SinkRun, target: FileTarget): PartWriter =>
  new PartWriter(run, {
    folder: stagingFolder(target, run.run),
    format: target.format,
    header: target.kind === 'folder',
  });

/** Makes the folder of a target that is one; that of a file has to be there. Throws SINK_INVALID, FILE_UNWRITABLE. */
async function requirePlace({ kind, path }: FileTarget): Promise<void> {
  if (kind === 'folder') {
    if ((await isThere(path)) && !(await stat(path)).isDirectory())
      throw refused(path, 'it is a file, a folder was wanted');
    await makeFolder(path);
    return;
  }
  const folder = await stat(dirname(path)).catch(() => null);
  if (!folder?.isDirectory()) throw refused(path, `there is no folder ${dirname(path)}`);
  if ((await isThere(path)) && !(await stat(path)).isFile())
    throw refused(path, 'it is no file; end it in "/" for a folder of parts');
}

const refused = (where: string, problems: string): PlimsollError =>
  new PlimsollError('SINK_INVALID', { where, problems });
