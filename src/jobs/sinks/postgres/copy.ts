/**
 * From a worker's DuckDB into a table of PostgreSQL, as `COPY … (FORMAT binary)`: neither side writes a number as text nor
 * reads one. https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { elementAt } from '../../../core/element-at.ts';
import { messageOf } from '../../../core/error-text.ts';
import { PlimsollError } from '../../../core/errors.ts';
import type { DuckDBColumn } from '../../../duckdb/copy.ts';
import { validityBits } from '../../../duckdb/vector-items.ts';
import { identifiers } from '../../../sql/identifiers.ts';
import { validityOf } from '../../worker/frames.ts';
import { fieldEncodingOf, selected, type WriteField } from './fields.ts';
import { CopyOutput } from './output.ts';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags, length of an extension. */
const HEADER = Buffer.concat([SIGNATURE, Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);
const PIECE = 256 * 1024;

export interface CopyRows {
  readonly db: DuckDBConnection;
  readonly select: string;
  readonly columns: readonly DuckDBColumn[];
  /** pg_type.typname of the columns that they go into. */
  readonly types: readonly string[];
}

/**
 * Answers the number of rows. What either side throws ends both. Throws SINK_INVALID for a value that does not go into
 * its column.
 */
export async function copyInto(
  client: pg.Client,
  table: string,
  rows: CopyRows,
  where: string,
): Promise<number> {
  const names = identifiers(rows.columns.map(({ name }) => name));
  const copy = client.query(copyFrom(`copy ${table} (${names}) from stdin (format binary)`));
  await pipeline(Readable.from(binary(rows, where), { objectMode: false }), copy);
  return copy.rowCount;
}

async function* binary({ db, select, columns, types }: CopyRows, where: string): AsyncGenerator<Buffer> {
  yield HEADER;
  const cells = columns.map((column, j) => selected(column, elementAt(types, j)));
  const widths = cells.map(({ length }) => length);
  const out = new CopyOutput(PIECE);
  try {
    const result = await db.stream(`SELECT ${cells.flat().join(', ')} FROM (${select})`);
    let next = result.fetchChunk();
    for (let block = await next; block !== null && block.rowCount > 0; block = await next) {
      next = result.fetchChunk();
      next.catch(() => undefined);
      encode(block, types, widths, out);
      yield out.take();
    }
  } catch (error) {
    throw coded(error, where);
  }
  yield TRAILER;
}

/** `widths` tells how many vectors each column has. */
function encode(
  block: DuckDBDataChunk,
  types: readonly string[],
  widths: readonly number[],
  out: CopyOutput,
): void {
  let at = 0;
  const fields = types.map((typname, j) => {
    const vectors = Array.from({ length: elementAt(widths, j) }, (_, i) => block.getColumnVector(at + i));
    at += vectors.length;
    return fieldOf(vectors, typname, block.rowCount);
  });
  for (let row = 0; row < block.rowCount; row += 1) {
    out.row(fields.length);
    for (const write of fields) write(row, out);
  }
}

function fieldOf(vectors: readonly DuckDBVector[], typname: string, rows: number): WriteField {
  const write = fieldEncodingOf(typname).fields(vectors);
  const valid = validityOf(validityBits(elementAt(vectors, 0)), rows);
  if (valid === null) return write;
  return (row, out) => (valid[row] === 1 ? write(row, out) : out.none());
}

/** What DuckDB says of a value that it cannot cast. */
const UNCAST = /^(?:Conversion|Out of Range|Invalid Input) Error: /;

function coded(cause: unknown, where: string): PlimsollError {
  const [reason = ''] = messageOf(cause).split('\n');
  if (UNCAST.test(reason)) return new PlimsollError('SINK_INVALID', { where, problems: reason }, { cause });
  return new PlimsollError('INTERNAL', { action: 'reading the rows to write', reason }, { cause });
}
