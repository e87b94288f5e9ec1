/** A prefix: parts as they are done, each an object; the manifest, put last, says which of them count. */

import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { required } from '../../../core/element-at.ts';
import { sha256Hex } from '../../../core/sha256.ts';
import { digestOf } from '../../../disk/durable.ts';
import type { ChunkTotals } from '../../chunk.ts';
import { FOLDER_MANIFEST, listedParts, partsWithRows, publicName } from '../files/manifest.ts';
import { merge } from '../files/merge.ts';
import { PartWriter } from '../files/part-writer.ts';
import { StagingFolder, stagedPartName } from '../files/staging.ts';
import type { FileTarget } from '../files/target.ts';
import type { JobSink, PublishedOutput, SinkRun, SinkWriter } from '../sink.ts';
import type { ObjectPlace } from './place.ts';

type Format = FileTarget['format'];

const FOLDER = 'parts';
const keyOf = (place: ObjectPlace, run: SinkRun, part: string): string =>
  place.key + publicName(run.run, part);
/** Holds the fence of the run's holder, which is how those on other machines learn of it. */
const fenceKey = (place: ObjectPlace, run: SinkRun): string => `${place.key}.plimsoll-${run.run}`;

export class PrefixSink implements JobSink {
  readonly #run: SinkRun;
  readonly #place: ObjectPlace;
  readonly #format: Format;
  readonly #staging: StagingFolder;

  constructor(run: SinkRun, place: ObjectPlace, format: Format) {
    this.#run = run;
    this.#place = place;
    this.#format = format;
    this.#staging = new StagingFolder(join(run.folder, FOLDER), run);
  }

  async prepare(known: readonly ChunkTotals[]): Promise<readonly ChunkTotals[]> {
    const { fence, folder } = this.#run;
    await mkdir(folder, { recursive: true });
    await this.#staging.claim();
    await this.#place.put(
      fenceKey(this.#place, this.#run),
      { text: String(fence) },
      '',
      (there) => there.fence === fence,
    );
    const there: ChunkTotals[] = [];
    for (const account of known) if (await this.#isUnharmed(account)) there.push(account);
    return there;
  }

  async publish(
    accounts: readonly ChunkTotals[],
    manifest: Readonly<Record<string, unknown>>,
  ): Promise<PublishedOutput> {
    const parts = partsWithRows(accounts.length > 0 ? accounts : [await this.#emptyPart()]).map((part) => ({
      ...part,
      name: publicName(this.#run.run, part.name),
    }));
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    const key = this.#place.key + FOLDER_MANIFEST;
    const before = await this.#place.text(key);
    await checkFence(this.#place, this.#run);
    const text = `${JSON.stringify({ ...manifest, run: this.#run.run, rows, parts }, null, 2)}\n`;
    await this.#place.put(key, { text }, sha256Hex(text), (there) => there.run === this.#run.run);
    const kept = new Set(parts.map(({ name }) => name));
    const replaced = listedParts(before ?? '').filter((name) => !kept.has(name));
    await this.#place.remove(replaced.map((name) => this.#place.key + name));
    return { where: this.#place.shown, rows, digest: null };
  }

  async discard(): Promise<void> {
    const manifest = await this.#place.text(this.#place.key + FOLDER_MANIFEST);
    const kept = new Set(listedParts(manifest ?? '').map((name) => this.#place.key + name));
    const own = await this.#place.keys(keyOf(this.#place, this.#run, 'part-'));
    await this.#place.remove([...own.filter((key) => !kept.has(key)), fenceKey(this.#place, this.#run)]);
    await this.#staging.remove();
  }

  async close(): Promise<void> {
    this.#place.client.destroy();
  }

  async #isUnharmed({ part }: ChunkTotals): Promise<boolean> {
    if (part === null) return false;
    const there = await this.#place.head(keyOf(this.#place, this.#run, part.name));
    return there !== null && there.size === part.size && there.sha256 === part.digest;
  }

  /** The part of a run without chunks: no rows, but the columns. */
  async #emptyPart(): Promise<Pick<ChunkTotals, 'part' | 'counts'>> {
    const name = stagedPartName(0, this.#run.fence, this.#format);
    const path = this.#staging.path(name);
    await merge(path, { parts: [], bytes: 0, columns: this.#run.columns, format: this.#format });
    const part = { name, size: (await stat(path)).size, digest: await digestOf(path) };
    await putPart(this.#place, this.#run, part, path);
    return { counts: { read: 0, ok: 0, rejected: 0, failed: 0, skipped: 0 }, part };
  }
}

/** The workers' side: a part is made in the folder of the run, put, and forgotten here. */
export class PrefixWriter implements SinkWriter {
  readonly #run: SinkRun;
  readonly #place: ObjectPlace;
  readonly #staging: StagingFolder;
  readonly #parts: PartWriter;

  constructor(run: SinkRun, place: ObjectPlace, format: Format) {
    this.#run = run;
    this.#place = place;
    this.#staging = new StagingFolder(join(run.folder, FOLDER), run);
    this.#parts = new PartWriter(run, { folder: this.#staging.folder, format, header: true });
  }

  async write(db: DuckDBConnection, select: string, account: ChunkTotals): Promise<ChunkTotals> {
    const written = await this.#parts.write(db, select, account);
    const part = required(written.part, 'the part of a chunk');
    const path = this.#staging.path(part.name);
    await checkFence(this.#place, this.#run);
    await putPart(this.#place, this.#run, part, path);
    await rm(path, { force: true });
    return written;
  }

  async close(): Promise<void> {
    this.#place.client.destroy();
  }
}

/** Throws FENCE_LOST where another holder came, or the run was discarded. */
async function checkFence(place: ObjectPlace, run: SinkRun): Promise<void> {
  if ((await place.head(fenceKey(place, run)))?.fence !== run.fence) throw place.lost();
}

function putPart(
  place: ObjectPlace,
  run: SinkRun,
  part: NonNullable<ChunkTotals['part']>,
  path: string,
): Promise<void> {
  const isSame = (there: { sha256: string }) => there.sha256 === part.digest;
  return place.put(keyOf(place, run, part.name), { path, size: part.size }, part.digest, isSame);
}
