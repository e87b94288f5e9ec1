/** A table in a file that one process writes at a time, as a sink: parts in the folder of the run, one transaction at last. */

import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { required } from '../../../core/element-at.ts';
import { PlimsollError } from '../../../core/errors.ts';
import { isThere } from '../../../disk/durable.ts';
import type { ChunkTotals } from '../../chunk.ts';
import { PartWriter } from '../files/part-writer.ts';
import { StagingFolder } from '../files/staging.ts';
import type { JobSink, PublishedOutput, SinkRun, SinkWriter } from '../sink.ts';
import type { TableTarget } from './target.ts';

/** Table of the target in which each published run has a row. */
export const PUBLISHED = 'plimsoll_published';

/** What differs between the kinds of files. */
export interface TableFile {
  /** Rows of this run that were published; null where it was not. */
  published(): Promise<number | null>;
  /** Throws SINK_INVALID where the columns do not fit the table that is there, each named. */
  check(): Promise<void>;
  /** Adds the rows of the parts and notes the run, both or neither. Throws KEY_DUPLICATE, SINK_UNAVAILABLE, DISK_FULL. */
  publish(parts: readonly string[], rows: number): Promise<void>;
}

const partsFolder = ({ folder }: SinkRun): string => join(folder, 'parts');

/** The worker's side of every table in a file: a part for each chunk. */
export const tableFileWriter = (run: SinkRun): SinkWriter =>
  new PartWriter(run, { folder: partsFolder(run), format: 'parquet', header: false });

export class TableFileSink implements JobSink {
  readonly #target: TableTarget;
  readonly #file: TableFile;
  readonly #staging: StagingFolder;

  constructor(run: SinkRun, target: TableTarget, file: TableFile) {
    this.#target = target;
    this.#file = file;
    this.#staging = new StagingFolder(partsFolder(run), run);
    if (run.spec.sink.publish === 'chunks') throw this.#invalid('tables in files are published as a whole');
  }

  async prepare(known: readonly ChunkTotals[]): Promise<readonly ChunkTotals[]> {
    await this.#staging.claim();
    if ((await this.#published()) !== null) return known;
    await this.#requirePlace();
    const there = await this.#staging.unharmed(known, (part) => this.#staging.path(part));
    await this.#staging.keepOnly(new Set(there.flatMap(({ part }) => (part === null ? [] : [part.name]))));
    return there;
  }

  async publish(accounts: readonly ChunkTotals[]): Promise<PublishedOutput> {
    const { where } = this.#target;
    const earlier = await this.#published();
    if (earlier !== null) return { where, rows: earlier, digest: null };
    await this.#staging.check();
    const parts = accounts
      .filter(({ counts }) => counts.ok > 0)
      .map(({ part }) => this.#staging.path(required(part, 'the part of a chunk').name));
    const rows = accounts.reduce((sum, { counts }) => sum + counts.ok, 0);
    await this.#file.publish(parts, rows);
    return { where, rows, digest: null };
  }

  discard(): Promise<void> {
    return this.#staging.remove();
  }

  async close(): Promise<void> {
    // The file is open only while it is looked at or written.
  }

  async #published(): Promise<number | null> {
    return (await isThere(this.#target.path)) ? this.#file.published() : null;
  }

  async #requirePlace(): Promise<void> {
    const { path } = this.#target;
    if (!(await isThere(dirname(path)))) throw this.#invalid('there is no such folder');
    if (!(await isThere(path))) return;
    if (!(await stat(path)).isFile()) throw this.#invalid('it is no file');
    await this.#file.check();
  }

  #invalid(problems: string): PlimsollError {
    return new PlimsollError('SINK_INVALID', { where: this.#target.where, problems });
  }
}
