import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { admitFile } from '../../registry/admit.ts';
import { DataPlane } from '../../serving/data-plane.ts';
import { SILENT_LOGGER } from '../start.ts';
import { modelsApi } from './multi-model.ts';
import { LazyFolder } from './workspace.ts';

const LIMIT = 60_000;
const base = mkdtempSync(join(tmpdir(), 'plimsoll-models-'));
const root = join(base, 'models');
let size = 0;
const servers: Server[] = [];

beforeAll(async () => {
  const path = join(import.meta.dirname, '../../../examples/iris.joblib');
  const { bundle, manifest } = await admitFile(path, { dataDir: join(base, 'data'), name: 'iris' });
  size = manifest.size;
  for (const name of ['a', 'b']) cpSync(bundle, join(root, name, 'model'), { recursive: true });
  mkdirSync(join(root, 'empty'));
}, LIMIT);
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(base, { recursive: true, force: true });
});

async function api(memoryBytes: number | null = null) {
  const plane = new DataPlane();
  const handler = modelsApi({
    plane,
    logger: SILENT_LOGGER,
    workspace: new LazyFolder(),
    root,
    memoryBytes,
    page: 2,
  });
  const server = createServer(handler).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const allow = answer.headers.get('allow');
    return { status: answer.status, allow, body: (await answer.json()) as Record<string, unknown> };
  };
  const load = (name: string, folder = 'a/model') =>
    ask('POST', '/models', { model_name: name, url: join(root, folder) });
  return { plane, ask, load };
}

test('models are loaded once, listed in pages by name, described and unloaded', {
  timeout: LIMIT,
}, async () => {
  const { plane, ask, load } = await api();
  const names = ['m-1', 'm-10', 'm-2'];
  for (const name of names) expect((await load(name)).status).toBe(200);
  expect((await load('m-2', 'b/model')).status).toBe(409);
  const first = (await ask('GET', '/models')).body;
  const second = (await ask('GET', `/models?next_page_token=${first['nextPageToken']}`)).body;
  const listed = [first, second].flatMap(({ models }) =>
    (models as { modelName: string }[]).map((one) => one.modelName),
  );
  expect(listed).toEqual(names);
  expect(second['nextPageToken']).toBeUndefined();
  expect((await ask('DELETE', '/models/m-10')).status).toBe(200);
  expect((await ask('GET', '/models/m-10')).status).toBe(404);
  expect(plane.models).toEqual(['m-1', 'm-2']);
  expect(await ask('PUT', '/models')).toMatchObject({ status: 405, allow: 'GET, POST' });
});

test('two requests for one name at once load it once', { timeout: LIMIT }, async () => {
  const { load } = await api();
  const statuses = (await Promise.all([load('same'), load('same'), load('other')])).map(
    ({ status }) => status,
  );
  expect(statuses.sort()).toEqual([200, 200, 409]);
});

test('where memory ends it says 507 and changes nothing, until another model is unloaded', {
  timeout: LIMIT,
}, async () => {
  // Room for one at least, and for fifteen at most: files that are compressed are taken to need ten times as much.
  const { ask, load } = await api(size * 30);
  const statuses: number[] = [];
  for (let i = 0; statuses.at(-1) !== 507 && i < 20; i++) statuses.push((await load(`m${i}`)).status);
  expect(statuses[0]).toBe(200);
  expect(statuses.at(-1)).toBe(507);
  const last = `m${statuses.length - 1}`;
  expect((await ask('GET', `/models/${last}`)).status).toBe(404);
  expect((await ask('DELETE', '/models/m0')).status).toBe(200);
  expect((await load(last)).status).toBe(200);
});

test('folders outside the root, folders that are none or empty, and bodies that are none are refused', async () => {
  const { ask, load, plane } = await api();
  const refused = [
    await load('x', '../data'),
    await load('x', 'absent'),
    await load('x', 'empty'),
    await ask('POST', '/models', { model_name: '', url: root }),
    await ask('POST', '/models', { model_name: 'x', url: 'a/model' }),
    await ask('POST', '/models', [1]),
    await ask('POST', '/models', { model_name: 'x'.repeat(70_000), url: root }),
  ];
  expect(refused.map(({ status }) => Math.floor(status / 100))).toEqual([4, 4, 5, 4, 4, 4, 4]);
  expect(refused[0]!.body).toMatchObject({ code: 400, type: 'MODEL_REQUEST_INVALID' });
  expect(plane.models).toEqual([]);
});
