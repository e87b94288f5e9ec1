/** Files in each format for sources that get them from elsewhere. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { literal } from '../../../../sql/identifiers.ts';

const ROWS = 5000;

/** Rows with numbers from `from` on, in row groups of 2,048, as a file of this format. */
export async function tableFile(format: 'parquet' | 'csv' | 'jsonl', from = 1, rows = ROWS): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-table-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const db = await instance.connect();
  const path = join(folder, 'table');
  const options = {
    parquet: 'format parquet, row_group_size 2048',
    csv: 'format csv, header',
    jsonl: 'format json',
  };
  await db.run(`copy (select g::integer as id, 'name ' || g as name, g / 7 as x, md5(g::text) as filler
    from range(${from}, ${from + rows}) r(g)) to ${literal(path)} (${options[format]})`);
  db.closeSync();
  instance.closeSync();
  const bytes = readFileSync(path);
  rmSync(folder, { recursive: true });
  return bytes;
}

/** What is read of it in the columns `id` and `name`; all is text where the format is text. */
export const tableRows = (format: 'parquet' | 'csv' | 'jsonl', from = 1, rows = ROWS): unknown[][] =>
  Array.from({ length: rows }, (_, index) => {
    const id = from + index;
    return [format === 'parquet' ? id : String(id), `name ${id}`];
  });
