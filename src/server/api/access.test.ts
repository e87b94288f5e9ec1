import { afterEach, beforeEach, expect, test } from 'vitest';
import { OPERATIONS } from './operations.ts';
import { nameOf, OPERATION_SCOPES } from './scopes.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { DIFFERENCE_SHOWN } from './testing/contents.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

test.each([
  ['a name that was rebound to this address', { host: 'evil.example' }, 'HOST_FORBIDDEN'],
  ['a name that begins like ours', { host: '127.0.0.1.evil.example' }, 'HOST_FORBIDDEN'],
  ['an address of another net', { host: '10.0.0.1:8080' }, 'HOST_FORBIDDEN'],
  ['a page of another site', { origin: 'http://evil.example' }, 'ORIGIN_FORBIDDEN'],
  ['a page without an origin', { origin: 'null' }, 'ORIGIN_FORBIDDEN'],
  ['a page of another port of this host', { origin: 'http://127.0.0.1:1' }, 'ORIGIN_FORBIDDEN'],
])('%s is refused before anything is done', async (_, headers: Record<string, string>, code) => {
  const { status, json } = await api.ask('POST', '/rollouts/ro_1:abort', { headers });
  expect([status, json.error?.code]).toEqual([403, code]);
  expect(api.control.told).toEqual([]);
});

test.each(['localhost', 'LOCALHOST:8080', '127.9.0.1', '[::1]:8080', 'models.example:443'])(
  'Host %s is ours',
  async (host) => {
    const origin = `https://${host.toLowerCase()}`;
    expect((await api.ask('GET', '/models', { headers: { host, origin } })).status).toBe(200);
  },
);

test('a path that is none is refused as any other, and to strangers as strangers are', async () => {
  const asked = async (headers: Record<string, string>) => {
    const { status, json, headers: answered } = await api.ask('GET', '/models/%zz', { headers });
    return [status, json.error?.code, answered['x-content-type-options']];
  };
  expect(await asked({})).toEqual([422, 'REQUEST_INVALID', 'nosniff']);
  expect(await asked({ host: 'evil.example' })).toEqual([403, 'HOST_FORBIDDEN', 'nosniff']);
  expect(await asked({ 'x-plimsoll-peer': '10.1.2.3' })).toEqual([401, 'CONTROL_UNAUTHORIZED', 'nosniff']);
});

test('what a form on a page can send is refused by its type', async () => {
  for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=b'])
    expect([
      type,
      (
        await api.ask('POST', '/endpoints/churn:rollback', {
          body: '{"to":1}',
          headers: { 'content-type': type },
        })
      ).status,
    ]).toEqual([type, 415]);
  expect(api.control.told).toEqual([]);
});

