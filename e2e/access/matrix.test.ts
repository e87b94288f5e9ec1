import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { OPERATIONS } from '../../src/server/api/operations.ts';
import { nameOf, OPERATION_SCOPES } from '../../src/server/api/scopes.ts';
import { folder, type Served } from '../cli.ts';
import { ask, bearer, command, IRIS, keyOf, strictServer } from './server.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const data = folder();
let server: Served;
const keys: Record<string, string | null> = { 'no key': null, 'wrong key': 'plk_wrong' };

beforeAll(async () => {
  keys['expired'] = keyOf(data, 'expired', '--scope', 'admin', '--expires', '1s');
  keys['revoked'] = keyOf(data, 'revoked', '--scope', 'admin');
  command(data, 'keys', 'revoke', 'revoked');
  for (const scope of ['viewer', 'operator', 'admin']) keys[scope] = keyOf(data, scope, '--scope', scope);
  keys['predict churn'] = keyOf(data, 'churn', '--scope', 'predict', '--endpoint', 'churn');
  keys['predict all'] = keyOf(data, 'all', '--scope', 'predict');
  server = await strictServer(data);
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
    const cells: string[] = [];
    for (const kind of kinds) {
      const status = await call(operation, keys[kind]!);
      const isIn = !REFUSED.has(status);
      cells.push(isIn ? 'yes' : String(status));
      if (isIn !== allowed().includes(kind)) wrong.push(`${operation} with ${kind}: ${status}`);
    }
    lines.push(`${operation.padEnd(66)} ${cells.map((cell, k) => cell.padEnd(kinds[k]!.length)).join('  ')}`);
  }
  console.log([`${' '.repeat(66)} ${kinds.join('  ')}`, ...lines].join('\n'));
  expect(wrong).toEqual([]);
});

test('no model is named to those who hold no key', async () => {
  const { status, text } = await ask(`${server.said.url}/models/chur/predict`, { body: IRIS });
  expect([status, text.includes('churn')]).toEqual([401, false]);
});

test('refused attempts to change something are in the audit log, as are keys and who acted with which', async () => {
  const log = command<{ items: { what: string; by: string; body: { operation?: string } }[] }>(data, 'audit');
  const refused = log.items.filter(({ what }) => what === 'access.refused');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(30);
  expect(log.items.filter(({ what }) => what === 'key.created')).toHaveLength(7);
  const feedback = { url: `${server.said.url}/api/v1/gc`, method: 'POST' };
  await ask(feedback.url, { method: 'POST', headers: { ...bearer(keys['admin']!), 'x-plimsoll-by': 'ana' } });
  expect(command<{ entries: number; intact: boolean }>(data, 'audit', '--verify')).toMatchObject({
    intact: true,
  });
});
