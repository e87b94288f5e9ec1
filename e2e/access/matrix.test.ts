import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { OPERATIONS } from '../../src/server/api/operations.ts';
import { nameOf, OPERATION_SCOPES } from '../../src/server/api/scopes.ts';
import { folder, type Served } from '../cli.ts';
import { ask, bearer, command, IRIS, keysOf, strictServer } from './server.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** How soon every process knows of a change. */
const SOON = { timeout: 10_000, interval: 50 };
const data = folder();
let server: Served;
const { keys: known, option } = keysOf({
  // Over before the server can have started.
  expired: { scope: 'admin', expiresAt: Date.now() + 500 },
  viewer: 'viewer',
  operator: 'operator',
  admin: 'admin',
  'predict churn': { scope: 'predict', endpoints: ['churn'] },
  'predict all': 'predict',
});
const keys: Record<string, string | null> = { 'no key': null, 'wrong key': 'plk_wrong', ...known };

beforeAll(async () => {
  server = await strictServer(data, ...option);
  const headers = bearer(known.admin);
  const asked = { headers, body: { name: 'revoked', scope: 'admin' } };
  keys['revoked'] = JSON.parse((await ask(`${server.said.url}/api/v1/api-keys`, asked)).text).key;
  const isKnown = async (): Promise<boolean> =>
    (await ask(`${server.said.url}/models`, { headers: bearer(keys['revoked']!) })).status === 200;
  await vi.waitUntil(isKnown, SOON);
  const revoke = `${server.said.url}/api/v1/api-keys/revoked:revoke`;
  expect((await ask(revoke, { body: {}, headers })).status).toBe(200);
  await vi.waitUntil(async () => !(await isKnown()), SOON);
});
afterAll(() => server?.stop());

/** Calls an operation so that nothing happens: of what is not there, or with a body that is none. */
async function call(operation: string, key: string | null): Promise<number> {
  const [method, path] = operation.split(' ') as [string, string];
  const url = `${server.said.url}${path.replaceAll(/\{\w+\}/g, 'none')}`;
  const body = path.endsWith('/predict') ? IRIS : '{"surely":"unknown"}';
  const headers = key === null ? {} : bearer(key);
  const { status } = await ask(url, { method, headers, ...(method === 'GET' ? {} : { body }) });
  return status;
}

/** Who is let in: 401 and 429 keep out whoever has no key that holds, 403 whose key is for something else. */
const REFUSED = new Set([401, 403, 429]);

const READERS = ['viewer', 'operator', 'admin'];
const CONTROLLERS = { viewer: READERS, operator: ['operator', 'admin'], admin: ['admin'] };
const EVERYBODY = () => Object.keys(keys);
const wanted: readonly (readonly [string, () => readonly string[]])[] = [
  ['GET /healthz', EVERYBODY],
  ['GET /readyz', EVERYBODY],
  ['GET /metrics', () => READERS],
  ['GET /models', () => READERS],
  ['GET /docs', () => READERS],
  ['GET /api/v1/docs', EVERYBODY],
  ['GET /assets/control-docs.js', EVERYBODY],
  ['GET /openapi.json', () => READERS],
  ['GET /', () => READERS],
  ['POST /models/churn/predict', () => ['operator', 'admin', 'predict churn', 'predict all']],
  ['POST /models/price/predict', () => ['operator', 'admin', 'predict all']],
  ['POST /models/churn/versions/1/predict', () => ['operator', 'admin', 'predict churn', 'predict all']],
  // What can be asked is no secret to those who may ask anything.
  ['GET /api/v1/openapi.json', () => [...READERS, 'predict churn', 'predict all']],
  ...OPERATIONS.map((operation) => {
    const { method, path } = operation;
    const scope = OPERATION_SCOPES[nameOf(operation)]!;
    return [`${method} /api/v1${path}`, () => CONTROLLERS[scope]] as const;
  }),
];

test('whoever may do something is let in, and nobody else', async () => {
  const kinds = Object.keys(keys);
  const lines: string[] = [];
  const wrong: string[] = [];
  for (const [operation, allowed] of wanted) {
    const statuses = await Promise.all(kinds.map((kind) => call(operation, keys[kind]!)));
    const cells: string[] = [];
    for (const [k, kind] of kinds.entries()) {
      const status = statuses[k]!;
      const isIn = !REFUSED.has(status);
      cells.push(isIn ? 'yes' : String(status));
      if (isIn !== allowed().includes(kind)) wrong.push(`${operation} with ${kind}: ${status}`);
    }
    lines.push(`${operation.padEnd(66)} ${cells.map((cell, k) => cell.padEnd(kinds[k]!.length)).join('  ')}`);
  }
  console.log([`${' '.repeat(66)} ${kinds.join('  ')}`, ...lines].join('\n'));
  expect(wrong).toEqual([]);
});

