import { expect, test } from 'vitest';
import type { CellType } from '../../scorer/scorer.ts';
import type { FrozenInput } from '../chunk.ts';
import type { JobSpec } from '../spec/spec.ts';
import { sparkJob } from './job.ts';

type Item = FrozenInput['items'][number];

const file = (path: string, change: object = {}): Item =>
  ({ kind: 'file', path, size: 1, mtimeMs: 0, digest: 'd', partition: {}, ...change }) as Item;

const jobOf = (items: readonly Item[], change: { uri?: string; columns?: string[]; types?: object } = {}) => {
  const types = { id: 'BIGINT', x: 'DOUBLE', day: 'DATE', took: 'TIME', ...change.types };
  return sparkJob({
    spec: {
      job: 'j',
      key: 'id',
      columns: change.columns ?? [],
      source: { uri: change.uri ?? '/in', format: null },
    } as unknown as JobSpec,
    frozen: { items, columns: Object.entries(types).map(([name, type]) => ({ name, type })), rows: null },
    inputs: ['x'],
    types: new Map<string, CellType>([['x', 'number']]),
    outputs: [{ name: 'predict', type: 'integer' }],
    staging: '/staging',
    sample: null,
  });
};

test('files that are read alike are one group, in the order of the input', () => {
  const { source } = jobOf([
    file('/in/day=1/a.parquet', { partition: { day: '1' } }),
    file('/in/day=1/b.parquet', { partition: { day: '1' } }),
    file('/in/day=__HIVE_DEFAULT_PARTITION__/c.parquet', {
      partition: { day: '__HIVE_DEFAULT_PARTITION__' },
    }),
  ]);
  expect(source).toEqual({
    format: 'parquet',
    groups: [
      {
        paths: ['file:///in/day=1/a.parquet', 'file:///in/day=1/b.parquet'],
        partition: { day: '1' },
        options: {},
        header: null,
      },
      {
        paths: ['file:///in/day=__HIVE_DEFAULT_PARTITION__/c.parquet'],
        partition: { day: null },
        options: {},
        header: null,
      },
    ],
  });
});

test("a pattern's characters in a path mean themselves, and S3 has Hadoop's scheme", () => {
  const { source } = jobOf([file('/in/a[1]{x}*.parquet'), file('s3://bucket/a.parquet')]);
  expect(source).toMatchObject({
    groups: [{ paths: [String.raw`file:///in/a\[1\]\{x\}\*.parquet`, 's3a://bucket/a.parquet'] }],
  });
});

test('a CSV file is read as texts, by its own delimiter and header', () => {
  const dialect = { delimiter: 59, header: ['id', '', 'x'], start: 6, line: 2 };
  const job = jobOf(
    [file('/in/a.csv', { layout: { records: 0, every: 1, bytes: [], lines: [], end: 6, dialect } })],
    { types: { id: 'VARCHAR' } },
  );
  expect(job.source).toMatchObject({
    format: 'csv',
    groups: [{ header: ['id', '', 'x'], options: { sep: ';', escape: '"', multiLine: 'true' } }],
  });
  expect(job.cells).toEqual({ x: 'number' });
});

test('a table is read by JDBC, and its password is nowhere in the job', () => {
  const table = { kind: 'table', path: 't', snapshot: {}, digest: '' } as Item;
  const job = jobOf([table], { uri: 'postgres://me:secret@db:5432/shop?table=a.b' });
  expect(job.source).toEqual({
    format: 'jdbc',
    options: { url: 'jdbc:postgresql://db:5432/shop', driver: 'org.postgresql.Driver', dbtable: '"a"."b"' },
  });
  expect(JSON.stringify(job)).not.toContain('secret');
});

test.each([
  [
    'a column that Spark would change',
    () => jobOf([file('/a.parquet')], { columns: ['took'] }),
    '"took" is TIME',
  ],
  ['JSON Lines', () => jobOf([file('/a.jsonl')]), 'neither Parquet nor CSV'],
  ['Arrow', () => jobOf([file('/a.arrow')]), 'neither Parquet nor CSV'],
  ['HTTP', () => jobOf([file('https://host/a.parquet')]), 'neither a file nor an object'],
  [
    'a name that staged rows have for themselves',
    () => jobOf([file('/a.parquet')], { columns: ['_raw'], types: { _raw: 'VARCHAR' } }),
    '"_raw"',
  ],
])('%s is refused', (_, make, words) => {
  expect(make).toThrow(
    expect.objectContaining({ code: 'SPARK_UNSUPPORTED', message: expect.stringContaining(words) }),
  );
});
