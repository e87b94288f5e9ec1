/** The same CSV, here and on Spark: the same rows, the same rejects, to the bit. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect, test } from 'vitest';
import { literal } from '../../src/sql/identifiers.ts';
import { example } from '../cli.ts';
import { SPARK_CONF, sparkEnvironment } from './cluster.ts';
import { onSpark, startBatch } from './job.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-e2e-spark-csv-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What people write into cells of numbers. */
const NUMBERS = [
  '31',
  '-0',
  '1e3',
  '+7',
  ' 12 ',
  '.5',
  '5.',
  'nan',
  '',
  '""',
  'true',
  'inf',
  'x',
  '1_000',
  '0x10',
  '1d',
  '٣',
];
const TEXTS = ['basic', 'pro', '', '" plus"', '"a,b"', '"two\nlines"', '"""quoted"""', 'ünï'];

function writeInput(): string {
  const input = join(folder, 'input');
  mkdirSync(join(input, 'region=north'), { recursive: true });
  mkdirSync(join(input, 'region=__HIVE_DEFAULT_PARTITION__'), { recursive: true });
  const rows = Array.from({ length: 2000 }, (_, i) => {
    const isKeyless = i % 97 === 5;
    const [age, fee] = isKeyless
      ? ['31', '10']
      : [NUMBERS[i % NUMBERS.length]!, NUMBERS[(i * 7) % NUMBERS.length]!];
    const id = isKeyless ? '' : `k${i}`;
    return [id, age, fee, String(i % 48), TEXTS[i % TEXTS.length], 'card', '001.50'];
  });
  const header = ['id', 'age', 'monthly_fee', 'months', 'plan', 'payment', 'amount'];
  const text = (lines: readonly (readonly unknown[])[], sep: string): string =>
    lines.map((cells) => `${cells.join(sep)}\n`).join('');
  writeFileSync(
    join(input, 'region=north/a.csv'),
    text([header, ...rows.slice(0, 1000), ['short', '1']], ','),
  );
  // Another delimiter, another order of columns.
  const turned = [header, ...rows.slice(1000)].map((cells) => [...cells].reverse());
  writeFileSync(join(input, 'region=__HIVE_DEFAULT_PARTITION__/b.csv'), text(turned, ';'));
  return input;
}

async function rowsOf(path: string): Promise<unknown[]> {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  const reader = await db.runAndReadAll(`SELECT * FROM read_parquet(${literal(path)}) ORDER BY id`);
  db.closeSync();
  return reader.getRowObjects();
}

/** Why rows have no answer. Spark knows the keys of rows that cannot be read, and not how many cells a record had. */
const rejectsOf = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ outcome, code, column, reason }) =>
      [outcome, code, column, code === 'row_length' || reason].join(' | '),
    )
    .sort();

test('numbers, quotes, delimiters, folders and broken records mean the same on Spark', async () => {
  const env = sparkEnvironment();
  const input = writeInput();
  const outcome = async (name: string, flags: readonly string[]): Promise<unknown> => {
    const output = join(folder, `${name}.parquet`);
    const { status, stdout, stderr } = await startBatch(join(folder, 'data'), env, [
      ...['run', '--job', name, '--model', example('churn.joblib'), '--input', input, '--output', output],
      ...['--key', 'id', '--columns', 'amount,plan,region', ...flags],
    ]).ended;
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const { rows, rejects } = JSON.parse(stdout);
    return { rows, output: await rowsOf(output), rejects: rejectsOf(rejects.where) };
  };
  const here = await outcome('here', []);
  const there = await outcome('there', onSpark('local[2]', SPARK_CONF));
  expect(there).toEqual(here);
}, 1_200_000);
