import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './test-api.ts';
import { VERSION } from './test-control.ts';

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
  api.control.proof = promise;
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
  api.control.proof = promise;
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
