/** Arrow IPC, files and streams: record batches are read one at a time into a table of DuckDB. */

import { zstdDecompressSync } from 'node:zlib';
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  CompressionType,
  compressionRegistry,
  type RecordBatch,
  RecordBatchReader,
  type Schema,
  type Vector,
} from 'apache-arrow';
import { elementAt, elementWhere } from '../../../../core/element-at.ts';
import { messageOf } from '../../../../core/error-text.ts';
import { isPlimsollError, PlimsollError } from '../../../../core/errors.ts';
import { CODECS } from '../../../../files/codecs.ts';
import { identifier } from '../../../../sql/identifiers.ts';
import type { ChunkRelation, RowPlace } from '../../source.ts';
import { TableFill } from '../../table/fill.ts';
import { type OwnColumn, selectWantedColumns } from '../columns.ts';
import type { FrozenFile, InputColumn, TableFormat, WantedColumns } from '../format.ts';
import { cutGroups, GROUP_LAYOUT, groupRows } from '../groups.ts';
import { readRange } from '../input-file.ts';
import { readLayout } from '../layout.ts';
import { rawOf } from '../raw.ts';
import { ARROW_LAYOUT, type ArrowLayout, type MessageSpan, schemaMessage, walkMessages } from './messages.ts';
import { cellsOf, typeName } from './types.ts';

/** Bytes that one compressed column of a batch may become. */
const COLUMN_BYTES_MAX = 512 * 2 ** 20;
const lz4 = elementWhere(CODECS, ({ id }) => id === 'lz4');
compressionRegistry.set(CompressionType.LZ4_FRAME, {
  decode: (bytes) => lz4.decompress(bytes, COLUMN_BYTES_MAX, () => undefined),
});
compressionRegistry.set(CompressionType.ZSTD, {
  decode: (bytes) => zstdDecompressSync(bytes, { maxOutputLength: COLUMN_BYTES_MAX }),
});

const NOTHING = [{ name: 'nothing', type: 'UTINYINT' }];
/** Tells the tables of one connection from each other. */
let tables = 0;

export const arrow: TableFormat = {
  inspect: async (path) => {
    const { schema, layout } = await walkMessages(path);
    return { columns: columnsOf(schema, path), layout, scanner: null };
  },
  rows: (layout) => groupRows(readLayout(GROUP_LAYOUT, layout)),
  cut: (layout, rows) => cutGroups(readLayout(GROUP_LAYOUT, layout), rows),
  open: async (path, file, chunk, wanted, db) => {
    const from = Number(chunk.from);
    const to = Number(chunk.to);
    const table = `arrow_${++tables}`;
    const drop = async (): Promise<void> => void (await db.run(`DROP TABLE IF EXISTS ${identifier(table)}`));
    try {
      const own = await fillTable(db, table, path, file, wanted, [from, to]);
      const relation = `(SELECT ${selectWantedColumns(wanted, own, file)} FROM ${identifier(table)})`;
      return {
        from: relation,
        rows: to - from,
        unreadable: [],
        locate: (rows) => locate(db, relation, file, from, rows),
        close: drop,
      } satisfies ChunkRelation;
    } catch (error) {
      await drop();
      // A body that cannot be unpacked is told by its own codes, which know no file.
      if (isPlimsollError(error) && !error.code.startsWith('READ_')) throw error;
      const problem = `${path}: rows ${from} to ${to} cannot be read: ${messageOf(error)}`;
      throw new PlimsollError('INPUT_INVALID', { problem }, { cause: error });
    }
  },
};

/** Columns that DuckDB has no type for may be there, as long as nobody wants them. */
function columnsOf({ fields }: Schema, path: string): InputColumn[] {
  try {
    return fields.map(({ name, type }) => ({
      name: name.toString(),
      type: typeName(type) ?? `ARROW ${type}`,
    }));
  } catch (cause) {
    // What a damaged head is decoded to need not be a type, or have a name.
    const problem = `${path}: expected an Arrow file or stream, got a schema that is none`;
    throw new PlimsollError('INPUT_INVALID', { problem }, { cause });
  }
}

