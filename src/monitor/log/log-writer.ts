/** Writes blocks as files of the prediction log. A file is there completely or not at all; the index says which count. */

import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CapturedBlock } from '../../capture/block.ts';
import { sha256Hex } from '../../core/sha256.ts';
import { flush, isThere, makeFolder, move, writing } from '../../disk/durable.ts';
import { type OpenDuckDB, openDuckDB } from '../../duckdb/open.ts';
import type { SegmentRow } from '../../store/monitoring/monitoring.ts';
import { logSettings } from './find-request.ts';
import { endpointFolder, logEndpoint, segmentFileName, utcDay } from './log-paths.ts';
import { type LogShape, logShape } from './log-shape.ts';
import { NO_REDACTIONS, type RedactionRules, redactBlock } from './redact-block.ts';
import { writeSegment } from './write-segment.ts';

export interface LogWriterOptions {
  /** Of the log: `predictionLogPath` of the data folder. */
  readonly folder: string;
  /** Tells the files of this server from those of others that share the index. */
  readonly replica: string;
  /** What must not be written, of an endpoint as `logEndpoint` names it. */
  readonly redactions?: ((endpoint: string) => RedactionRules) | undefined;
}

interface Batch {
  readonly endpoint: string;
  readonly shape: LogShape;
  readonly blocks: CapturedBlock[];
}

export class LogWriter {
  readonly #options: LogWriterOptions;
  #duckdb: OpenDuckDB | null = null;

  constructor(options: LogWriterOptions) {
    this.#options = options;
  }

  /**
   * Writes the rows of blocks, and answers the files that they are in: one of each endpoint, version and shape, by day. They
   * are on the disk, and are part of the log once they are in the index (`takeIn`); what never gets there is swept up.
   * Throws DISK_FULL, FILE_UNWRITABLE.
   */
  async write(blocks: readonly CapturedBlock[]): Promise<readonly SegmentRow[]> {
    const segments: SegmentRow[] = [];
    for (const batch of this.#batches(blocks)) segments.push(await this.#write(batch));
    return segments;
  }

  /** Removes files that did not become part of the log. */
  async discard(segments: readonly SegmentRow[]): Promise<void> {
    for (const { path } of segments) await rm(join(this.#options.folder, path), { force: true });
  }

  close(): void {
    this.#duckdb?.close();
    this.#duckdb = null;
  }

  #batches(blocks: readonly CapturedBlock[]): Iterable<Batch> {
    const batches = new Map<string, Batch>();
    for (const given of blocks) {
      if (given.rows === 0) continue;
      const endpoint = logEndpoint(given);
      const { block, kinds } = redactBlock(given, this.#options.redactions?.(endpoint) ?? NO_REDACTIONS);
      const shape = logShape(block, kinds);
      const key = `${utcDay(fromOf(block))} ${JSON.stringify(shape)}`;
      const batch = batches.get(key);
      if (batch === undefined) batches.set(key, { endpoint, shape, blocks: [block] });
      else batch.blocks.push(block);
    }
    return batches.values();
  }

  async #write({ endpoint, shape, blocks }: Batch): Promise<SegmentRow> {
    const { folder, replica } = this.#options;
    this.#duckdb ??= await openDuckDB(logSettings(join(folder, '.spill')));
    const { db } = this.#duckdb;
    const from = Math.min(...blocks.map(fromOf));
    const to = Math.max(...blocks.map(toOf));
    const path = await newSegmentPath(folder, endpoint, from, shape);
    const bytes = await putSegment(join(folder, path), (temporary) =>
      writeSegment(db, temporary, shape, blocks),
    );
    const rows = blocks.reduce((sum, block) => sum + block.rows, 0);
    return { path, replica, endpoint, from, to, rows, bytes };
  }
}

/** Times of the rows themselves, in whole milliseconds. */
const fromOf = ({ meta }: CapturedBlock): number => Math.floor(meta.at.reduce((a, b) => Math.min(a, b)));
const toOf = ({ meta }: CapturedBlock): number => Math.ceil(meta.at.reduce((a, b) => Math.max(a, b)));

const digest = (text: string): string => sha256Hex(text).slice(0, 16);

/** A path for a new segment, below the folder of the log, whose own folder is made. */
export async function newSegmentPath(
  folder: string,
  endpoint: string,
  from: number,
  shape: LogShape,
): Promise<string> {
  const within = `${endpointFolder(endpoint, digest)}/${utcDay(from)}`;
  if (!(await isThere(join(folder, within)))) {
    await makeFolder(join(folder, within));
    // The names of new folders have to survive as the file does.
    for (const made of [dirname(within), '.']) await flush(join(folder, made));
  }
  const name = segmentFileName(
    from,
    shape.version,
    digest(JSON.stringify(shape)),
    randomBytes(6).toString('hex'),
  );
  return `${within}/${name}`;
}

/** Has a file written under another name, brings it to the disk and gives it its own; answers its bytes. */
export async function putSegment(path: string, write: (temporary: string) => Promise<void>): Promise<number> {
  const temporary = `${path}.tmp`;
  await writing(temporary, 0, async () => {
    await write(temporary);
    await flush(temporary);
  });
  const { size } = await stat(temporary);
  await move(temporary, path);
  return size;
}
