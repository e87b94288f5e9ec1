import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { isRecord } from '../../../core/record.ts';
import { queryFile } from '../../../duckdb/errors.ts';
import { readJsonRows } from '../../../row-files/read.ts';
import { identifier } from '../../../sql/identifiers.ts';

/** Enough to see what columns hold. */
const SAMPLE_ROWS = 50;

/**
 * The first rows of a file as a /predict body, read without knowing what the model takes; null where there are none or
 * another reader has to say what is wrong with the file.
 */
export async function sampleRows(path: string): Promise<unknown> {
  if (!existsSync(path)) return null;
  switch (extname(path).toLowerCase()) {
    case '.json':
    case '.jsonl':
    case '.ndjson':
      return firstRows(readJsonRows(path));
    case '.csv':
      return firstRecords(path, 'read_csv($1, header = true, all_varchar = false)');
    case '.parquet':
      return firstRecords(path, 'read_parquet($1)');
    default:
      return null;
  }
}

/** A list is cut; other bodies hold their rows in ways of their own. */
const firstRows = (body: unknown): unknown => (Array.isArray(body) ? body.slice(0, SAMPLE_ROWS) : body);

const NUMBERS = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/;

async function firstRecords(path: string, table: string): Promise<unknown> {
  const records = await queryFile(
    path,
    async (connection) => {
      const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${table}`, [path]);
      const columns = described.getRows().map(([name, type]) => {
        const kind = NUMBERS.test(String(type)) ? 'DOUBLE' : type === 'BOOLEAN' ? 'BOOLEAN' : 'VARCHAR';
        return `CAST(${identifier(String(name))} AS ${kind}) AS ${identifier(String(name))}`;
      });
      const query = `SELECT ${columns.join(', ')} FROM ${table} LIMIT ${SAMPLE_ROWS}`;
      return (await connection.runAndReadAll(query, [path])).getRowObjectsJson();
    },
    null,
  );
  const rows = records.filter(isRecord).map((row) => Object.fromEntries(Object.entries(row).map(missing)));
  return rows.length === 0 ? null : { dataframe_records: rows };
}

/** JSON has no NaN, and says so in words. */
const missing = ([name, cell]: [string, unknown]): [string, unknown] => [name, cell === 'NaN' ? null : cell];