/** Every way to ask for a model by name, each with what it takes. */
const V2 = { inputs: [{ name: 'x', shape: [1, 4], datatype: 'FP64', data: [5.1, 3.5, 1.4, 0.2] }] };
const V1 = { instances: [[5.1, 3.5, 1.4, 0.2]] };
const doors = (name: string): readonly (readonly [string, unknown, Record<string, string>?])[] => [
  [`/models/${name}/predict`, IRIS],
  [`/models/${name}/predict/?x=1`, IRIS],
  [`/models/${name}/versions/1/predict`, IRIS],
  [`/v2/models/${name}/infer`, V2],
  [`/v2/models/${name}/versions/1/infer`, V2],
  [`/v1/models/${name}:predict`, V1],
  [`/v1/models/${name}/versions/1:predict`, V1],
  [`/v1/endpoints/${name}/deployedModels/1:predict`, V1],
  [`/v1/projects/p/locations/l/endpoints/${name}:predict`, V1],
  [`/endpoints/${name}/invocations`, IRIS],
  [`/endpoints/${name}/invocations`, IRIS, { 'x-amzn-sagemaker-target-variant': 'version-1' }],
];

test('a key for one endpoint opens no door to another, however its name is written', async () => {
  const headers = bearer(keys['predict churn']!);
  const status = async (path: string, body: unknown, more = {}): Promise<number> =>
    (await ask(`${server.said.url}${path}`, { body, headers: { ...headers, ...more } })).status;
  for (const [path, body, more] of doors('churn'))
    expect([path, REFUSED.has(await status(path, body, more))]).toEqual([path, false]);
  for (const name of ['price', 'pri%63e', '%70%72%69%63%65'])
    for (const [path, body, more] of doors(name))
      expect([path, await status(path, body, more)]).toEqual([path, 403]);
  // What is no name of it leads nowhere: paths are never put in order.
  const headersOfTarget = { 'x-amzn-sagemaker-target-model': 'price' };
  for (const path of ['/predict', '/invocations', '/models/churn/versions/9/predict'])
    expect((await ask(`${server.said.url}${path}`, { body: IRIS, headers })).text).not.toContain('price');
  for (const path of [
    '/models/churn/../price/predict',
    '/models/churn%2F..%2Fprice/predict',
    '//models/price/predict',
    '/Models/price/predict',
    '/models/churn;x=price/predict',
    '/models/churn/predict/../../price/predict',
    '/invocations',
    '/predict',
  ])
    expect([path, [200, 422].includes(await status(path, IRIS, headersOfTarget))]).toEqual([path, false]);
});

test('no model is named to those who hold no key, nor is it told which there are', async () => {
  for (const path of [
    '/models/chur/predict',
    '/predict',
    '/v2/models/chur/infer',
    '/v1/models/chur:predict',
  ]) {
    const { status, text } = await ask(`${server.said.url}${path}`, { body: IRIS });
    expect([path, [401, 429].includes(status), text.includes('churn')]).toEqual([path, true, false]);
  }
  for (const path of ['/models/churn/predict', '/models/nothing/predict', '/v2/models/churn', '/v1/models'])
    expect([401, 429]).toContain((await ask(`${server.said.url}${path}`)).status);
});

test('a person reads pages with the key as the password, and cannot predict with it', async () => {
  const headers = { authorization: `Basic ${btoa(`me:${keys['operator']}`)}` };
  expect((await ask(`${server.said.url}/docs`, { headers })).status).toBe(200);
  expect((await ask(`${server.said.url}/models/churn/predict`, { headers, body: IRIS })).status).toBeOneOf([
    401, 429,
  ]);
  const { status, headers: answered } = await ask(`${server.said.url}/docs`);
  if (status === 401) expect(answered['www-authenticate']).toMatch(/^Basic realm=/);
});

test('who calls is told whom the server takes it for', async () => {
  const info = async (kind: string) =>
    JSON.parse((await ask(`${server.said.url}/api/v1/info`, { headers: bearer(keys[kind]!) })).text);
  expect(await info('viewer')).toMatchObject({ access: 'keys', key: { name: 'viewer', scope: 'viewer' } });
});

test('refused attempts to change something are in the audit log, as are keys and who acted with which', async () => {
  const log = command<{ items: { what: string; by: string; body: { operation?: string } }[] }>(data, 'audit');
  const refused = log.items.filter(({ what }) => what === 'access.refused');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(30);
  expect(log.items.filter(({ what }) => what === 'key.created')).toHaveLength(1);
  expect(command<{ entries: number; intact: boolean }>(data, 'audit', '--verify')).toMatchObject({
    intact: true,
  });
});

test('who has no key is told no model: not by the health page, nor by the headers of a refusal', async () => {
  const ready = await ask(`${server.said.url}/readyz`);
  expect(JSON.parse(ready.text)).toEqual({ status: 'ready' });
  const { headers } = await ask(`${server.said.url}/models/churn/predict`, { method: 'POST', body: IRIS });
  expect(Object.keys(headers).filter((name) => name.startsWith('x-model'))).toEqual([]);
  const metrics = await ask(`${server.said.url}/metrics`, { headers: bearer(keys['viewer']!) });
  expect(metrics.text).not.toMatch(/inference_requests_total\{model_name="churn".*outcome="invalid"\} [1-9]/);
});
