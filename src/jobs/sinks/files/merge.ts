/** Puts parts together, in their order, into one file. */
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { flush, writing } from '../../../disk/durable.ts';
import { copyStatement, type DuckDBColumn, emptySelect, type OutputFormat } from '../../../duckdb/copy.ts';
import { withDuckDB } from '../../../duckdb/open.ts';
import { concatenate } from './concatenate.ts';

const MEMORY = '256MB';
const PIECE = 1 << 20;

interface Merge {
  /** Absolute paths, in order. Those of CSV have no header. */
  readonly parts: readonly string[];
  /** Bytes of all parts. */
  readonly bytes: number;
  readonly columns: readonly DuckDBColumn[];
  readonly format: OutputFormat;
}

/** Writes the file and waits until it is on the disk; where there is no part it has no rows. Throws DISK_FULL. */
export async function merge(path: string, { parts, bytes, columns, format }: Merge): Promise<void> {
  await writing(path, bytes, async () => {
    if (format === 'parquet' && parts.length > 0) await concatenate(path, parts);
    else {
      await writeEmpty(path, columns, format);
      await append(path, parts);
    }
    await flush(path);
  });
}

async function writeEmpty(
  path: string,
  columns: readonly DuckDBColumn[],
  format: OutputFormat,
): Promise<void> {
  await withDuckDB({ memoryLimit: MEMORY }, (db) =>
    db.run(copyStatement(emptySelect(columns), columns, path, format, true)),
  );
}

async function append(path: string, parts: readonly string[]): Promise<void> {
  for (const part of parts) {
    await pipeline(
      createReadStream(part, { highWaterMark: PIECE }),
      createWriteStream(path, { flags: 'a', highWaterMark: PIECE }),
    );
  }
}
