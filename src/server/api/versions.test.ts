import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { NewVersion } from '../../registry/new-version.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { VERSION } from './testing/control.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

const form = (parts: Record<string, string>, fields: Record<string, string> = {}): FormData => {
  const data = new FormData();
  for (const [name, text] of Object.entries(fields)) data.set(name, text);
  for (const [name, text] of Object.entries(parts)) data.set(name, new Blob([text]), `${name}.bin`);
  return data;
};
const named = (path: string): FormData => {
  const data = new FormData();
  data.set('file', new Blob(['bytes']), path);
  return data;
};
const upload = (body: FormData, query = '?wait=5s', headers: Record<string, string> = {}) =>
  fetch(`${api.url}/api/v1/models/churn/versions${query}`, { method: 'POST', body, headers });

test('an upload is on the disk while it is proved, and gone afterwards', async () => {
  let seen = '';
  api.control.addVersion = async (model, source, actor) => {
    seen = readFileSync(source.path, 'utf8') + readFileSync(source.golden!, 'utf8');
    api.control.told.push({
      name: 'addVersion',
      given: [model, { ...source, path: '', golden: '' }, actor.reason],
    });
    return { ...VERSION, version: 3 };
  };
  const answer = await upload(
    form({ file: 'bytes', golden: ' rows' }, { labels: '{"team":"growth"}', note: 'n', reason: 'r' }),
  );
  expect([answer.status, await answer.json()]).toMatchObject([
    201,
    { model: 'churn', version: 3, state: 'ready', checks: [{ name: 'checksum', ok: true }] },
  ]);
  expect(seen).toBe('bytes rows');
  expect(api.control.told[0]!.given.slice(1)).toMatchObject([{ labels: { team: 'growth' }, note: 'n' }, 'r']);
  await expect.poll(api.leftovers).toEqual([]);
});

test('a proof that takes longer than the caller waits is answered with the row that it is proved under', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  api.control.proving = promise;
  // sha256 of "bytes"
  const digest = '277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9';
  api.control.added = [{ ...VERSION, version: 3, state: 'validating', digest }];
  const answer = await upload(form({ file: 'bytes' }), '');
  expect([answer.status, await answer.json()]).toMatchObject([
    201,
    { version: 3, state: 'validating', digest },
  ]);
  expect(api.leftovers()).toHaveLength(1);
  resolve();
  await expect.poll(api.leftovers).toEqual([]);
});

test('uploads that are no uploads leave nothing behind', async () => {
  for (const body of [
    form({ golden: 'rows' }),
    form({ file: 'bytes', evil: 'x' }),
    form({ file: 'bytes' }, { labels: '{' }),
    form({ file: 'bytes' }, { colour: '"red"' }),
    named('../../m.bin'),
    named('/etc/m.bin'),
  ])
    expect((await upload(body)).status).toBe(422);
  const broken = httpRequest(`${api.url}/api/v1/models/churn/versions`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': '1000' },
  });
  broken.on('error', () => undefined);
  broken.write('--b\r\ncontent-disposition: form-data; name="file"; filename="m.bin"\r\n\r\nhalf');
  await expect.poll(api.leftovers).toHaveLength(1);
  broken.destroy();
  await expect.poll(api.leftovers).toEqual([]);
  expect(api.control.told).toEqual([]);
});

test('a wait that is no duration is refused before anything is received', async () => {
  for (const wait of ['soon', '-1s', '10'])
    expect((await upload(form({ file: 'bytes' }), `?wait=${wait}`)).status).toBe(422);
  expect(api.control.told).toEqual([]);
});

test('a path is taken from callers on this machine only', async () => {
  const send = (headers: Record<string, string>) =>
    api.ask('POST', '/models/churn/versions?wait=1s', { body: '{"path":"/etc/hostname"}', headers });
  const far = await send({ 'x-plimsoll-peer': '10.1.2.3', authorization: 'Bearer secret' });
  expect([far.status, far.json.error?.code]).toEqual([403, 'CONTROL_FORBIDDEN']);
  expect((await send({})).status).toBe(201);
});

test('an upload under a key stays while it is proved after the answer, and goes where the key was used before', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  api.control.proving = promise;
  const digest = '277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9';
  api.control.added = [{ ...VERSION, version: 3, state: 'validating', digest }];
  const send = () => upload(form({ file: 'bytes' }), '', { 'idempotency-key': 'k' });
  expect((await send()).status).toBe(201);
  expect(api.leftovers()).toHaveLength(1);
  expect((await send()).status).toBe(201);
  expect(api.leftovers()).toHaveLength(1);
  expect(api.control.told).toHaveLength(1);
  resolve();
  await expect.poll(api.leftovers).toEqual([]);
  expect((await upload(form({ file: 'other' }), '', { 'idempotency-key': 'k' })).status).toBe(422);
  expect(api.leftovers()).toEqual([]);
});

