import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freezeOptions, memoryPieces, readAll, sourceContract } from '../contract.ts';
import { tableFile, tableRows } from '../objects/testing/tables.ts';
import type { JobSource } from '../source.ts';
import { openHttp } from './http.ts';

interface Served {
  bytes: Buffer;
  readonly validator: 'etag' | 'weak' | 'modified' | 'none';
  readonly ranges: boolean;
}

const files = new Map<string, Served>();
let asked: { url: string; range: string | undefined; authorization: string | undefined }[] = [];
let sent = 0;

function answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
  const { range, authorization } = headers;
  asked.push({ url, range, authorization });
  const { pathname, searchParams } = new URL(url, 'http://h');
  const to = searchParams.get('to');
  if (to !== null) return void response.writeHead(302, { location: to }).end();
  if (pathname.startsWith('/status/')) return void response.writeHead(Number(pathname.slice(8))).end();
  if (pathname === '/cut.csv')
    return void response
      .writeHead(200, { etag: '"1"', 'content-length': '100' })
      .write('id\n', () => response.destroy());
  const file = files.get(pathname);
  if (file === undefined) return void response.writeHead(404).end();
  const tag = `"${file.bytes.length}-${file.bytes.subarray(-40).toString('hex')}"`;
  const validators = {
    etag: { etag: tag },
    weak: { etag: `W/${tag}` },
    modified: { 'last-modified': new Date(file.bytes.length * 1000).toUTCString() },
    none: {},
  };
  const [, from, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const given = validators[file.validator];
  const ifRange = headers['if-range'];
  const partial =
    file.ranges &&
    from !== undefined &&
    (ifRange === undefined || Object.values(given).includes(String(ifRange)));
  const bytes = partial ? file.bytes.subarray(Number(from), Number(end) + 1) : file.bytes;
  sent += bytes.length;
  const extra = partial
    ? { 'content-range': `bytes ${from}-${Number(from) + bytes.length - 1}/${file.bytes.length}` }
    : {};
  response.writeHead(partial ? 206 : 200, { ...given, ...extra, 'content-length': bytes.length }).end(bytes);
}

