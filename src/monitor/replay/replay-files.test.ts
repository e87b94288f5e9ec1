import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { literal } from '../../sql/identifiers.ts';
import { gaussian } from '../drift/testing/features.ts';
import { DEFAULT_MONITOR } from '../policy/policy.ts';
import { parseFalseAlarms } from './false-alarms.ts';
import { type FileReplayOptions, type FileReplayReport, replayFiles } from './replay-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Cell = number | string | null;
type Row = Readonly<Record<string, Cell>>;

function csv(name: string, rows: readonly Row[]): string {
  const path = join(folder, name);
  const columns = Object.keys(rows[0]!);
  const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(','));
  writeFileSync(path, `${[columns.join(','), ...lines].join('\n')}\n`);
  return path;
}

async function asParquet(path: string): Promise<string> {
  const target = path.replace(/csv$/, 'parquet');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const db = await instance.connect();
  await db.run(`COPY (FROM read_csv(${literal(path)})) TO ${literal(target)} (FORMAT parquet)`);
  db.closeSync();
  instance.closeSync();
  return target;
}

const replayed = async (
  options: Partial<FileReplayOptions> & Pick<FileReplayOptions, 'reference' | 'stream'>,
) =>
  (
    await replayFiles({
      time: null,
      outputs: [],
      ignore: [],
      budget: parseFalseAlarms('1/100000')!,
      minimumPsi: 0.05,
      minimumShare: 0.02,
      quality: DEFAULT_MONITOR.quality,
      baselines: [],
      season: false,
      progress: () => undefined,
      ...options,
    })
  ).report;

const brief = ({ alarms }: FileReplayReport) => alarms.map(({ feature, kind }) => ({ feature, kind }));

const CITIES = ['Oslo', 'Rome', 'Bonn'];

/** Rows of a customer table; `change` replaces cells of the rows from `at` on. */
function customers(
  rows: number,
  seed: number,
  at = Infinity,
  change: (row: Row, random: { next(): number }) => Row = (row) => row,
): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, (_, k) => {
    const row: Row = {
      at: new Date(Date.UTC(2026, 0, 1) + k * 60_000).toISOString(),
      income: Number((50 + 10 * gaussian(random)).toFixed(4)),
      age: Math.floor(20 + 60 * random.next()),
      city: CITIES[Math.floor(random.next() * 3)]!,
    };
    return k >= at ? change(row, random) : row;
  });
}

const REFERENCE = csv('reference.csv', customers(4000, 1));

const CHANGES = {
  income: (row: Row) => ({ ...row, income: Number(row['income']) + 10 }),
  nulls: (row: Row, random: { next(): number }) => (random.next() < 0.2 ? { ...row, age: null } : row),
  unseen: (row: Row, random: { next(): number }) => (random.next() < 0.2 ? { ...row, city: 'Lima' } : row),
  mix: (row: Row) => ({ ...row, city: row['city'] === 'Rome' ? 'Oslo' : row['city']! }),
};

test.each([
  ['income', 'income', 'drift.numeric'],
  ['nulls', 'age', 'drift.null'],
  ['unseen', 'city', 'drift.unseen'],
  ['mix', 'city', 'drift.categorical'],
] as const)(
  'a change of %s is told once, soon after it began, of CSV and Parquet alike',
  async (change, feature, kind) => {
    const stream = csv(`${change}.csv`, customers(9000, 2, 5000, CHANGES[change]));
    const report = await replayed({ reference: REFERENCE, stream, time: 'at' });
    expect(brief(report)).toEqual([{ feature, kind }]);
    const [alarm] = report.alarms;
    expect(alarm!.row).toBeGreaterThanOrEqual(5000);
    expect(alarm!.row).toBeLessThan(5400);
    expect(alarm!.time).toBe(new Date(Date.UTC(2026, 0, 1) + alarm!.row * 60_000).toISOString());
    expect(alarm!.effect.low).toBeGreaterThanOrEqual(
      kind === 'drift.numeric' || kind === 'drift.categorical' ? 0.05 : 0.02,
    );
    expect(alarm!.effect.low).toBeLessThan(alarm!.effect.value);
    expect(alarm!.effect.high).toBeGreaterThan(alarm!.effect.value);
    expect(alarm!.evidence.log).toBeGreaterThan(Math.log(1e5));
    expect(alarm!.sentence).toContain(feature);
    expect(report).toMatchObject({
      rows: 9000,
      features: 3,
      baselines: { always: { alarms: 9 }, never: { alarms: 0 } },
    });
    const files = { reference: await asParquet(REFERENCE), stream: await asParquet(stream) };
    expect(await replayed({ ...files, time: 'at' })).toEqual(report);
  },
);

test('rows like the reference tell nothing, and the summary says what was to be expected', async () => {
  const stream = csv('quiet.csv', customers(20_000, 3));
  const report = await replayed({
    reference: REFERENCE,
    stream,
    time: 'at',
    budget: parseFalseAlarms('1/90d')!,
  });
  expect(report.alarms).toEqual([]);
  expect(report.quality).toEqual([]);
  // 20,000 minutes are 13.9 days.
  expect(report.summary).toBe('would not have fired in 14 d; expected at most 0.15 false alarms');
});

test('a correlation that turns round is told of several features, while each by itself is as it was', async () => {
  const pairs = (seed: number, rows: number, sign: (k: number) => number): Row[] => {
    const random = seededRandom(seed);
    return Array.from({ length: rows }, (_, k) => {
      const x = gaussian(random);
      return { x, y: 0.9 * sign(k) * x + Math.sqrt(1 - 0.81) * gaussian(random), z: gaussian(random) };
    });
  };
  const reference = csv(
    'pairs.csv',
    pairs(1, 4000, () => 1),
  );
  const stream = csv(
    'turned.csv',
    pairs(2, 6000, (k) => (k < 3000 ? 1 : -1)),
  );
  const report = await replayed({ reference, stream });
  expect(brief(report)).toEqual([{ feature: null, kind: 'drift.multivariate' }]);
  expect(report.alarms[0]!.row).toBeGreaterThan(3000);
  expect(report.alarms[0]!.row).toBeLessThan(3600);
});