/** Files of an upload, each part under the names given. */
const tree = (
  files: readonly (readonly [string, string])[],
  fields: Record<string, string> = {},
): FormData => {
  const data = new FormData();
  for (const [name, text] of Object.entries(fields)) data.set(name, text);
  for (const [part, path] of files) data.append(part, new Blob([path]), path);
  return data;
};

test('modules, script and packages come with an upload, and are what Python is trusted with', async () => {
  let seen: readonly string[] = [];
  let told: NewVersion | undefined;
  api.control.addVersion = async (_, source) => {
    told = source;
    const { code, script, requirements } = source.python!;
    seen = [...code, script!, requirements!].filter((path) => existsSync(path)).map((path) => basename(path));
    return VERSION;
  };
  const files = [
    ['file', 'm.pkl'],
    ['code', 'churn_features.py'],
    ['code', 'rules/__init__.py'],
    ['code', 'rules/deep/one.py'],
    ['script', 'inference.py'],
    ['requirements', 'requirements.txt'],
  ] as const;
  const fields = { trust: 'true', runtime: 'python', python: '3.11', allow: '["network"]' };
  expect((await upload(tree(files, fields))).status).toBe(201);
  expect(seen.toSorted()).toEqual(['churn_features.py', 'inference.py', 'requirements.txt', 'rules']);
  expect(told).toMatchObject({
    runtime: 'python',
    python: { trust: true, python: '3.11', allow: ['network'] },
  });
});

test('a folder is uploaded by the paths of its files, all in one', async () => {
  let found: readonly string[] = [];
  api.control.addVersion = async (_, { path }) => {
    found = [basename(path), ...readdirSync(path).toSorted(), ...readdirSync(join(path, 'code'))];
    return VERSION;
  };
  const saved = [
    ['folder', 'churn/plimsoll.json'],
    ['folder', 'churn/code/churn_features.py'],
  ] as const;
  expect((await upload(tree(saved))).status).toBe(201);
  expect(found).toEqual(['churn', 'code', 'plimsoll.json', 'churn_features.py']);
  for (const more of [
    ['folder', 'other/plimsoll.json'],
    ['folder', 'plimsoll.json'],
    ['folder', 'churn/../x'],
    ['file', 'm.pkl'],
  ])
    expect((await upload(tree([...saved, more as [string, string]]))).status).toBe(422);
  await expect.poll(api.leftovers).toEqual([]);
});

test('without a word of trust nothing that is Python is taken, by upload or by path', async () => {
  const codes: unknown[] = [];
  for (const body of [
    tree([['file', 'm.pkl']], { runtime: 'python' }),
    tree([
      ['file', 'm.pkl'],
      ['script', 'inference.py'],
    ]),
    tree([
      ['file', 'm.pkl'],
      ['code', 'a.py'],
    ]),
  ]) {
    const answer = await upload(body);
    codes.push([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]);
  }
  for (const body of [
    '{"path":"/m.pkl","runtime":"python"}',
    '{"path":"/m.pkl","trust":false,"script":"/s.py"}',
  ]) {
    const { status, json } = await api.ask('POST', '/models/churn/versions', { body });
    codes.push([status, json.error?.code]);
  }
  expect(codes).toEqual([
    [403, 'PYTHON_UNTRUSTED'],
    [403, 'PYTHON_UNTRUSTED'],
    [422, 'REQUEST_INVALID'],
    [403, 'PYTHON_UNTRUSTED'],
    [403, 'PYTHON_UNTRUSTED'],
  ]);
  expect(api.control.told).toEqual([]);
  await expect.poll(api.leftovers).toEqual([]);
});

test('who trusts over the API is who pushes', async () => {
  const body = '{"path":"/m.pkl","trust":true,"code":["/src/a.py"],"reason":"ours"}';
  const headers = { 'x-plimsoll-by': 'ana' };
  expect((await api.ask('POST', '/models/churn/versions?wait=1s', { body, headers })).status).toBe(201);
  const [, source, actor] = api.control.told[0]!.given;
  expect(source).toMatchObject({
    path: '/m.pkl',
    python: { trust: true, code: ['/src/a.py'], script: null },
  });
  expect(actor).toEqual({ by: 'ana', reason: 'ours' });
});
