import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { SILENT_LOGGER } from '../start.ts';
import { fetchFolder } from './google-storage.ts';

const TOKEN = 'ya29.a-token';
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Metadata server and storage in one, which refuse what the real ones refuse; `first` may answer instead. */
async function google(objects: Record<string, string>, first: Answer = () => false) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://google');
    asked.push(url.pathname);
    if (first(request, response)) return;
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (url.pathname.endsWith('/service-accounts/default/token')) {
      if (request.headers['metadata-flavor'] !== 'Google') return send(403, {});
      return send(200, { access_token: TOKEN, expires_in: 3599, token_type: 'Bearer' });
    }
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return send(401, {});
    const name = /^\/storage\/v1\/b\/bucket\/o\/(.+)$/.exec(url.pathname)?.[1];
    if (name !== undefined) return void response.end(objects[decodeURIComponent(name)]);
    // One object a page: whoever asks once has seen one.
    const names = Object.keys(objects).filter((key) => key.startsWith(url.searchParams.get('prefix') ?? ''));
    const at = Number(url.searchParams.get('pageToken') ?? 0);
    const items = names.slice(at, at + 1).map((key) => ({
      name: key,
      size: String(Buffer.byteLength(objects[key]!)),
      md5Hash: createHash('md5').update(objects[key]!).digest('base64'),
    }));
    send(200, { items, ...(at + 1 < names.length ? { nextPageToken: String(at + 1) } : {}) });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-storage-'));
  cleanups.push(
    () => server.close(),
    () => rmSync(folder, { recursive: true }),
  );
  const env = { GCE_METADATA_HOST: host, STORAGE_EMULATOR_HOST: `http://${host}` };
  return { asked, folder, fetch: (uri: string) => fetchFolder(uri, folder, { env, logger: SILENT_LOGGER }) };
}

test('a folder is fetched page by page with the token of the metadata server, and nothing beside it', async () => {
  const { folder, fetch } = await google({
    'model/plimsoll.json': '{}',
    'model/original/a b.joblib': 'bytes',
    'model/original/': '',
    'model-2/other': 'no',
  });
  await fetch('gs://bucket/model');
  expect(readFileSync(join(folder, 'plimsoll.json'), 'utf8')).toBe('{}');
  expect(readFileSync(join(folder, 'original/a b.joblib'), 'utf8')).toBe('bytes');
  expect(() => readFileSync(join(folder, '2/other'))).toThrow();
});

test('what is a matter of the moment is tried again', async () => {
  let refusals = 2;
  const { folder, fetch } = await google({ 'm/a': 'bytes' }, (request, response) => {
    if (!request.url!.includes('alt=media') || refusals-- <= 0) return false;
    response.writeHead(503).end();
    return true;
  });
  await fetch('gs://bucket/m/');
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('bytes');
});

test('bytes that are not those of the list are refused after four tries', async () => {
  const { asked, fetch } = await google({ 'm/a': 'bytes' }, (request, response) => {
    if (!request.url!.includes('alt=media')) return false;
    response.end('other');
    return true;
  });
  await expect(fetch('gs://bucket/m')).rejects.toThrow(/came with md5 .*, 4 times/);
  expect(asked.filter((path) => path.endsWith('m%2Fa'))).toHaveLength(4);
});

test('names that lead elsewhere, folders with nothing in them and refusals end it at once', async () => {
  const { fetch: climb } = await google({ 'm/../../etc/passwd': 'x' });
  await expect(climb('gs://bucket/m')).rejects.toThrow('whose name is no path');
  const { fetch: empty } = await google({});
  await expect(empty('gs://bucket/m')).rejects.toThrow('there is nothing in it');
  const { asked, fetch: forbidden } = await google({ 'm/a': 'x' }, (request, response) => {
    if (!request.url!.startsWith('/storage')) return false;
    response.writeHead(403).end();
    return true;
  });
  await expect(forbidden('gs://bucket/m')).rejects.toThrow('it answered 403');
  expect(asked.filter((path) => path.startsWith('/storage'))).toHaveLength(1);
});
