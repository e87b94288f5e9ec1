/** From a lane's DuckDB into a table of PostgreSQL: one writes CSV, the other reads it, both at the same time. */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { identifiers, literal } from '../../sql.ts';
import { writing } from '../files/durable.ts';
import type { SinkColumn } from '../sink.ts';
import { spelled } from './types.ts';

const PIECE = 256 * 1024;
/** How soon a file that has no more to read yet is looked at again. */
const POLL_MILLIS = 1;

export interface Rows {
  readonly db: DuckDBConnection;
  readonly select: string;
  readonly columns: readonly SinkColumn[];
  /** Where the CSV is kept meanwhile. */
  readonly file: string;
}

/** Answers the number of rows. What either side throws ends both. */
export async function copyInto(client: pg.Client, table: string, rows: Rows): Promise<number> {
  const { columns, file } = rows;
  const names = identifiers(columns.map(({ name }) => name));
  const handle = await open(file, 'w+');
  try {
    const written = watch(writing(file, 0, () => writeCsv(rows)));
    const copy = client.query(copyFrom(`copy ${table} (${names}) from stdin (format csv)`));
    await pipeline(Readable.from(follow(handle, written), { objectMode: false }), copy);
    return copy.rowCount;
  } finally {
    await handle.close();
    await rm(file, { force: true });
  }
}

/** NULL is an empty cell and an empty text `""`, to both. The order of rows in a table means nothing: none is kept. */
async function writeCsv({ db, select, columns, file }: Rows): Promise<void> {
  const cells = columns.map(spelled).join(', ');
  // Alone on its line, the text \. would end the COPY: there, it is quoted.
  const quoted = columns.length === 1 ? ', FORCE_QUOTE *' : '';
  const options = `FORMAT csv, HEADER false${quoted}, USE_TMP_FILE false, PRESERVE_ORDER false`;
  await db.run(`COPY (SELECT ${cells} FROM (${select})) TO ${literal(file)} (${options})`);
}

interface Watched {
  readonly done: Promise<void>;
  isOver(): boolean;
}

/** Work whose failure is looked at later. */
function watch(work: Promise<void>): Watched {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  done.catch(() => undefined);
  return { done, isOver: () => over };
}

/** What is in a file that is still being written, up to its end. Throws what its writer throws. */
async function* follow(file: FileHandle, written: Watched): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const wasOver = written.isOver();
    if (wasOver) await written.done;
    const piece = Buffer.allocUnsafe(PIECE);
    const { bytesRead } = await file.read(piece, 0, PIECE, at);
    at += bytesRead;
    if (bytesRead > 0) yield piece.subarray(0, bytesRead);
    else if (wasOver) return;
    else await Promise.race([written.done, sleep(POLL_MILLIS)]);
  }
}
