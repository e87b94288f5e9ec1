import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { PlimsollError } from '../core/errors.ts';
import { identifier, literal } from '../jobs/sql.ts';
import type { Pair, SampleColumn } from '../monitor/scores/column.ts';

/** Columns of two files of the same names; types are those of the reference. */
export interface TwoFiles {
  readonly columns: readonly string[];
  pair(column: string): Promise<Pair>;
  close(): void;
}

export async function openTwo(reference: string, current: string): Promise<TwoFiles> {
  const instance = await DuckDBInstance.create(':memory:');
  const db = await instance.connect();
  const types = await typesOf(db, reference, false);
  const there = await typesOf(db, current, true);
  return {
    columns: [...types.keys()].filter((name) => there.has(name)),
    pair: async (name) => {
      const type = types.get(name)!;
      return {
        reference: await read(db, fromFile(reference, false), name, type),
        current: await read(db, fromFile(current, true), name, type),
      };
    },
    close: () => {
      db.closeSync();
      instance.closeSync();
    },
  };
}

function fromFile(path: string, asText: boolean): string {
  if (/\.parquet$/i.test(path)) return `read_parquet(${literal(path)})`;
  return `read_csv(${literal(path)}, header = true, ${asText ? 'all_varchar = true' : 'sample_size = -1'})`;
}

async function typesOf(db: DuckDBConnection, path: string, asText: boolean): Promise<Map<string, string>> {
  try {
    const reader = await db.runAndReadAll(`DESCRIBE SELECT * FROM ${fromFile(path, asText)}`);
    return new Map(reader.getRows().map(([name, type]) => [String(name), String(type)]));
  } catch (error) {
    throw new PlimsollError('REFERENCE_INVALID', { source: path, problem: (error as Error).message });
  }
}

const WHOLE = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/;
const NUMBER = /^(FLOAT|DOUBLE|DECIMAL)/;

async function read(db: DuckDBConnection, from: string, name: string, type: string): Promise<SampleColumn> {
  const number = WHOLE.test(type) || NUMBER.test(type);
  const reader = await db.runAndReadAll(
    `SELECT TRY_CAST(${identifier(name)} AS ${number ? 'DOUBLE' : 'VARCHAR'}) FROM ${from}`,
  );
  const values = reader.getColumns()[0] ?? [];
  if (!number) return { kind: 'category', values: values as (string | null)[] };
  return {
    kind: 'number',
    values: Float64Array.from(values, (value) => (value === null ? Number.NaN : Number(value))),
    integers: WHOLE.test(type),
  };
}
