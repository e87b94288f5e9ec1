/** What a worker does about the keys of a chunk, so that those that come again can be found. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { identifier } from '../../sql/identifiers.ts';
import { keepKeys, keyFileName } from '../keys/key-file.ts';
import type { ChunkRelation } from '../sources/source.ts';

/** Where the keys of a chunk are, in the folder of the run. */
export const chunkKeysPath = (folder: string, chunk: number): string =>
  join(folder, 'keys', keyFileName(chunk));

const numbered = (key: string, { from }: ChunkRelation): string =>
  `SELECT ${identifier(key)} AS key, row_number() OVER () - 1 AS row FROM ${from}`;

/** Keeps the keys of all rows of a chunk. Throws DISK_FULL. */
export async function keepChunkKeys(
  db: DuckDBConnection,
  key: string,
  relation: ChunkRelation,
  path: string,
): Promise<void> {
  mkdirSync(join(path, '..'), { recursive: true });
  await keepKeys(db, numbered(key, relation), path);
}

/** Texts of the keys of some rows, ascending, in their order. */
export async function keyTexts(
  db: DuckDBConnection,
  key: string,
  relation: ChunkRelation,
  rows: readonly number[],
): Promise<string[]> {
  if (rows.length === 0) return [];
  const found = await db.runAndReadAll(
    `SELECT key::VARCHAR FROM (${numbered(key, relation)}) WHERE row IN (${rows.join(', ')}) ORDER BY row`,
  );
  return (found.getColumns()[0] ?? []).map(String);
}
