import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { formatOfName, listFiles, partitionOf } from './listing.ts';

/** A folder with files of these names. */
function folder(...names: string[]): string {
  const base = mkdtempSync(join(tmpdir(), 'plimsoll-'));
  for (const name of names) {
    mkdirSync(dirname(join(base, name)), { recursive: true });
    writeFileSync(join(base, name), 'x');
  }
  return base;
}
const listed = async (base: string, uri = base): Promise<string[]> =>
  (await listFiles(uri, null)).paths.map((path) => relative(base, path));

test('files are listed in the order of the bytes of their paths', async () => {
  const base = folder('b.csv', 'a/z.csv', 'a.csv', 'B.csv', '10.csv', '9.csv', '\u{1F600}.csv', '\uFFFD.csv');
  expect(await listed(base)).toEqual([
    '10.csv',
    '9.csv',
    'B.csv',
    'a.csv',
    'a/z.csv',
    'b.csv',
    '\uFFFD.csv',
    '\u{1F600}.csv',
  ]);
});

test('patterns name files below the folder they begin with', async () => {
  const base = folder('2026/a.csv', '2026/x/b.csv', '2025/c.csv', '2026/d.txt', '2026/_e.csv');
  expect(await listed(base, `${base}/2026/*.csv`)).toEqual(['2026/a.csv']);
  expect(await listed(base, `${base}/**/*.csv`)).toEqual(['2025/c.csv', '2026/a.csv', '2026/x/b.csv']);
  expect(await listed(base, `${base}/202[56]/{a,c}.csv`)).toEqual(['2025/c.csv', '2026/a.csv']);
});

test('a file whose name looks like a pattern is that file', async () => {
  const base = folder('a[1].csv', 'a1.csv');
  expect(await listed(base, `${base}/a[1].csv`)).toEqual(['a[1].csv']);
});

test('links lead to files, but not to folders, which may contain themselves', async () => {
  const base = folder('a.csv', 'sub/b.csv');
  symlinkSync(join(base, 'a.csv'), join(base, 'c.csv'));
  symlinkSync(base, join(base, 'circle'));
  symlinkSync(join(base, 'nowhere'), join(base, 'd.csv'));
  expect(await listed(base)).toEqual(['a.csv', 'c.csv', 'sub/b.csv']);
});

test('a manifest says which files a folder has, and nothing outside of it', async () => {
  const base = folder('1.csv', '2.csv', 'stale.csv');
  const manifest = (value: unknown): void =>
    writeFileSync(join(base, '_manifest.json'), JSON.stringify(value));
  manifest({ parts: [{ name: '2.csv', rows: 1 }, { name: '1.csv' }] });
  expect(await listed(base)).toEqual(['1.csv', '2.csv']);
  for (const parts of [[{ name: '../x.csv' }], [{ name: '..' }], [{ name: 'a/b.csv' }], [null], 7]) {
    manifest({ parts });
    await expect(listFiles(base, null)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  }
  writeFileSync(join(base, '_manifest.json'), '{');
  await expect(listFiles(base, null)).rejects.toThrow(/_manifest\.json: expected JSON/);
});

test('what cannot be listed says what was looked for', async () => {
  const base = folder('a.csv', 'b.parquet', 'c.xyz');
  await expect(listFiles(base, null)).rejects.toMatchObject({
    code: 'SOURCE_INVALID',
    message: expect.stringContaining('files of several formats (csv and parquet)'),
  });
  expect((await listFiles(base, 'parquet')).paths).toEqual([join(base, 'b.parquet')]);
  await expect(listFiles(join(base, 'c.xyz'), null)).rejects.toThrow(/its name does not say a format/);
  expect(await listFiles(join(base, 'c.xyz'), 'csv')).toMatchObject({ format: 'csv' });
  for (const gone of ['d.csv', '*.jsonl', 'none/*.csv']) {
    await expect(listFiles(join(base, gone), null)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  }
  await expect(listFiles(join(base, '[z-a].csv'), null)).rejects.toMatchObject({ code: 'SOURCE_INVALID' });
  await expect(listFiles(folder('a.csv', 'b.csv.gz'), null)).rejects.toThrow(/b\.csv\.gz": it is packed/);
  await expect(listFiles(folder('notes.txt'), null)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});

test('formats are told by endings, in any case', () => {
  expect(
    ['a.PARQUET', 'a.pq', 'a.tsv', 'a.ndjson', 'a.feather', 'a.csv.bak', 'parquet'].map(formatOfName),
  ).toEqual(['parquet', 'parquet', 'csv', 'jsonl', 'arrow', null, null]);
});

test('folders that name a value give it, as Spark writes it', () => {
  expect(partitionOf('/data/day=2026-11-01/at=10%3A30/x=a=b/=y/plain/k=v.csv')).toEqual({
    day: '2026-11-01',
    at: '10:30',
    x: 'a=b',
  });
  expect(partitionOf('/data/__proto__=1/bad=%E0%A4%A/x.csv')).toEqual(
    Object.fromEntries([
      ['__proto__', '1'],
      ['bad', '%E0%A4%A'],
    ]),
  );
});
