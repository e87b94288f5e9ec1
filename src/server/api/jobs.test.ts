import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/api.ts';

let api: TestApi;
const DOCUMENT = {
  model: 'churn@2',
  input: 'in/*.csv',
  key: 'id',
  output: 'postgres://me:canary@db/shop?table=scores',
  schedule: { triggers: [{ kind: 'cron', cron: '30 2 * * *', timeZone: 'Europe/Berlin' }, 'webhook'] },
};
const put = (path: string, body: unknown) => api.ask('PUT', path, { body: JSON.stringify(body) });
const post = (path: string, key?: string) =>
  api.ask('POST', path, { headers: key === undefined ? {} : { 'idempotency-key': key } });

beforeAll(async () => {
  api = await startTestApi();
  await put('/jobs/nightly', DOCUMENT);
});
afterAll(() => api.close());

test('a job is made of the document that plimsoll.yaml has, and says when it runs next', async () => {
  const { status, json } = await api.ask('GET', '/jobs/nightly');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    name: 'nightly',
    spec: { model: 'churn@2', key: 'id', source: { uri: join(api.dataDir, 'in/*.csv') } },
    schedule: { triggers: [{ kind: 'cron', misfire: 'once' }, { kind: 'webhook' }] },
    paused: false,
    // 02:30 in Berlin on the first day of the epoch, whose clocks are an hour ahead.
    nextAt: 5_400_000,
    latest: null,
  });
});

test('a password in it is kept for this user alone and is in no answer', async () => {
  const { json } = await api.ask('GET', '/jobs/nightly');
  expect(JSON.stringify(json)).not.toContain('canary');
  expect(readFileSync(join(api.dataDir, 'keys/jobs/nightly.json'), 'utf8')).toContain('canary');
});

test('every mistake in a document is named', async () => {
  const { status, json } = await put('/jobs/wrong', {
    ...DOCUMENT,
    key: undefined,
    schedule: { triggers: [{ kind: 'cron', cron: '61 * * * *' }] },
  });
  expect(status).toBe(422);
  expect(json.error?.code).toBe('SPEC_INVALID');
  expect((await api.ask('GET', '/jobs/wrong')).json.error).toMatchObject({ code: 'JOB_UNKNOWN' });
});

describe('a webhook', () => {
  test('starts one run for each key, however often it is called', async () => {
    const first = await post('/jobs/nightly:trigger', 'order-7');
    const again = await post('/jobs/nightly:trigger', 'order-7');
    const other = await post('/jobs/nightly:trigger', 'order-8');
    expect(first.status).toBe(202);
    expect(again.json).toEqual(first.json);
    expect(other.json).toMatchObject({ isNew: true, run: { due: 'webhook/order-8', state: 'queued' } });
    const { json } = await api.ask('GET', '/jobs/nightly/runs');
    expect(json['items']).toHaveLength(2);
  });

  test('of a job that has none is not known, and of one that is paused refused', async () => {
    await put('/jobs/plain', { ...DOCUMENT, schedule: undefined });
    expect((await post('/jobs/plain:trigger')).json.error?.code).toBe('WEBHOOK_UNKNOWN');
    await post('/jobs/nightly:pause');
    expect((await post('/jobs/nightly:trigger')).json.error?.code).toBe('JOB_PAUSED');
    await post('/jobs/nightly:unpause');
    expect((await post('/jobs/nightly:trigger')).status).toBe(202);
  });
});

test('a run is started by hand, looked at, and cancelled once', async () => {
  const { json } = await post('/jobs/plain/runs');
  const { id } = json['run'] as { id: string };
  expect((await api.ask('GET', `/jobs/plain/runs/${id}`)).json).toMatchObject({ id, cause: 'server' });
  expect((await post(`/jobs/plain/runs/${id}:cancel`)).json).toMatchObject({ state: 'cancelled' });
  expect((await post(`/jobs/plain/runs/${id}:cancel`)).json.error?.code).toBe('JOB_STATE');
  expect((await api.ask('GET', '/jobs/plain/runs/none')).json.error?.code).toBe('RUN_UNKNOWN');
});

test('why somebody has paused, started or cancelled is kept', async () => {
  const body = JSON.stringify({ reason: 'the table is being mended' });
  await api.ask('POST', '/jobs/plain:pause', { body });
  await api.ask('POST', '/jobs/plain:unpause', { body });
  const { json } = await api.ask('POST', '/jobs/plain/runs', { body });
  const { id } = json['run'] as { id: string };
  await api.ask('POST', `/jobs/plain/runs/${id}:cancel`, { body });
  expect(api.notes.slice(-4)).toEqual(
    ['job.paused', 'job.unpaused', 'job.run-started', 'job.run-cancelled'].map((what) =>
      expect.objectContaining({
        what,
        body: expect.objectContaining({ reason: 'the table is being mended' }),
      }),
    ),
  );
});

test('a run without rows to list has none, and nothing to replay, release or sign', async () => {
  const { json } = await post('/jobs/plain/runs');
  const { id } = json['run'] as { id: string };
  const at = `/jobs/plain/runs/${id}`;
  expect((await api.ask('GET', `${at}/rejects`)).json).toEqual({ items: [], next: null });
  expect((await api.ask('GET', `${at}/reject-groups`)).json).toEqual({ groups: [], rows: 0, isWhole: true });
  expect((await api.ask('GET', `${at}/outputs`)).json).toEqual({ before: null, columns: [] });
  for (const what of ['replay', 'release'])
    expect((await post(`${at}:${what}`)).json.error?.code).toBe('JOB_STATE');
  expect((await api.ask('GET', `${at}/receipt`)).json.error?.code).toBe('JOB_STATE');
  const file = await api.ask('POST', `${at}:replay`, { body: JSON.stringify({ model: '/etc/passwd' }) });
  expect(file.json.error?.code).toBe('REQUEST_INVALID');
});
