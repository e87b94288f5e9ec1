import { expect, test } from 'vitest';
import { type Contract, PLAIN } from '../../src/config/contract.ts';
import { call } from '../serving/client.ts';
import { fakeVersion } from '../serving/fake-models.ts';
import { serve } from '../serving/serve.ts';

const only = (contract: Partial<Contract>): Contract => ({ ...PLAIN, predictionsOnly: true, ...contract });
const rows = [[1, 2]];

/** Status of each path, GET unless there is a body. */
async function statuses(url: string, paths: readonly string[]): Promise<Record<string, number>> {
  const entries = paths.map(async (path) => [path, (await call(`${url}${path}`)).status] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const PEOPLE = ['/docs', '/redoc', '/openapi.json', '/models', '/api/v1/models'];
const HEALTH = [
  '/healthz',
  '/readyz',
  '/metrics',
  '/ping',
  '/health',
  '/v2/health/ready',
  '/v1/models/quick',
];

test('alone, everything is there; a platform sees predictions, health and metrics only', async () => {
  const api = (_: unknown, response: { end(): void }): void => void response.end();
  const plain = await serve({ api: api as never });
  expect(await statuses(plain, [...PEOPLE, ...HEALTH])).toEqual(
    Object.fromEntries([...PEOPLE, ...HEALTH].map((path) => [path, 200])),
  );
  const url = await serve({ api: api as never, contract: only({ kind: 'kserve' }) });
  expect(await statuses(url, PEOPLE)).toEqual(Object.fromEntries(PEOPLE.map((path) => [path, 404])));
  expect(await statuses(url, HEALTH)).toEqual(Object.fromEntries(HEALTH.map((path) => [path, 200])));
  expect((await call(`${url}/`, { headers: { accept: 'text/html' } })).json).toEqual({ status: 'alive' });
  expect((await call(`${url}/predict`, { body: { rows } })).json.predictions).toEqual([3]);
});

test('GET / is a page to browsers and alive to probes', async () => {
  const url = await serve();
  expect((await call(`${url}/`, { headers: { accept: 'text/html' } })).text).toContain('<html');
  expect((await call(`${url}/`)).json).toEqual({ status: 'alive' });
});

test('a container of SageMaker tells errors plainly, and what a batch transform may send', async () => {
  const url = await serve({ contract: only({ kind: 'sagemaker' }) });
  expect((await call(`${url}/ping`)).status).toBe(200);
  expect((await call(`${url}/invocations`, { body: { instances: rows } })).json).toEqual({
    predictions: [3],
  });
  const wrong = await call(`${url}/invocations`, { body: { instances: [['x', 1]] } });
  expect([wrong.status, wrong.json.detail[0].loc]).toEqual([422, ['body', 'instances', 0, 'age']]);
  expect((await call(`${url}/execution-parameters`)).json).toMatchObject({ BatchStrategy: 'MULTI_RECORD' });
  expect((await call(`${url}/models/quick/invoke`, { body: rows })).status).toBe(404);
});

test('a multi-model container is asked by model, healthy without one, and its list is left to whoever keeps it', async () => {
  const models = (_: unknown, response: { end(text: string): void }): void => void response.end('kept');
  const contract = only({ kind: 'sagemaker', multiModel: true });
  const url = await serve({
    contract,
    models: models as never,
    versions: [fakeVersion('quick'), fakeVersion('quick', 'other')],
  });
  expect((await call(`${url}/models/other/invoke`, { body: { instances: rows } })).json).toEqual({
    predictions: [3],
  });
  expect((await call(`${url}/models/none/invoke`, { body: rows })).status).toBe(404);
  expect((await call(`${url}/models`)).text).toBe('kept');
  const empty = await serve({ contract, versions: [] });
  expect((await call(`${empty}/ping`)).status).toBe(200);
  expect((await call(`${await serve({ versions: [] })}/ping`)).status).toBe(404);
});

test('a container of Vertex answers at the routes it was given, and at the default ones under any name', async () => {
  const contract = only({ kind: 'vertex', predictRoute: '/my/predict', healthRoute: '/my/health' });
  const url = await serve({ contract });
  expect((await call(`${url}/my/health`)).status).toBe(200);
  for (const path of ['/my/predict', '/v1/endpoints/123/deployedModels/456:predict']) {
    const { json } = await call(`${url}${path}`, { body: { instances: rows, parameters: {} } });
    expect(json.predictions, path).toEqual([3]);
  }
  const wrong = await call(`${url}/my/predict`, { body: { instances: [['x', 1]] } });
  expect(wrong.json.error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
  expect((await call(`${await serve()}/my/predict`, { body: { instances: rows } })).status).toBe(404);
});

/** A body of each door that its protocol refuses, and where the words of the refusal are. */
const REFUSED = [
  ['/invocations', 400, 'error_code'],
  ['/endpoints/quick/invocations', 424, 'OriginalMessage'],
  ['/v1/models/quick:predict', 400, 'error'],
  ['/v2/models/quick/infer', 400, 'error'],
  ['/v1/endpoints/quick/deployedModels/1:predict', 400, 'error'],
] as const;

test('hostile bodies are refused in the words of each door', async () => {
  const url = await serve({ maxBodyBytes: 1 << 20 });
  const nested = '['.repeat(200_000);
  const bodies = [
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"instances":{}}',
    '{"inputs":7}',
    nested,
    '\u0000',
    '{"__proto__":[]}',
  ];
  for (const [path, status, key] of REFUSED) {
    for (const body of bodies) {
      const reply = await call(`${url}${path}`, { method: 'POST', body });
      expect([path, body.slice(0, 30), reply.status]).toEqual([path, body.slice(0, 30), status]);
      expect(reply.json).toHaveProperty(key);
      expect(reply.headers['x-request-id']).toBeTruthy();
    }
    const large = await call(`${url}${path}`, { method: 'POST', body: 'x'.repeat((1 << 20) + 1) });
    expect([413, 400]).toContain(large.status);
    const bytes = await call(`${url}${path}`, { method: 'POST', body: Uint8Array.of(0xff, 0xfe, 0x00) });
    expect(bytes.status).toBe(status);
  }
});

test('wrong paths and verbs are told in the words of those whose paths they are', async () => {
  const url = await serve();
  const told = async (path: string, method: string) => {
    const { status, json } = await call(`${url}${path}`, { method });
    return [status, json.error];
  };
  expect(await told('/v2/models/quick/infer', 'GET')).toEqual([405, 'Method Not Allowed']);
  expect(await told('/v2/nothing', 'GET')).toEqual([404, 'Not Found']);
  expect(await told('/v2/models/none', 'GET')).toEqual([
    404,
    "Request for unknown model: 'none' is not found; this server has quick",
  ]);
  expect(await told('/v1/models/quick:predict', 'GET')).toEqual([
    400,
    'Malformed request: GET /v1/models/quick:predict',
  ]);
  expect(await told('/v1/models/none:predict', 'POST')).toEqual([
    404,
    'Servable not found for request: Latest(none); this server has quick',
  ]);
  expect((await call(`${url}/invocations`)).json.error_code).toBe('ENDPOINT_NOT_FOUND');
});

test("the id of a request, under SageMaker's name too, is the answer's", async () => {
  const url = await serve();
  const headers = { 'x-amzn-sagemaker-inference-id': 'mine-1' };
  const { headers: answered } = await call(`${url}/endpoints/quick/invocations`, { body: rows, headers });
  expect(answered['x-request-id']).toBe('mine-1');
  expect(answered['x-amzn-invoked-production-variant']).toBe('version-1');
});
