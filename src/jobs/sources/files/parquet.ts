/** Parquet: DuckDB reads the chunk where it lies, by ranges of rows, without a copy. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { PlimsollError } from '../../../core/errors.ts';
import { queryFile } from '../../../duckdb/errors.ts';
import { identifier, literal } from '../../../sql/identifiers.ts';
import type { ChunkRelation, RowPlace } from '../source.ts';
import { type OwnColumn, selectWantedColumns } from './columns.ts';
import type { FrozenFile, TableFormat } from './format.ts';
import { cutGroups, GROUP_LAYOUT, type GroupLayout, groupRows } from './groups.ts';
import { readLayout } from './layout.ts';
import { rawOf } from './raw.ts';

/** Rows looked up in one query. */
const LOOKUP_ROWS = 1000;
/** Where DuckDB puts the number of a row; a file's own column of that name would hide it. */
const ROW = 'file_row_number';
const OPTIONS = `hive_partitioning=false, union_by_name=false`;

export const parquet: TableFormat = {
  inspect: (path) =>
    queryFile(path, async (db) => {
      const described = await db.runAndReadAll(
        `DESCRIBE SELECT * FROM read_parquet(${literal(path)}, ${OPTIONS})`,
      );
      const columns = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
      if (columns.some(({ name }) => name.toLowerCase() === ROW)) {
        throw new PlimsollError('INPUT_INVALID', {
          problem: `${path}: it has a column "${ROW}", a name that is taken here`,
        });
      }
      const groups = await db.runAndReadAll(
        `SELECT any_value(row_group_num_rows) FROM parquet_metadata(${literal(path)}) GROUP BY row_group_id ORDER BY row_group_id`,
      );
      const layout: GroupLayout = { groups: groups.getRows().map(([rows]) => Number(rows)) };
      return { columns, layout, scanner: null };
    }),
  rows: (layout) => groupRows(readLayout(GROUP_LAYOUT, layout)),
  cut: (layout, rows) => cutGroups(readLayout(GROUP_LAYOUT, layout), rows),
  open: async (path, file, chunk, wanted, db) => {
    const from = Number(chunk.from);
    const rows = Number(chunk.to) - from;
    const scan = `read_parquet(${literal(path)}, ${ROW}=true, ${OPTIONS})`;
    const range = `${ROW} >= ${from} AND ${ROW} < ${from + rows}`;
    const own = await ownColumns(db, scan);
    return {
      from: `(SELECT ${selectWantedColumns(wanted, own, file)} FROM ${scan} WHERE ${range})`,
      rows,
      unreadable: [],
      locate: (wantedRows) =>
        locate(
          db,
          file,
          scan,
          wantedRows.map((row) => from + row),
        ),
      close: async () => undefined,
    } satisfies ChunkRelation;
  },
};

async function ownColumns(db: DuckDBConnection, scan: string): Promise<ReadonlyMap<string, OwnColumn>> {
  const described = await db.runAndReadAll(`DESCRIBE SELECT * EXCLUDE (${ROW}) FROM ${scan}`);
  return new Map(
    described.getRows().map(([name, type]) => {
      return [String(name), { type: String(type), cell: identifier(String(name)) }];
    }),
  );
}

/** Rows of the file as JSON objects, in the order asked. */
async function locate(
  db: DuckDBConnection,
  file: FrozenFile,
  scan: string,
  rows: readonly number[],
): Promise<RowPlace[]> {
  const found = new Map<number, string>();
  for (let i = 0; i < rows.length; i += LOOKUP_ROWS) {
    const asked = rows.slice(i, i + LOOKUP_ROWS);
    const range = `${ROW} BETWEEN ${Math.min(...asked)} AND ${Math.max(...asked)}`;
    const read = await db.runAndReadAll(
      `SELECT * FROM ${scan} WHERE ${range} AND ${identifier(ROW)} IN (${asked.join(', ')})`,
    );
    for (const { [ROW]: row, ...cells } of read.getRowObjectsJson()) found.set(Number(row), rawOf(cells));
  }
  return rows.map((row) => ({ path: file.path, line: null, offset: null, row, raw: found.get(row) ?? '' }));
}