test('a caller from another machine needs a key', async () => {
  const from = (headers: Record<string, string>) => api.ask('GET', '/models', { headers });
  const peer = { 'x-plimsoll-peer': '10.1.2.3' };
  const missing = await from(peer);
  expect([missing.status, missing.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  expect((await from({ ...peer, authorization: 'Bearer wrong' })).status).toBe(401);
  expect((await from({ ...peer, authorization: 'Basic secret' })).status).toBe(401);
  expect((await from({ ...peer, authorization: 'Bearer secret' })).status).toBe(200);
  const elsewhere = { ...peer, authorization: 'Bearer secret', host: 'models.lan' };
  expect((await from(elsewhere)).status).toBe(200);
  expect((await from({ ...elsewhere, origin: 'http://evil.example' })).status).toBe(403);
  expect((await from({ 'x-plimsoll-peer': '::ffff:127.0.0.1' })).status).toBe(200);
  for (const name of [
    'x-forwarded-for',
    'X-Real-IP',
    'forwarded',
    'via',
    'x-forwarded-host',
    'cf-connecting-ip',
  ])
    expect([name, (await from({ 'x-plimsoll-peer': '127.0.0.1', [name]: '10.1.2.3' })).status]).toEqual([
      name,
      401,
    ]);
});

test("a program on this machine that is not the owner's needs the token of the data folder, or a key", async () => {
  const guarded = await startTestApi(undefined, false, {
    token: 'of-the-folder',
    path: '/data/access/token',
  });
  const from = async (headers: Record<string, string>) => {
    const { status, json } = await guarded.ask('GET', '/models', { headers });
    return [status, json.error?.code];
  };
  const peer = { 'x-plimsoll-peer': '127.0.0.1' };
  for (const why of ['other', 'unknown']) {
    const stranger = { ...peer, 'x-plimsoll-stranger': why };
    expect(await from(stranger)).toEqual([401, 'TOKEN_WANTED']);
    expect(await from({ ...stranger, authorization: 'Bearer wrong' })).toEqual([401, 'TOKEN_WANTED']);
    expect(await from({ ...stranger, authorization: 'Bearer of-the-folder' })).toEqual([200, undefined]);
    expect(await from({ ...stranger, 'x-api-key': 'viewer' })).toEqual([200, undefined]);
    const passedOn = { ...stranger, authorization: 'Bearer of-the-folder', via: '1.1 proxy' };
    expect(await from(passedOn)).toEqual([401, 'CONTROL_UNAUTHORIZED']);
  }
  expect(await from(peer)).toEqual([200, undefined]);
  const far = { 'x-plimsoll-peer': '10.1.2.3', authorization: 'Bearer of-the-folder' };
  expect(await from(far)).toEqual([401, 'CONTROL_UNAUTHORIZED']);
  const evil = { ...peer, host: 'evil.example', authorization: 'Bearer of-the-folder' };
  expect(await from(evil)).toEqual([403, 'HOST_FORBIDDEN']);
  await guarded.close();
});

test('without a key nobody from elsewhere comes in, and is told the way', async () => {
  const closed = await startTestApi(new Map());
  const { status, json } = await closed.ask('GET', '/models', {
    headers: { 'x-plimsoll-peer': '10.1.2.3', authorization: 'Bearer secret' },
  });
  expect([status, json.error?.code]).toEqual([403, 'CONTROL_FORBIDDEN']);
  expect(json.error?.hint).toContain('plimsoll keys create');
  await closed.close();
});

test('rows that were kept for explanations are not for who may only look', async () => {
  const inputs = async (of: 'golden' | 'background', key: string): Promise<unknown> => {
    const { answers } = DIFFERENCE_SHOWN;
    api.control.difference = async () => ({ ...DIFFERENCE_SHOWN, answers: answers && { ...answers, of } });
    const headers = { 'x-plimsoll-peer': '10.1.2.3', 'x-api-key': key };
    const { json } = await api.ask('GET', '/models/churn/difference?from=1&to=2', { headers });
    return (json as unknown as typeof DIFFERENCE_SHOWN).answers?.worst.map(({ input }) => input);
  };
  expect(await inputs('background', 'viewer')).toEqual([null]);
  expect(await inputs('background', 'operator')).toEqual([{ plan: 'pro' }]);
  expect(await inputs('golden', 'viewer')).toEqual([{ plan: 'pro' }]);
});

test('bodies are bounded, and keys that reach a prototype are refused', async () => {
  const huge = JSON.stringify({ candidate: 2, strategy: 'canary', reason: 'x'.repeat(2 ** 20) });
  expect((await api.ask('POST', '/endpoints/churn/rollouts', { body: huge })).status).toBe(413);
  for (const body of ['{"__proto__":{}}', '{"constructor":{"prototype":{}}}', '{', '[]', 'null'])
    expect([body, (await api.ask('POST', '/endpoints/churn/rollouts', { body })).status]).toEqual([
      body,
      422,
    ]);
  const items = Array.from({ length: 10_001 }, () => ({ endpoint: 'churn' }));
  expect((await api.ask('POST', '/feedback', { body: JSON.stringify(items) })).status).toBe(422);
  expect(api.control.told).toEqual([]);
});

test('every answer, of errors too, says that it is not to be framed, sniffed or kept', async () => {
  for (const path of ['/models', '/nothing', '/models?limit=x']) {
    const { headers } = await api.ask('GET', path);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  }
});

test('a defect is answered without its words, which are in the log', async () => {
  api.control.model = async () => {
    throw new Error('password of the database');
  };
  const { status, json } = await api.ask('GET', '/models/churn');
  expect([status, json.error?.code]).toEqual([500, 'INTERNAL']);
  expect(JSON.stringify(json)).not.toContain('password');
  expect(api.logged).toHaveLength(1);
});

test('every operation has a scope, and every scope an operation', () => {
  expect(Object.keys(OPERATION_SCOPES).toSorted()).toEqual(OPERATIONS.map(nameOf).toSorted());
});

test('where every caller needs a key, those on this machine do too, and the socket alone does not', async () => {
  const strict = await startTestApi(undefined, true);
  const from = (headers: Record<string, string>) => strict.ask('GET', '/models', { headers });
  expect((await from({ 'x-plimsoll-peer': '127.0.0.1' })).status).toBe(401);
  expect((await from({ 'x-plimsoll-peer': '127.0.0.1', 'x-api-key': 'viewer' })).status).toBe(200);
  expect((await from({})).status).toBe(200);
  await strict.close();
});

test('a scope that is too small is refused before the body is read, and noted where it would have changed something', async () => {
  const headers = { 'x-plimsoll-peer': '10.1.2.3', authorization: 'Bearer viewer', 'x-plimsoll-by': 'ana' };
  const abort = await api.ask('POST', '/rollouts/ro_1:abort', { headers, body: '{' });
  expect([abort.status, abort.json.error]).toMatchObject([
    403,
    { code: 'SCOPE_FORBIDDEN', message: expect.stringContaining('operator was wanted') },
  ]);
  expect((await api.ask('GET', '/audit', { headers })).status).toBe(403);
  expect((await api.ask('GET', '/models', { headers })).status).toBe(200);
  expect(api.control.told).toEqual([]);
  expect(api.refusals).toEqual([
    {
      by: 'key:viewer for ana from 10.1.2.3',
      operation: 'POST /rollouts/{id}:abort',
      code: 'SCOPE_FORBIDDEN',
    },
  ]);
});

test('who acts with a key is its name, whatever its holder says', async () => {
  const headers = { 'x-plimsoll-peer': '10.1.2.3', 'x-api-key': 'operator', 'x-plimsoll-by': 'root' };
  await api.ask('POST', '/rollouts/ro_1:pause', { headers });
  expect(api.control.told[0]!.given[2]).toEqual({
    by: 'key:operator for root from 10.1.2.3',
    reason: undefined,
  });
});

test('wrong keys are answered more slowly the more there are, and those who hold one come in all the same', async () => {
  const peer = { 'x-plimsoll-peer': '10.9.9.9' };
  const statuses: number[] = [];
  for (let k = 0; k < 25; k++)
    statuses.push((await api.ask('GET', '/models', { headers: { ...peer, 'x-api-key': `no${k}` } })).status);
  expect([statuses.slice(0, 20), statuses.slice(20)]).toEqual([Array(20).fill(401), Array(5).fill(429)]);
  expect((await api.ask('GET', '/models', { headers: { ...peer, 'x-api-key': 'viewer' } })).status).toBe(200);
});

test('every change of a job, an alert or a receiver is noted with who made it, and with what there was before', async () => {
  const headers = { 'x-plimsoll-peer': '10.1.2.3', authorization: 'Bearer secret', 'x-plimsoll-by': 'ana' };
  const change = async (method: string, path: string, body = '{}'): Promise<number> =>
    (await api.ask(method, path, { headers, body })).status;
  const job = { model: 'churn@2', input: 'in/*.csv', key: 'id', output: 'out.csv' };
  expect(await change('PUT', '/jobs/nightly', JSON.stringify(job))).toBe(200);
  expect(await change('PUT', '/jobs/nightly', JSON.stringify(job))).toBe(200);
  const schedule = { triggers: [{ kind: 'cron', cron: '0 3 * * *' }] };
  expect(
    await change('PUT', '/jobs/nightly/schedule', JSON.stringify({ schedule, reason: 'at night' })),
  ).toBe(200);
  for (const verb of ['pause', 'pause', 'unpause']) await change('POST', `/jobs/nightly:${verb}`, '');
  const { json } = await api.ask('POST', '/jobs/nightly/runs', { headers });
  const run = (json['run'] as { id: string }).id;
  expect(await change('POST', `/jobs/nightly/runs/${run}:cancel`, '')).toBe(200);
  expect(await change('POST', '/alerts/churn:acknowledge')).toBe(200);
  const by = 'key:admin for ana from 10.1.2.3';
  expect(api.notes).toMatchObject([
    { by, what: 'job.defined', subject: 'job/nightly', body: { before: null, after: { paused: false } } },
    { what: 'job.rescheduled', body: { before: { schedule: null }, reason: 'at night' } },
    { what: 'job.paused', body: { before: { paused: false }, after: { paused: true } } },
    { what: 'job.unpaused', body: { before: { paused: true }, after: { paused: false } } },
    { what: 'job.run-started', subject: 'job/nightly', body: { run, cause: 'server' } },
    { what: 'job.run-cancelled', body: { run } },
    { by, what: 'alert.acknowledged', subject: 'alert/churn' },
  ]);
});
