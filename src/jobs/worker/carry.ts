/** Rows that an earlier run has published, carried into the output of this one as they are. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { identifier } from '../../sql/identifiers.ts';
import type { Chunk, ChunkTotals } from '../chunk.ts';
import { retryOutage } from '../outage.ts';
import type { SinkWriter } from '../sinks/sink.ts';
import type { ChunkRelation } from '../sources/source.ts';
import type { ChunkWorkerSetup } from './protocol.ts';

/** Whether a chunk is of rows that are published: those come first. */
export const isCarried = (
  { carried }: Pick<ChunkWorkerSetup, 'carried'>,
  { index }: Pick<Chunk, 'index'>,
): boolean => carried !== null && index < carried.chunks;

/** Writes the rows of a relation as they are; all of them are ok. Throws INTERNAL where some cannot be read, and what the sink throws. */
export async function carry(
  db: DuckDBConnection,
  relation: ChunkRelation,
  chunk: Chunk,
  { setup, writer }: { readonly setup: ChunkWorkerSetup; readonly writer: SinkWriter },
): Promise<ChunkTotals> {
  const [fault] = relation.unreadable;
  if (fault !== undefined)
    throw new PlimsollError('INTERNAL', { action: `reading ${fault.path}`, reason: fault.reason });
  const cells = setup.columns.map(({ name, type }) => `${identifier(name)}::${type} AS ${identifier(name)}`);
  const select = `SELECT ${cells.join(', ')} FROM ${relation.from}`;
  const key = identifier(setup.spec.key);
  const found = await db.runAndReadAll(
    `SELECT sha256(coalesce(string_agg(${key}::VARCHAR || chr(10), ''), '')) FROM (${select})`,
  );
  const { rows } = relation;
  const account: ChunkTotals = {
    chunk: chunk.index,
    counts: { read: rows, ok: rows, rejected: 0, failed: 0, skipped: 0 },
    keys: String(elementAt(found.getRows(), 0)[0]),
    part: null,
    distributions: null,
    seconds: { read: 0, score: 0, write: 0 },
  };
  return retryOutage(['SINK_UNAVAILABLE'], () => writer.write(db, select, account));
}
