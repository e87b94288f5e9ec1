/** Keys that come again in the input of a run, found by its workers. */
import { elementAt } from '../../core/element-at.ts';
import type { Chunk } from '../chunk.ts';
import { type DuplicateKey, duplicateError, findDuplicates } from '../keys/duplicates.ts';
import { chunkKeysPath } from '../worker/keys.ts';
import type { ChunkWorkerPool } from './chunk-worker-pool.ts';

export interface RepeatsOptions {
  readonly workers: ChunkWorkerPool;
  readonly chunks: readonly Chunk[];
  /** Of the run. */
  readonly folder: string;
  readonly stop: AbortSignal;
}

/** Of more, an error names only some. */
const NAMED = 6;

/** Throws KEY_DUPLICATE where a key comes again. */
export async function refuseRepeats(where: string, options: RepeatsOptions): Promise<void> {
  const found = await repeats(options, NAMED);
  if (found.length > 0) throw duplicateError(found, where);
}

/** Rows to leave out, by chunk, ascending: those whose key an earlier row has. */
export async function repeatedRows(options: RepeatsOptions): Promise<ReadonlyMap<number, readonly number[]>> {
  const rows = new Map<number, number[]>();
  for (const { chunk, row } of await repeats(options, Number.POSITIVE_INFINITY)) {
    const known = rows.get(chunk);
    if (known === undefined) rows.set(chunk, [row]);
    else known.push(row);
  }
  return rows;
}

async function repeats(
  { workers, chunks, folder, stop }: RepeatsOptions,
  limit: number,
): Promise<readonly DuplicateKey[]> {
  await workers.keepKeys(chunks, stop);
  stop.throwIfAborted();
  return findDuplicates({
    files: chunks.map(({ index }) => chunkKeysPath(folder, index)),
    texts: (chunk, rows) => workers.texts(elementAt(chunks, chunk), rows),
    limit,
  });
}
