import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../disk/durable.ts';
import { openSink, openSinkWriter } from '../open.ts';
import { sinkContract } from '../testing/contract.ts';
import { cellsToRow, readParquet } from '../testing/readers.ts';
import {
  accountOf,
  COLUMNS,
  laneDatabase,
  type Row,
  runOf,
  selectOf,
  temporaryFolder,
} from '../testing/runs.ts';

/** NULL is an empty cell, an empty text `""`: csv-parse tells them apart by the quotes. */
function readCsv(path: string): readonly Row[] {
  const rows: string[][] = parse(readFileSync(path), {
    cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
  });
  expect(rows[0]).toEqual(COLUMNS.map(({ name }) => name));
  return rows.slice(1).map(cellsToRow);
}

function readJsonLines(path: string): readonly Row[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const exact = line.replace(/"amount":([\d.]+)/, '"amount":"$1"');
    return cellsToRow(
      Object.values(JSON.parse(exact) as object).map((value) => (value === null ? null : String(value))),
    );
  });
}

const READERS = { parquet: readParquet, csv: readCsv, jsonl: readJsonLines } as const;

for (const format of ['parquet', 'csv', 'jsonl'] as const) {
  const nan = format === 'parquet' ? 'NaN' : 'null';
  sinkContract({
    name: `a file of ${format}`,
    uri: async () => join(temporaryFolder(), `out.${format}`),
    read: async (uri) => (existsSync(uri) ? READERS[format](uri) : null),
    second: 'replaces',
    before: null,
    nan,
  });
  sinkContract({
    name: `a folder of ${format}`,
    uri: async () => `${join(temporaryFolder(), 'out')}/`,
    read: async (uri) => {
      if (!existsSync(join(uri, '_manifest.json'))) return null;
      const { parts } = JSON.parse(readFileSync(join(uri, '_manifest.json'), 'utf8')) as {
        parts: { name: string; sha256: string }[];
      };
      for (const { name, sha256 } of parts) expect(await digestOf(join(uri, name))).toBe(sha256);
      const rows = await Promise.all(parts.map(({ name }) => READERS[format](join(uri, name))));
      return rows.flat();
    },
    second: 'replaces',
    before: null,
    sink: { format },
    nan,
  });
}

const errorOf = (work: Promise<unknown>): Promise<{ code: string; message: string }> =>
  work.then(
    () => ({ code: 'none', message: '' }),
    (error: { code: string; message: string }) => error,
  );

