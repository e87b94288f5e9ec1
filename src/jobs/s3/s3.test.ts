/** Object stores as sources and sinks, against one server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { literal } from '../../sql/identifiers.ts';
import { openSink, openSinkWriter } from '../sinks/open.ts';
import { sinkContract } from '../sinks/testing/contract.ts';
import {
  accountOf,
  COLUMNS,
  laneDatabase,
  type Row,
  runOf,
  selectOf,
  sinkRowsOf,
} from '../sinks/testing/runs.ts';
import { freezeOptions, readAll, sourceContract } from '../sources/contract.ts';
import { tableFile, tableRows } from '../sources/objects/testing/tables.ts';
import { openSource } from '../sources/open.ts';
import type { JobSource } from '../sources/source.ts';
import { putFile } from './put.ts';
import { S3_HOOK_MILLIS, type S3Server, startS3 } from './testing/server.ts';

let server: S3Server;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-s3-'));
  server = await startS3();
}, S3_HOOK_MILLIS);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
}, S3_HOOK_MILLIS);

const placeOf = (uri: string): { Bucket: string; Key: string } => {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/([^?]*)/.exec(uri) ?? [];
  return { Bucket, Key };
};
const put = (uri: string, Body: Buffer | string) =>
  server.client.send(new PutObjectCommand({ ...placeOf(uri), Body }));
const keysOf = async (uri: string): Promise<string[]> => {
  const { Contents = [] } = await server.client.send(
    new ListObjectsV2Command({ Bucket: placeOf(uri).Bucket }),
  );
  return Contents.map(({ Key }) => Key ?? '');
};
async function bytesOf(uri: string): Promise<Buffer | null> {
  try {
    const { Body } = await server.client.send(new GetObjectCommand(placeOf(uri)));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return null;
    throw error;
  }
}
const open = (uri: string): Promise<JobSource> =>
  openSource({ source: { uri: `${uri}?${server.parameters}`, format: null }, key: 'id' }, {}, folder);

for (const format of ['parquet', 'csv', 'jsonl'] as const)
  sourceContract(`objects of ${format} in S3`, async () => {
    const bucket = await server.bucket();
    await put(`${bucket}/data/day=1/a b.${format}`, await tableFile(format, 1, 25));
    await put(`${bucket}/data/day=2/ä.${format}`, await tableFile(format, 26, 15));
    await put(`${bucket}/data/_SUCCESS`, 'x');
    await put(`${bucket}/data/notes.txt`, 'x');
    return {
      open: () => open(`${bucket}/data/`),
      columns: ['id', 'name'],
      rows: tableRows(format, 1, 40),
      change: async () =>
        void (await put(`${bucket}/data/day=2/ä.${format}`, await tableFile(format, 26, 14))),
    };
  });

async function readParquet(uri: string): Promise<readonly Row[]> {
  const path = join(folder, `${Math.random()}.parquet`);
  writeFileSync(path, (await bytesOf(uri))!);
  const db = await laneDatabase();
  const read = await db.runAndReadAll(`select columns(*)::varchar from read_parquet(${literal(path)})`);
  expect(read.columnNames()).toEqual(COLUMNS.map(({ name }) => name));
  const numbers: Readonly<Record<string, string>> = { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' };
  return (read.getRows() as (string | null)[][]).map(([id, text, amount, flag, predict]) => ({
    id: id!,
    text: text ?? null,
    amount: amount!,
    flag: flag === null ? null : flag === 'true',
    predict: numbers[predict!] ?? String(Number(predict)),
  }));
}

sinkContract({
  name: 'an object in S3',
  uri: async () => `${await server.bucket()}/out/table.parquet?${server.parameters}`,
  read: async (uri) => ((await bytesOf(uri)) === null ? null : readParquet(uri)),
  second: 'replaces',
  before: null,
  nan: 'NaN',
});

sinkContract({
  name: 'a prefix in S3',
  uri: async () => `${await server.bucket()}/out/?${server.parameters}`,
  read: async (uri) => {
    const [prefix] = uri.split('?');
    const manifest = await bytesOf(`${prefix}_manifest.json`);
    if (manifest === null) return null;
    const { parts } = JSON.parse(String(manifest)) as { parts: { name: string }[] };
    return (await Promise.all(parts.map(({ name }) => readParquet(`${prefix}${name}`)))).flat();
  },
  second: 'replaces',
  before: null,
  nan: 'NaN',
});

describe('objects in S3', () => {
  it('are named one by one, by patterns and by prefixes, and by those that have arrived', async () => {
    const bucket = await server.bucket();
    for (const [key, from] of [
      ['in/1.csv', 1],
      ['in/2.csv', 3],
      ['in/deep/3.csv', 5],
      ['other.csv', 7],
    ] as const)
      await put(`${bucket}/${key}`, await tableFile('csv', from, 2));
    const items = async (uri: string, only?: string[]) => {
      const source = await openSource(
        { source: { uri: `${uri}?${server.parameters}`, format: null, ...(only && { only }) }, key: 'id' },
        {},
        folder,
      );
      const frozen = await source.freeze(freezeOptions());
      await source.close();
      return frozen.items.map(({ path }) => path.slice(bucket.length + 1));
    };
    expect(await items(`${bucket}/in/1.csv`)).toEqual(['in/1.csv']);
    expect(await items(`${bucket}/in/*.csv`)).toEqual(['in/1.csv', 'in/2.csv']);
    expect(await items(`${bucket}/in/**/*.csv`)).toEqual(['in/1.csv', 'in/2.csv', 'in/deep/3.csv']);
    expect(await items(`${bucket}/in`)).toEqual(['in/1.csv', 'in/2.csv', 'in/deep/3.csv']);
    expect(await items(`${bucket}/`)).toHaveLength(4);
    expect(await items(`${bucket}/in/*.csv`, [`${bucket}/in/2.csv`])).toEqual(['in/2.csv']);
  });

  it('are read in the version that was frozen, where a bucket keeps versions', async () => {
    const bucket = await server.bucket();
    const uri = `${bucket}/t.csv`;
    await server.client.send(
      new PutBucketVersioningCommand({
        Bucket: placeOf(uri).Bucket,
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    );
    await put(uri, await tableFile('csv', 1, 5));
    const source = await open(uri);
    const frozen = await source.freeze(freezeOptions());
    await put(uri, await tableFile('csv', 7, 5));
    expect((await readAll(source, frozen, { columns: ['id', 'name'] })).rows).toEqual(tableRows('csv', 1, 5));
    await source.close();
  });

  it('say what is wrong: no bucket, no object, no server, one that is gone', async () => {
    const bucket = await server.bucket();
    const failure = async (uri: string) => {
      const source = await openSource({ source: { uri, format: null }, key: 'id' }, {}, folder);
      return source.freeze(freezeOptions()).finally(() => source.close());
    };
    await expect(failure(`s3://no-such-bucket/x.csv?${server.parameters}`)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    await expect(failure(`${bucket}/x.csv?${server.parameters}`)).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    await expect(failure(`${bucket}/x.csv?endpoint=http://127.0.0.1:1`)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    });
    await put(`${bucket}/x.csv`, await tableFile('csv', 1, 5));
    const source = await open(`${bucket}/x.csv`);
    const frozen = await source.freeze(freezeOptions());
    await server.client.send(new DeleteObjectCommand(placeOf(`${bucket}/x.csv`)));
    await expect(readAll(source, frozen, { columns: ['id'] })).rejects.toMatchObject({
      code: 'INPUT_CHANGED',
    });
  });

  it('are put in parts where they are large, and nothing is left where that fails', async () => {
    const bucket = await server.bucket();
    const [Bucket, path] = [placeOf(`${bucket}/`).Bucket, join(folder, 'large')];
    const bytes = Buffer.alloc(12 * 2 ** 20, 'abc');
    writeFileSync(path, bytes);
    const large = { Bucket, Key: 'large', Metadata: { a: 'b' }, replaces: null };
    await putFile(server.client, large, path, bytes.length, 5 * 2 ** 20);
    expect((await bytesOf(`${bucket}/large`))?.equals(bytes)).toBe(true);
    await expect(putFile(server.client, large, path, bytes.length, 5 * 2 ** 20)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 412 },
    });
    const { Uploads = [] } = await server.client.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads).toEqual([]);
  });

  it('keep nothing of a run but what it published', async () => {
    const bucket = await server.bucket();
    const uri = `${bucket}/out/?${server.parameters}`;
    for (const name of ['run-1', 'run-2']) {
      const run = runOf(uri, { run: name });
      const sink = await openSink(run);
      await sink.prepare([]);
      const writer = await openSinkWriter(run);
      const db = await laneDatabase();
      const accounts = [
        await writer.write(db, selectOf(0), accountOf(0)),
        await writer.write(db, selectOf(1), accountOf(1)),
      ];
      await sink.publish(accounts, {});
      await sink.discard();
    }
    expect(await keysOf(uri)).toEqual([
      'out/_manifest.json',
      'out/run-2-part-00000000-1.parquet',
      'out/run-2-part-00000001-1.parquet',
    ]);
    const back = await open(`${bucket}/out/`);
    expect(await back.freeze(freezeOptions())).toMatchObject({ rows: 2 * sinkRowsOf(0).length });
    await back.close();
  });

  it('refuse a job whose bucket is not there before any work is done', async () => {
    const sink = await openSink(runOf(`s3://no-such-bucket/out.parquet?${server.parameters}`));
    await expect(sink.prepare([])).rejects.toMatchObject({ code: 'SINK_INVALID' });
    const gone = await openSink(runOf('s3://bucket/out/?endpoint=http://127.0.0.1:1'));
    await expect(gone.prepare([])).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
  });
});
