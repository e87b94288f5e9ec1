/** Chunks of DuckDB → blocks of a table, of which the memory is used again and again. */

import type { DuckDBDataChunk, DuckDBResult } from '@duckdb/node-api';
import { elementAt } from '../../core/element-at.ts';
import type { ValueColumn } from '../reference/reference-profile.ts';
import { ChunkMemory } from './chunk-memory.ts';
import { readFlags, readVector } from './read-vector.ts';
import type { TableCell } from './table-cells.ts';

export interface TableBlock {
  /** Number of its first row, from 0. */
  readonly from: number;
  readonly rows: number;
  /** In the order of the columns that were asked for; null where the file has none of that name. */
  readonly columns: readonly (ValueColumn | null)[];
  /** By column: rows (from 0, in this block) with a value that is not of the type; null where all are. */
  readonly misfits: readonly (Uint8Array | null)[];
}

/** What was selected of `cells`, as blocks; their numbers are overwritten by those of the next block. */
export async function* tableBlocks(
  result: DuckDBResult,
  cells: readonly (TableCell | null)[],
): AsyncIterable<TableBlock> {
  const memory = new ChunkMemory();
  const rooms = cells.map(() => new Float64Array(0));
  let from = 0;
  let next = result.fetchChunk();
  for (;;) {
    const block = blockOf(await next, cells, from, rooms);
    if (block === null) return;
    memory.leave(result.columnCount * block.rows * CELL_BYTES);
    // DuckDB reads on in its own thread.
    next = result.fetchChunk();
    next.catch(() => undefined);
    yield block;
    from += block.rows;
  }
}

/** Bytes of a cell in a chunk, about. */
const CELL_BYTES = 8;

function blockOf(
  chunk: DuckDBDataChunk | null,
  cells: readonly (TableCell | null)[],
  from: number,
  rooms: Float64Array[],
): TableBlock | null {
  if (chunk === null || chunk.rowCount === 0) return null;
  const rows = chunk.rowCount;
  const columns: (ValueColumn | null)[] = [];
  const misfits: (Uint8Array | null)[] = [];
  let at = 0;
  cells.forEach((cell, j) => {
    let room = elementAt(rooms, j);
    if (cell?.kind === 'number' && room.length < rows) room = rooms[j] = new Float64Array(rows);
    columns.push(cell === null ? null : readVector(chunk, at++, cell.kind, room));
    misfits.push(cell === null || cell.misfit === null ? null : readFlags(chunk, at++));
  });
  return { from, rows, columns, misfits };
}