describe('a sink of files', () => {
  const writeChunks = async (run: ReturnType<typeof runOf>, chunks: readonly number[]) => {
    const db = await laneDatabase();
    const writer = await openSinkWriter(run);
    return Promise.all(chunks.map((chunk) => writer.write(db, selectOf(chunk), accountOf(chunk))));
  };

  test('does not count a part that was harmed, and removes what a killed worker left', async () => {
    const uri = join(temporaryFolder(), 'out.parquet');
    const run = runOf(uri);
    const sink = await openSink(run);
    await sink.prepare([]);
    const [first, second] = await writeChunks(run, [0, 1]);
    const staging = join(uri, '..', '.out.parquet.plimsoll-run-1');
    const bytes = readFileSync(join(staging, second!.part!.name));
    bytes[40]! ^= 1;
    writeFileSync(join(staging, second!.part!.name), bytes);
    writeFileSync(join(staging, 'part-00000009-1.parquet.tmp'), 'half');
    expect(await sink.prepare([first!, second!])).toEqual([first]);
    expect(readdirSync(staging).sort()).toEqual(['fence', first!.part!.name]);
  });

  test('does the same bytes again, so that a digest says whether a part is the same', async () => {
    const run = runOf(join(temporaryFolder(), 'out.parquet'));
    await (await openSink(run)).prepare([]);
    const [once] = await writeChunks(run, [0]);
    const [again] = await writeChunks(run, [0]);
    expect(again).toEqual(once);
  });

  test('leaves nothing beside a file that is published and noted', async () => {
    const folder = temporaryFolder();
    const run = runOf(join(folder, 'out.csv'));
    const sink = await openSink(run);
    await sink.prepare([]);
    const published = await sink.publish(await writeChunks(run, [0]), {});
    await sink.discard();
    expect(readdirSync(folder)).toEqual(['out.csv']);
    expect(published.digest).toBe(await digestOf(join(folder, 'out.csv')));
  });

  test('removes the parts of the run before from a folder, and nothing else that its manifest may name', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'out');
    const publish = async (name: string, chunk: number): Promise<void> => {
      const run = runOf(`${out}/`, { run: name });
      const sink = await openSink(run);
      await sink.prepare([]);
      await sink.publish(await writeChunks(run, [chunk]), { fingerprint: 'f' });
      await sink.discard();
    };
    await publish('run-1', 0);
    const manifest = JSON.parse(readFileSync(join(out, '_manifest.json'), 'utf8')) as { parts: object[] };
    expect(manifest).toMatchObject({ run: 'run-1', rows: 50, fingerprint: 'f' });
    writeFileSync(join(folder, 'precious-part-00000000-1.parquet'), 'x');
    writeFileSync(join(out, 'notes.txt'), 'x');
    const hostile = ['../precious-part-00000000-1.parquet', 'notes.txt', '', 7, null];
    const parts = [...manifest.parts, ...hostile.map((name) => ({ name })), null];
    writeFileSync(join(out, '_manifest.json'), JSON.stringify({ parts }));
    await publish('run-2', 1);
    expect(readdirSync(out).sort()).toEqual(['_manifest.json', 'notes.txt', 'run-2-part-00000001-1.parquet']);
    expect(readdirSync(folder).sort()).toEqual(['out', 'precious-part-00000000-1.parquet']);
  });

  test('refuses targets that cannot become what was asked for', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder.csv'));
    const refusal = (uri: string, options = {}) =>
      errorOf(openSink(runOf(uri, options)).then((sink) => sink.prepare([])));
    expect(await refusal(join(folder, 'none/out.csv'))).toMatchObject({ code: 'SINK_INVALID' });
    expect(await refusal(join(folder, 'folder.csv'))).toMatchObject({ code: 'SINK_INVALID' });
    expect(await refusal(`${folder}/file/`)).toMatchObject({ code: 'SINK_INVALID' });
    expect(await refusal(join(folder, 'out.arrow'))).toMatchObject({ code: 'SINK_INVALID' });
    expect(await refusal(join(folder, 'out.csv'), { mode: 'upsert' })).toMatchObject({
      code: 'SINK_INVALID',
    });
    expect(await refusal('ftp://host/out.csv')).toMatchObject({ code: 'SINK_INVALID' });
  });

  test.runIf(process.getuid?.() === 0)('says what a full disk lacks, and leaves no torso on it', async () => {
    const folder = temporaryFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    try {
      for (const format of ['csv', 'parquet'] as const) {
        const run = runOf(join(folder, `out.${format}`), { run: format });
        const sink = await openSink(run);
        await sink.prepare([]);
        const writer = await openSinkWriter(run);
        const many = `SELECT s.* REPLACE (s.id + r.range * 50 AS id, random() AS predict) FROM (${selectOf(0)}) AS s, range(200) AS r`;
        const error = await errorOf(writer.write(await laneDatabase(), many, accountOf(0, 10_000)));
        expect(error.code).toBe('DISK_FULL');
        expect(error.message).toMatch(/: \d+ bytes are free, \d+ or more were wanted$/);
        expect(readdirSync(join(folder, `.out.${format}.plimsoll-${format}`))).toEqual(['fence']);
      }
    } finally {
      execFileSync('umount', [folder]);
    }
  });

  test.runIf(process.getuid?.() === 0)('does not begin a file for which there is no room', async () => {
    const folder = temporaryFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
    try {
      const run = runOf(join(folder, 'out.csv'));
      const sink = await openSink(run);
      await sink.prepare([]);
      const accounts = await writeChunks(run, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      expect(await errorOf(sink.publish(accounts, {}))).toMatchObject({ code: 'DISK_FULL' });
      expect(existsSync(join(folder, 'out.csv'))).toBe(false);
      expect(await sink.prepare(accounts)).toEqual(accounts);
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});
