import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RemoteControl } from '../../control/remote/remote.ts';
import type { NewVersion } from '../../registry/new-version.ts';
import { startTestApi, type TestApi } from './testing/api.ts';
import { GOLDEN_SHOWN, TREE_SHOWN } from './testing/contents.ts';
import { VERSION } from './testing/control.ts';

let api: TestApi;
beforeEach(async () => {
  api = await startTestApi();
});
afterEach(() => api.close());

test('a remote control over a Unix socket and over HTTP is told and answered as the one behind it', async () => {
  const socket = join(api.dataDir, 's');
  const local = createServer((request, response) => {
    const { url: path, method, headers } = request;
    request.pipe(
      httpRequest(`${api.url}${path}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      }),
    );
  }).listen(socket);
  await once(local, 'listening');
  const file = join(api.dataDir, 'm.joblib');
  writeFileSync(file, 'bytes');
  for (const remote of [new RemoteControl({ socket }), new RemoteControl({ url: api.url })]) {
    api.control.told.length = 0;
    const actor = { by: 'José', reason: 'why' };
    expect(await remote.models({ limit: 5 })).toEqual(await api.control.models({}));
    expect(await remote.endpoint('churn')).toEqual(await api.control.endpoint('churn'));
    expect(await remote.explainUnit('churn', 'u/1 ?')).toEqual(
      await api.control.explainUnit('churn', 'u/1 ?'),
    );
    const query = { limit: 3, state: 'active', strategy: 'canary', endpoint: 'churn' } as const;
    expect(await remote.allRollouts(query)).toEqual(await api.control.allRollouts(query));
    expect(api.control.told.splice(0).map(({ given }) => given[0])).toEqual([query, query]);
    expect(await remote.history('ro_1')).toEqual(await api.control.history('ro_1'));
    expect(await remote.evidence('ro_1')).toEqual(await api.control.evidence('ro_1'));
    expect(await remote.addVersion('churn', { path: file }, actor)).toMatchObject({ version: 3 });
    expect(await remote.proof('churn', 3)).toEqual(await api.control.proof('churn', 3));
    const lint = { candidate: 2, strategy: 'canary', policy: { maxTime: '1h' }, rate: 2.5 } as const;
    expect(await remote.lintRollout('churn', lint)).toMatchObject({ source: 'default', refusal: null });
    await remote.setAlias('churn', 'champion', null, actor);
    await remote.command('ro_1', 'abort', actor);
    await remote.feedback([{ endpoint: 'churn', unit: 'u', metric: 'revenue', value: 1.5 }]);
    expect(api.control.told.map(({ name }) => name)).toEqual([
      'addVersion',
      'lintRollout',
      'setAlias',
      'command',
      'feedback',
    ]);
    expect(api.control.told[1]!.given).toEqual(['churn', lint]);
    expect(api.control.told[3]!.given).toEqual(['ro_1', 'abort', actor]);
    await expect(remote.model('nobody')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    await expect(remote.changeRoute('churn', { rules: [] }, 3, actor)).rejects.toMatchObject({
      code: 'GENERATION_CONFLICT',
      details: { found: 7 },
    });
  }
  local.close();
});

test('what is in versions, and how they differ, comes as it was told', async () => {
  const remote = new RemoteControl({ url: api.url });
  const { control } = api;
  expect(await remote.certificate('churn', 2)).toEqual(await control.certificate('churn', 2));
  expect(await remote.contents('churn', 2)).toEqual(await control.contents('churn', 2));
  const choice = { tree: 1, node: 7, depth: 2 };
  expect(await remote.tree('churn', 2, 4, choice)).toEqual(TREE_SHOWN);
  expect(await remote.tree('churn', 2, 4, { ...choice, node: null })).toEqual(TREE_SHOWN);
  expect(await remote.goldenRows('churn', 2, { limit: 5, cursor: '3' })).toEqual(GOLDEN_SHOWN);
  expect(control.told).toEqual([
    { name: 'tree', given: [4, choice] },
    { name: 'tree', given: [4, { ...choice, node: null }] },
    { name: 'goldenRows', given: [{ limit: 5, cursor: '3' }] },
  ]);
  expect(await remote.difference('churn', 1, 2)).toEqual(await control.difference('churn', 1, 2));
  await expect(remote.tree('churn', 2, 4, { ...choice, depth: 8 })).rejects.toMatchObject({
    code: 'REQUEST_INVALID',
  });
});

test('a remote control says what it cannot reach, and what is no answer of ours', async () => {
  const gone = new RemoteControl({ socket: join(api.dataDir, 'nowhere') });
  await expect(gone.models({})).rejects.toMatchObject({ code: 'CONTROL_UNREACHABLE' });
  const stranger = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1');
  await once(stranger, 'listening');
  const { port } = stranger.address() as AddressInfo;
  const other = new RemoteControl({ url: `http://127.0.0.1:${port}` });
  await expect(other.models({})).rejects.toMatchObject({ code: 'CONTROL_ANSWER_INVALID' });
  stranger.close();
});

test('an upload that finds nobody, or is cut off, is told as such and leaves nothing behind that throws', async () => {
  const file = join(api.dataDir, 'm.joblib');
  writeFileSync(file, Buffer.alloc(4 << 20));
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.on('connection', (socket) => socket.once('data', () => socket.destroy()));
  const remote = new RemoteControl({ url: `http://127.0.0.1:${port}` });
  const push = () => remote.addVersion('churn', { path: file, python: undefined }, { by: 'ann' });
  await expect(push()).rejects.toMatchObject({ code: 'CONTROL_UNREACHABLE' });
  closed.close();
  await once(closed, 'close');
  for (let i = 0; i < 10; i++) await expect(push()).rejects.toMatchObject({ code: 'CONTROL_UNREACHABLE' });
  await new Promise((resolve) => setTimeout(resolve, 100));
});

test('what is chosen of a file arrives as it was chosen, with its type', async () => {
  const file = join(api.dataDir, 'm.json');
  writeFileSync(file, '{}');
  const remote = new RemoteControl({ url: api.url });
  await remote.addVersion('churn', { path: file, member: '1', missing: -999, iterations: 3 }, { by: 'ada' });
  const told = api.control.told.find(({ name }) => name === 'addVersion');
  expect(told?.given[1]).toMatchObject({ member: '1', missing: -999, iterations: 3 });
});

test('what is said about Python arrives as it was said, with folder, modules and script', async () => {
  const at = (...names: string[]): string => join(api.dataDir, ...names);
  mkdirSync(at('saved', 'code'), { recursive: true });
  mkdirSync(at('rules'));
  for (const path of [
    at('saved/plimsoll.json'),
    at('saved/code/a.py'),
    at('rules/__init__.py'),
    at('s.py'),
    at('r.txt'),
  ])
    writeFileSync(path, 'text');
  const python = {
    ...{ trust: true, code: [at('rules'), at('s.py')], requirements: at('r.txt'), python: '3.11' },
    ...{ script: at('s.py'), allow: ['build'] as const },
  };
  let told: NewVersion | undefined;
  api.control.addVersion = async (_, source) => {
    told = source;
    expect(existsSync(join(source.path, 'code/a.py'))).toBe(true);
    expect(
      existsSync(join(source.python!.code.find((path) => basename(path) === 'rules')!, '__init__.py')),
    ).toBe(true);
    return VERSION;
  };
  const remote = new RemoteControl({ url: api.url });
  await remote.addVersion('churn', { path: at('saved'), runtime: 'python', python }, { by: 'ana' });
  const { code, script, requirements, ...rest } = told!.python!;
  expect([...code, script!, requirements!].map((path) => basename(path)).toSorted()).toEqual([
    'r.txt',
    'rules',
    's.py',
    's.py',
  ]);
  expect(rest).toEqual({ trust: true, python: '3.11', allow: ['build'] });
  expect(basename(told!.path)).toBe('saved');
});
