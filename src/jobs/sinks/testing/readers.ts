/** What stands in a target, read by something else than the sink. */
import pg from 'pg';
import { expect } from 'vitest';
import { COLUMNS, laneDatabase, type Row } from './runs.ts';

/** Cells as texts; what is empty is null. */
export const cellsToRow = (cells: readonly (string | null)[]): Row => {
  const [id, text, amount, flag, predict] = cells as readonly string[];
  return {
    id: id!,
    text: text ?? null,
    amount: amount!,
    flag: flag === null || flag === '' ? null : flag === 'true',
    predict: predict === null || predict === '' ? 'null' : String(Number(predict)),
  };
};

export async function readParquet(path: string): Promise<readonly Row[]> {
  const db = await laneDatabase();
  const texts = `SELECT columns(*)::VARCHAR FROM read_parquet('${path}')`;
  const reader = await db.runAndReadAll(texts);
  expect(reader.columnNames()).toEqual(COLUMNS.map(({ name }) => name));
  const numbers: Readonly<Record<string, string>> = { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' };
  return reader.getRows().map((cells) => {
    const row = cellsToRow(cells as (string | null)[]);
    return { ...row, predict: numbers[String(cells[4])] ?? row.predict };
  });
}

const NUMBERS: Readonly<Record<string, string>> = {
  NaN: 'NaN',
  Infinity: 'Infinity',
  '-Infinity': '-Infinity',
};

/** Rows by a plain client, all columns as texts. */
export async function readTable(uri: string): Promise<readonly Row[] | null> {
  const [url] = uri.split('?');
  const client = new pg.Client({ connectionString: url! });
  await client.connect();
  try {
    const { rows } = await client.query("select to_regclass('scored') as there");
    if (rows[0].there === null) return null;
    const texts = COLUMNS.map(({ name }) => `"${name.replaceAll('"', '""')}"::text`).join(', ');
    const found = await client.query<string[]>({ text: `select ${texts} from scored`, rowMode: 'array' });
    return found.rows.map(([id, text, amount, flag, predict]) => ({
      id: id!,
      text: text!,
      amount: amount!,
      flag: flag === null ? null : flag === 'true',
      predict: NUMBERS[predict!] ?? String(Number(predict)),
    }));
  } finally {
    await client.end();
  }
}
