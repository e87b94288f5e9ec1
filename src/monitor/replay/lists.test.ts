import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { literal } from '../../sql/identifiers.ts';
import { gaussian } from '../drift/testing/features.ts';
import { DEFAULT_MONITOR } from '../policy/policy.ts';
import { parseFalseAlarms } from './false-alarms.ts';
import { type FileReplayOptions, replayFiles } from './replay-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-lists-'));
afterAll(() => rmSync(folder, { recursive: true }));

type List = readonly (number | null)[] | null;

let files = 0;
/** A Parquet file of DuckDB, with lists beside a column of numbers. */
async function parquet(lists: readonly List[]): Promise<string> {
  const path = join(folder, `lists-${files++}`);
  writeFileSync(path, lists.map((meaning, i) => JSON.stringify({ n: i % 7, meaning })).join('\n'));
  const target = `${path}.parquet`;
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const db = await instance.connect();
  const columns = `{n: 'INTEGER', meaning: 'FLOAT[]'}`;
  await db.run(
    `COPY (FROM read_json(${literal(path)}, format = 'newline_delimited', columns = ${columns})) TO ${literal(target)} (FORMAT parquet)`,
  );
  db.closeSync();
  instance.closeSync();
  return target;
}

/** Embeddings around a mean, each the same in a few hidden numbers; `change` alters one of them. */
function embeddings(
  rows: number,
  seed: number,
  { width = 48, change = (list: readonly number[], _i: number): List => list } = {},
): List[] {
  const random = seededRandom(seed);
  const hidden = seededRandom(99);
  const loads = Array.from({ length: width }, () => [gaussian(hidden), gaussian(hidden), gaussian(hidden)]);
  return Array.from({ length: rows }, (_, i) => {
    const own = [gaussian(random), gaussian(random), gaussian(random)];
    const list = loads.map(
      (load, k) => 1 + load.reduce((sum, x, j) => sum + x * own[j]!, 0) + gaussian(random) * (1 + (k % 3)),
    );
    return change(list, i);
  });
}

const replayed = async (
  options: Partial<FileReplayOptions> & Pick<FileReplayOptions, 'reference' | 'stream'>,
) =>
  (
    await replayFiles({
      ...{ time: null, outputs: [], ignore: [], baselines: [], season: false },
      ...{ minimumPsi: 0.05, minimumShare: 0.02, quality: DEFAULT_MONITOR.quality },
      budget: parseFalseAlarms('1/100000')!,
      progress: () => undefined,
      ...options,
    })
  ).report;

test('lists like those of the reference tell nothing, also where they have more numbers than it has rows', async () => {
  for (const [rows, width] of [
    [3000, 48],
    [300, 400],
    [2000, 2],
  ] as const) {
    const reference = await parquet(embeddings(rows, 1, { width }));
    const stream = await parquet(embeddings(2500, 2, { width }));
    const { alarms, quality, features } = await replayed({ reference, stream });
    expect({ width, alarms, quality, features }).toEqual({
      ...{ width, alarms: [], quality: [] },
      features: 1 + 2 + Math.min(4, width),
    });
  }
});

test.each([
  ['another place', (list: readonly number[]) => list.map((x) => x + 1.5), 'direction'],
  ['longer ones', (list: readonly number[]) => list.map((x) => 1.5 * x), 'norm'],
  ['wider around their mean', (list: readonly number[]) => list.map((x) => 1 + 1.5 * (x - 1)), 'distance'],
])('%s are told soon, by what is measured of them', async (_, moved, measure) => {
  const reference = await parquet(embeddings(3000, 1));
  const change = (list: readonly number[], i: number): List => (i < 1000 ? list : moved(list));
  const stream = await parquet(embeddings(2500, 2, { change }));
  const { alarms } = await replayed({ reference, stream });
  for (const { row } of alarms) expect(row).toBeGreaterThanOrEqual(1000);
  const own = alarms.filter(({ feature }) => feature?.startsWith(`meaning (${measure}`));
  expect(own[0]?.row ?? Infinity).toBeLessThan(1700);
  expect((await replayed({ reference, stream, ignore: ['meaning'] })).alarms).toEqual([]);
  const { alarms: answers } = await replayed({ reference, stream, outputs: ['meaning'] });
  expect(new Set(answers.map(({ side }) => side))).toEqual(new Set(['output']));
});

test('lists that are not there, of another length or with gaps are told as such, and hide nothing', async () => {
  const reference = await parquet(embeddings(2000, 1));
  const change = (list: readonly number[], i: number): List => {
    if (i < 1000) return list;
    if (i % 10 < 3) return null;
    if (i % 10 === 3) return list.slice(1);
    return i % 10 === 4 ? [null, ...list.slice(1)] : list;
  };
  const stream = await parquet(embeddings(2500, 2, { change }));
  const { alarms, quality } = await replayed({ reference, stream });
  expect(alarms.find(({ feature }) => feature === 'meaning (norm)')?.kind).toBe('drift.null');
  const types = quality.filter(({ kind }) => kind === 'quality.type');
  expect(types.map(({ feature, rows, row }) => ({ feature, rows, row }))).toEqual([
    { feature: 'meaning (norm)', rows: 150, row: 1003 },
  ]);
  const without = join(folder, 'without.csv');
  writeFileSync(without, `n\n${Array.from({ length: 500 }, (_, i) => i % 7).join('\n')}\n`);
  const schema = (await replayed({ reference, stream: without })).quality.filter(
    ({ kind }) => kind === 'quality.schema',
  );
  expect(schema.map(({ feature }) => feature)).toEqual(['meaning']);
});

test('of lists of several lengths it is watched whether they are there', async () => {
  const uneven = (list: readonly number[], i: number): List => list.slice(i % 2);
  const reference = await parquet(embeddings(2000, 1, { change: uneven }));
  const change = (list: readonly number[], i: number): List => (i < 1000 || i % 2 === 0 ? list : null);
  const { alarms, features } = await replayed({
    reference,
    stream: await parquet(embeddings(2000, 2, { change })),
  });
  expect(features).toBe(2);
  expect(alarms.map(({ feature, kind }) => ({ feature, kind }))).toEqual([
    { feature: 'meaning', kind: 'drift.null' },
  ]);
});
