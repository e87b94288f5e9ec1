/** One object: made as a file in the folder of the run, put at publication. */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../../../disk/durable.ts';
import type { ChunkTotals } from '../../chunk.ts';
import { FileSink } from '../files/file-sink.ts';
import type { FileTarget } from '../files/target.ts';
import type { JobSink, PublishedOutput, SinkRun } from '../sink.ts';
import type { ObjectPlace } from './place.ts';

const FOLDER = 'object';

/** Where the file is made that becomes the object. */
export const localTarget = (run: SinkRun, format: FileTarget['format']): FileTarget => ({
  kind: 'file',
  path: join(run.folder, FOLDER, `object.${format}`),
  format,
});

export class ObjectSink implements JobSink {
  readonly #place: ObjectPlace;
  readonly #folder: string;
  readonly #target: FileTarget;
  readonly #file: FileSink;

  constructor(run: SinkRun, place: ObjectPlace, format: FileTarget['format']) {
    this.#place = place;
    this.#folder = join(run.folder, FOLDER);
    this.#target = localTarget(run, format);
    this.#file = new FileSink(run, this.#target);
  }

  async prepare(known: readonly ChunkTotals[]): Promise<readonly ChunkTotals[]> {
    await this.#place.probe();
    await mkdir(this.#folder, { recursive: true });
    return this.#file.prepare(known);
  }

  async publish(
    accounts: readonly ChunkTotals[],
    manifest: Readonly<Record<string, unknown>>,
  ): Promise<PublishedOutput> {
    const { rows } = await this.#file.publish(accounts, manifest);
    const { path } = this.#target;
    const digest = await digestOf(path);
    const { size } = await stat(path);
    await this.#place.put(this.#place.key, { path, size }, digest, (there) => there.sha256 === digest);
    return { where: this.#place.shown, rows, digest };
  }

  async discard(): Promise<void> {
    await this.#file.discard();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    this.#place.client.destroy();
  }
}