/** Copies rows `[from, to)` of the wanted columns into a new table; answers what they are there. */
async function fillTable(
  db: DuckDBConnection,
  table: string,
  path: string,
  file: FrozenFile,
  { columns }: WantedColumns,
  [from, to]: MessageSpan,
): Promise<ReadonlyMap<string, OwnColumn>> {
  let fill: TableFill | null = null;
  let own = new Map<string, OwnColumn>();
  for await (const { batch, first } of batchesOf(path, readLayout(ARROW_LAYOUT, file.layout), from, to)) {
    const there = columns.flatMap(({ name }) => {
      const at = batch.schema.fields.findIndex((field) => field.name === name);
      return at < 0 ? [] : [{ column: name, at, type: typeOf(batch, at, file.path) }];
    });
    // A table has a column at least, where all that is wanted comes from the names of folders.
    const held = [
      ...there.map(({ type }, j) => ({ name: `c${j}`, type })),
      ...(there.length > 0 ? [] : NOTHING),
    ];
    own = new Map(there.map(({ column, type }, j) => [column, { type, cell: `c${j}` }]));
    fill ??= await TableFill.create(db, table, held);
    const cells = there.map(({ at }) => cellsOf(columnOf(batch, at, file.path)));
    const end = Math.min(batch.numRows, to - first);
    for (let row = Math.max(0, from - first); row < end; row++) {
      for (let j = 0; j < held.length; j++)
        elementAt(fill.vectors, j).setItem(fill.row, cells[j]?.(row) ?? null);
      fill.next();
    }
  }
  fill?.finish();
  return own;
}

/** A column of a batch. Throws INPUT_INVALID where it says that it has other rows than the batch. */
function columnOf(batch: RecordBatch, at: number, path: string): Vector {
  const column = batch.getChildAt(at)!;
  if (column.length === batch.numRows) return column;
  const { name } = elementAt(batch.schema.fields, at);
  const problem = `${path}: column "${name}" has ${column.length} rows in a batch of ${batch.numRows}`;
  throw new PlimsollError('INPUT_INVALID', { problem });
}

function typeOf(batch: RecordBatch, at: number, path: string): string {
  const { name, type } = elementAt(batch.schema.fields, at);
  const known = typeName(type);
  if (known !== null) return known;
  throw new PlimsollError('INPUT_INVALID', {
    problem: `${path}: column "${name}" is ${type}, which cannot be read`,
  });
}

/** The batches that hold rows `[from, to)`, each with the number of its first row. */
async function* batchesOf(
  path: string,
  layout: ArrowLayout,
  from: number,
  to: number,
): AsyncGenerator<{ batch: RecordBatch; first: number }> {
  const starts: number[] = [];
  let sum = 0;
  for (const rows of layout.groups) {
    starts.push(sum);
    sum += rows;
  }
  const wanted = starts.flatMap((start, i) =>
    start < to && start + elementAt(layout.groups, i) > from ? [i] : [],
  );
  const reader = await RecordBatchReader.from(partsOf(path, layout, wanted));
  for (const index of wanted) {
    const { done, value } = await reader.next();
    if (done || value.numRows !== layout.groups[index]) {
      throw new PlimsollError('INPUT_INVALID', {
        problem: `${path}: batch ${index} has not the rows that its head tells`,
      });
    }
    yield { batch: value, first: elementAt(starts, index) };
  }
}

/** A stream of what those batches need, and nothing else. */
async function* partsOf(
  path: string,
  layout: ArrowLayout,
  batches: readonly number[],
): AsyncGenerator<Uint8Array> {
  yield schemaMessage(path, layout);
  let dictionary = 0;
  for (const index of batches) {
    for (; dictionary < layout.dictionaries.length; dictionary++) {
      const [before, from, to] = elementAt(layout.dictionaries, dictionary);
      if (before > index) break;
      yield readRange(path, from, to);
    }
    yield readRange(path, ...elementAt(layout.batches, index));
  }
}

/** The rows as JSON objects of what was read of them. */
async function locate(
  db: DuckDBConnection,
  relation: string,
  { path }: FrozenFile,
  from: number,
  rows: readonly number[],
): Promise<RowPlace[]> {
  if (rows.length === 0) return [];
  const numbered = `SELECT row_number() OVER () - 1 AS row, struct_pack(*COLUMNS(*)) AS cells FROM ${relation}`;
  const read = await db.runAndReadAll(
    `SELECT row, cells FROM (${numbered}) WHERE row IN (${rows.join(', ')})`,
  );
  const found = new Map(read.getRowsJson().map(([row, cells]) => [Number(row), rawOf(cells as object)]));
  return rows.map((row) => ({ path, line: null, offset: null, row: from + row, raw: found.get(row) ?? '' }));
}
