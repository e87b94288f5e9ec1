import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { SUMS, sumsOf } from '../../src/registry/sums.ts';
import { freePort } from '../../tools/free-port.ts';
import { example, folder, plimsoll } from '../cli.ts';
import { ENTRY, treeOf } from './bundles.ts';
import { startedOn } from './started.ts';

const LIMIT = 120_000;
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Starts the entry of a container; answers once it is ready, or has ended. */
async function contained(env: Record<string, string>, args: readonly string[] = ['serve']) {
  const port = await freePort();
  const child = spawn(process.execPath, [ENTRY, ...args], {
    env: { PATH: process.env['PATH'], PLIMSOLL_INSECURE: 'true', PLIMSOLL_PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  return startedOn(port, child);
}

const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

test('a version that was altered after it was packaged is refused, whichever file it is', {
  timeout: LIMIT,
}, async () => {
  const { folder: models, model } = await treeOf('iris');
  appendFileSync(join(model.bundle, 'original/iris.joblib'), 'x');
  const altered = await contained({ PLIMSOLL_BUNDLES: models });
  expect(altered.code).toBe(3);
  expect(altered.said()).toContain('BUNDLE_DAMAGED');

  const second = await treeOf('iris');
  writeFileSync(join(second.model.bundle, SUMS), await sumsOf(second.model.bundle));
  writeFileSync(join(second.model.bundle, 'model.onnx'), 'put here later');
  const added = await contained({ PLIMSOLL_BUNDLES: second.folder });
  expect(added.code).toBe(3);
  expect(added.said()).toContain('model.onnx');
});

test('what lies in the folder and is no bundle is refused, never left out', { timeout: LIMIT }, async () => {
  const { folder: models } = await treeOf('iris');
  mkdirSync(join(models, 'churn/latest'), { recursive: true });
  const started = await contained({ PLIMSOLL_BUNDLES: models });
  expect(started.code).toBe(2);
  expect(started.said()).toContain('it holds \\"churn/latest\\"');
  const nothing = await contained({});
  expect(nothing.code).toBe(2);
  expect(nothing.said()).toContain('CONTAINER_EMPTY');
});

test('without keys nobody is let in from other machines, unless a person says so', {
  timeout: LIMIT,
}, async () => {
  const { folder: models } = await treeOf('iris');
  const started = await contained({ PLIMSOLL_BUNDLES: models, PLIMSOLL_INSECURE: '' });
  expect(started.code).toBe(2);
  expect(started.said()).toContain('CONTAINER_KEYS');
});

test('a raw model that KServe mounts is proved, then served under the name of its service', {
  timeout: LIMIT,
}, async () => {
  const mount = folder();
  cpSync(example('churn.joblib'), join(mount, 'churn.joblib'));
  const args = ['--model_name=leavers', `--model_dir=${mount}`];
  const { url, child, ended, code } = await contained({ PLIMSOLL_CONTRACT: 'kserve' }, args);
  expect(code).toBeNull();
  const answer = await post(`${url}/v1/models/leavers:predict`, {
    instances: [[null, 49.5, 3, 'basic', 'cheque']],
  });
  expect(await answer.json()).toMatchObject({ predictions: [{ predict: 'leaves' }] });
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(readdirSync(mount)).toEqual(['churn.joblib']);
});

test('after SIGTERM a container is not ready, but goes on answering for a moment, and asks to connect elsewhere', {
  timeout: LIMIT,
}, async () => {
  const { folder: models } = await treeOf('iris');
  const { url, child, ended } = await contained({ PLIMSOLL_BUNDLES: models, PLIMSOLL_GRACE: '10' });
  child.kill('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  const answer = await post(`${url}/predict`, [[5.1, 3.5, 1.4, 0.2]]);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('connection')).toBe('close');
  expect(await ended).toBe(0);
});

test('`serve --bundles` serves the same, writes nothing, and refuses what it cannot honour', {
  timeout: LIMIT,
}, async () => {
  const { folder: models } = await treeOf('iris', 3);
  const data = join(folder(), 'none');
  const refused = plimsoll('serve', '--bundles', models, '--data', data, '--watch', models);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('cannot honour --watch');
  const port = await freePort();
  const bin = join(import.meta.dirname, '../../bin/plimsoll.js');
  const child = spawn(process.execPath, [
    bin,
    'serve',
    '--json',
    '--bundles',
    models,
    '--data',
    data,
    '--port',
    String(port),
  ]);
  children.push(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  expect(JSON.parse(line.toString())).toMatchObject({
    access: 'local',
    models: [{ name: 'iris', version: 3 }],
  });
  const { predictions } = (await (
    await post(`http://127.0.0.1:${port}/predict`, [[5.1, 3.5, 1.4, 0.2]])
  ).json()) as {
    predictions: unknown;
  };
  expect(predictions).toEqual(['setosa']);
  expect(existsSync(data)).toBe(false);
});