let server: Server;
let base: string;
beforeAll(async () => {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());
beforeEach(() => {
  asked = [];
  sent = 0;
});

const open = (uri: string): Promise<JobSource> => openHttp({ source: { uri, format: null }, key: 'id' }, {});

for (const format of ['parquet', 'csv', 'jsonl'] as const)
  for (const [validator, ranges] of [
    ['etag', true],
    ['weak', true],
    ['modified', true],
    ['etag', false],
  ] as const) {
    let made = 0;
    sourceContract(`${format} over HTTP (${validator}, ${ranges ? 'ranges' : 'no ranges'})`, async () => {
      const path = `/${validator}-${ranges}-${++made}.${format}`;
      files.set(path, { bytes: await tableFile(format, 1, 40), validator, ranges });
      return {
        open: () => open(`${base}${path}?signed=1`),
        columns: ['id', 'name'],
        rows: tableRows(format, 1, 40),
        change: async () => {
          files.get(path)!.bytes = await tableFile(format, 1, 41);
        },
      };
    });
  }

describe('a file behind a URL', () => {
  it('is read by the ranges that a chunk needs', async () => {
    const bytes = await tableFile('parquet');
    files.set('/large.parquet', { bytes, validator: 'etag', ranges: true });
    const source = await open(`${base}/large.parquet`);
    const frozen = await source.freeze(freezeOptions());
    expect(sent).toBeLessThan(bytes.length / 10);
    const chunks = await source.chunks(frozen, 2048);
    expect(chunks.map(({ rows }) => rows)).toEqual([2048, 2048, 904]);
    sent = 0;
    const { rows } = await readAll(
      { ...source, chunks: async () => [chunks[1]!], reader: (...given) => source.reader(...given) },
      frozen,
      { columns: ['id', 'name'] },
    );
    expect(rows).toEqual(tableRows('parquet', 2049, 2048));
    expect(sent).toBeLessThan(bytes.length * 0.6);
    await source.close();
  });

  it('is looked through once, where a killed process left off', async () => {
    const bytes = await tableFile('csv');
    files.set('/large.csv', { bytes, validator: 'etag', ranges: true });
    const source = await open(`${base}/large.csv`);
    const pieces = memoryPieces();
    const frozen = await source.freeze(freezeOptions({ pieces }));
    expect(pieces.kept.size).toBe(1);
    sent = 0;
    expect(await source.freeze(freezeOptions({ pieces }))).toEqual(frozen);
    expect(sent).toBeLessThanOrEqual(Math.min(2 ** 20, bytes.length) + 1);
    await source.close();
  });

  it('is found through a few redirects; its password goes to its own host only', async () => {
    files.set('/t.csv', { bytes: await tableFile('csv', 1, 3), validator: 'etag', ranges: true });
    const other = base.replace('127.0.0.1', 'localhost');
    const secret = base.replace('http://', 'http://user:s3cret@');
    const source = await open(`${secret}/t.csv?to=${encodeURIComponent(`${other}/t.csv`)}`);
    const frozen = await source.freeze(freezeOptions());
    expect(JSON.stringify(frozen)).not.toContain('s3cret');
    expect(
      asked
        .filter(({ url }) => url.includes('to='))
        .every(({ authorization }) => authorization === 'Basic dXNlcjpzM2NyZXQ='),
    ).toBe(true);
    expect(
      asked
        .filter(({ url }) => !url.includes('to='))
        .every(({ authorization }) => authorization === undefined),
    ).toBe(true);
    await source.close();
  });

  it('is not looked for on another host that it is redirected to, unless that is allowed', async () => {
    const { port } = new URL(base);
    const elsewhere = createServer((_, response) => response.end('id\n1\n')).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const target = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    let reached = 0;
    elsewhere.on('request', () => reached++);
    expect(port).not.toBe(new URL(target).port);
    const source = await open(`${base}/t.csv?to=${encodeURIComponent(`${target}/t.csv`)}`);
    await expect(source.list()).rejects.toMatchObject({
      code: 'SOURCE_INVALID',
      message: expect.stringContaining('PLIMSOLL_REDIRECT_HOSTS=127.0.0.1'),
    });
    expect(reached).toBe(0);
    await source.close();
    const metadata = await open('http://169.254.169.254/latest/meta-data/t.csv');
    await expect(metadata.list()).rejects.toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
    await metadata.close();
    elsewhere.close();
  });

  it('is refused where it cannot be relied on, without telling its password', async () => {
    files.set('/none.csv', { bytes: await tableFile('csv', 1, 3), validator: 'none', ranges: true });
    files.set('/empty.csv', { bytes: Buffer.alloc(0), validator: 'etag', ranges: true });
    files.set('/short.parquet', {
      bytes: (await tableFile('parquet', 1, 9)).subarray(0, -3),
      validator: 'etag',
      ranges: true,
    });
    const secret = base.replace('http://', 'http://user:s3cret@');
    const circle = `${secret}/x.csv?to=${encodeURIComponent('/x.csv?to=%2Fx.csv')}`;
    for (const [uri, code] of [
      [`${secret}/none.csv`, 'SOURCE_INVALID'],
      [`${secret}/empty.csv`, 'INPUT_EMPTY'],
      [`${secret}/short.parquet`, 'INPUT_INVALID'],
      [`${secret}/gone.csv`, 'FILE_NOT_FOUND'],
      [`${secret}/status/403`, 'SOURCE_INVALID'],
      [`${secret}/status/503`, 'SOURCE_UNAVAILABLE'],
      [`${secret}/x.csv?to=file:///etc/passwd`, 'SOURCE_INVALID'],
      [`${secret}/cut.csv`, 'SOURCE_UNAVAILABLE'],
      [circle, 'FILE_NOT_FOUND'],
      ['http://user:s3cret@127.0.0.1:1/x.csv', 'SOURCE_UNAVAILABLE'],
    ] as const) {
      const source = await open(uri);
      const error = await source.freeze(freezeOptions()).catch((thrown) => thrown);
      expect([uri, error.code]).toEqual([uri, code]);
      expect(JSON.stringify([error, error.message, error.hint])).not.toContain('s3cret');
      await source.close();
    }
  });
});