test('a column that the stream has not is a breach of the schema; text among numbers is one of types', async () => {
  const rows = customers(2000, 4).map(({ age: _, ...row }, k) =>
    k % 50 === 7 ? { ...row, income: 'much' } : row,
  );
  const report = await replayed({ reference: REFERENCE, stream: csv('broken.csv', rows), time: 'at' });
  const kinds = report.quality.map(({ kind, feature }) => `${kind} ${feature}`);
  expect(kinds).toContain('quality.schema age');
  expect(kinds).toContain('quality.type income');
  expect(report.quality.find(({ kind }) => kind === 'quality.type')).toMatchObject({ row: 7, rows: 40 });
});

test('values beyond the range of the reference are a breach, also where nothing drifts', async () => {
  const rows = customers(3000, 5).map((row, k) => (k === 1234 ? { ...row, income: 1e9 } : row));
  const report = await replayed({ reference: REFERENCE, stream: csv('far.csv', rows), time: 'at' });
  expect(report.alarms).toEqual([]);
  expect(report.quality).toMatchObject([{ kind: 'quality.range', feature: 'income', row: 1234, rows: 1 }]);
});

test('three months of flights, in which delays differ for certain and hardly at all, tell nothing', async () => {
  const path = join(import.meta.dirname, '../../../fixtures/monitoring/vega/flights-20k.json.gz');
  const flights = (
    JSON.parse(gunzipSync(readFileSync(path)).toString()) as { date: string; [key: string]: Cell }[]
  ).toSorted((a, b) => Date.parse(a.date) - Date.parse(b.date));
  const at = flights.findIndex(({ date }) => Date.parse(date) >= Date.parse('2001/02/15'));
  const reference = csv('flights-1.csv', flights.slice(0, at));
  const stream = csv('flights-2.csv', flights.slice(at));
  const report = await replayed({
    reference,
    stream,
    time: 'date',
    baselines: ['adwin', 'page-hinkley', 'kswin'],
  });
  expect(report.alarms).toEqual([]);
  expect(report.baselines['page-hinkley']!.alarms).toBeGreaterThan(0);
  expect(report.baselines['kswin']!.alarms).toBeGreaterThan(0);
});

test.each([
  ['seconds', 1],
  ['milliseconds', 1e3],
  ['microseconds', 1e6],
  ['nanoseconds', 1e9],
])('times may be numbers of %s since 1970', async (_, unit) => {
  const rows = Array.from({ length: 200 }, (__, i) => ({
    x: i % 7,
    at: (1_767_225_600 + i * 86_400) * unit,
  }));
  const reference = csv('epoch-reference.csv', rows);
  const found = await replayed({ reference, stream: reference, time: 'at' });
  expect(found).toMatchObject({ from: '2026-01-01T00:00:00.000Z', to: '2026-07-19T00:00:00.000Z' });
  expect(found.summary).toContain('in 199 d');
});

test('answers that the reference has not are refused', async () => {
  const reference = csv('answers.csv', customers(200, 5));
  await expect(replayed({ reference, stream: reference, outputs: ['score'] })).rejects.toThrow('"score"');
});

/** Orders by the hour: few at night, many by day, fewer at weekends; `shift` from `at` on. */
function orders(from: number, days: number, seed: number, at = Infinity, shift = 0): Row[] {
  const random = seededRandom(seed);
  return Array.from({ length: days * 144 }, (_, k) => {
    const time = Date.UTC(2026, 0, 5) + (from * 144 + k) * 600_000;
    const hour = new Date(time).getUTCHours();
    const weekend = [0, 6].includes(new Date(time).getUTCDay()) ? -2 : 0;
    const load =
      6 * Math.sin(((hour - 8) / 24) * 2 * Math.PI) + weekend + gaussian(random) + (k >= at ? shift : 0);
    return { at: new Date(time).toISOString(), load };
  });
}

test('with a season, a shift that is far less than the daily tide is told soon; without, not for long', async () => {
  const reference = csv('tide.csv', orders(0, 28, 1));
  const quiet = csv('tide-quiet.csv', orders(28, 28, 2));
  const shifted = csv('tide-shifted.csv', orders(28, 28, 2, 2016, 1.5));
  const asked = (stream: string, season: boolean) => replayed({ reference, stream, time: 'at', season });
  const calm = await asked(quiet, true);
  expect(calm.alarms).toEqual([]);
  expect(calm.quality.filter(({ kind }) => kind === 'quality.range')).toEqual([]);
  expect((await asked(quiet, false)).alarms).toEqual([]);
  const [found] = (await asked(shifted, true)).alarms;
  expect(found).toMatchObject({ feature: 'load', kind: 'drift.numeric' });
  expect(found!.row).toBeGreaterThanOrEqual(2016);
  expect(found!.row).toBeLessThan(2016 + 2 * 144);
  const [late] = (await asked(shifted, false)).alarms;
  expect(late?.row ?? Infinity).toBeGreaterThan(found!.row + 144);
});

test('hours of the week are not compared where the reference spans less than two weeks', async () => {
  const reference = csv('short.csv', orders(0, 10, 1));
  await expect(replayed({ reference, stream: reference, time: 'at', season: true })).rejects.toMatchObject({
    code: 'REFERENCE_INVALID',
  });
});
