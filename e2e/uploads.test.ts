import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openAsBlob,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EndpointView, VersionView } from '../src/control/port.ts';
import { example, folder, ROOT, type Served, served } from './cli.ts';
import { api } from './rollouts/control.ts';
import { call } from './serving/client.ts';

/** Files that come in over HTTP, whole or not, and through a watched folder. */

const churn = example('churn.joblib');
const golden = example('golden/churn.json');
const { input } = JSON.parse(readFileSync(golden, 'utf8'));
const ROWS = { rows: input.dataframe_split.data };

const data = folder();
const dropped = folder();
let server: Served;
let url: string;
beforeAll(async () => {
  server = await served(['--data', data, '--watch', dropped, '--workers', '2']);
  url = server.said.url;
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

interface Sent {
  readonly status: number;
  readonly view: VersionView;
}

/** Sends a form as a browser would. */
async function sent(model: string, files: Readonly<Record<string, string>>, fields = {}): Promise<Sent> {
  const form = new FormData();
  for (const [name, value] of Object.entries<string>(fields)) form.append(name, value);
  for (const [name, path] of Object.entries(files)) form.append(name, await openAsBlob(path), basename(path));
  const response = await fetch(`${url}/api/v1/models/${model}/versions?wait=60s`, {
    method: 'POST',
    body: form,
  });
  return { status: response.status, view: (await response.json()) as VersionView };
}

const versionOf = async (model: string): Promise<string | undefined> =>
  (await call(`${url}/models/${model}/predict`, { body: ROWS })).headers['x-model-version'] as string;

/** What uploads have left on the disk. */
const left = (): string[] => (existsSync(join(data, 'uploads')) ? readdirSync(join(data, 'uploads')) : []);
const bundles = (): string[] => (existsSync(join(data, 'bundles')) ? readdirSync(join(data, 'bundles')) : []);

describe('an upload', { timeout: 90_000 }, () => {
  test('of a file with golden rows is proved with them, goes live, and leaves nothing but its bundle', async () => {
    const { status, view } = await sent('sent', { file: churn, golden }, { note: 'from afar' });
    expect(status).toBe(201);
    expect(view).toMatchObject({
      model: 'sent',
      version: 1,
      state: 'ready',
      proof: 'golden',
      note: 'from afar',
    });
    expect(view.checks.find(({ name }) => name === 'golden')).toMatchObject({ ok: true });
    await expect.poll(() => versionOf('sent')).toBe('1');
    expect(left()).toEqual([]);
    expect(bundles()).toHaveLength(1);
  });

  test('with golden rows that do not come out is refused, and answers nobody', async () => {
    const wrong = join(folder(), 'golden.json');
    const { expected, ...rest } = JSON.parse(readFileSync(golden, 'utf8'));
    const predict = expected.predict.map(() => 'stays');
    writeFileSync(wrong, JSON.stringify({ ...rest, expected: { ...expected, predict } }));
    const { view } = await sent('wrong', { file: churn, golden: wrong });
    expect(view.state).toBe('refused');
    expect(view.checks.at(-1)).toMatchObject({ name: 'golden', ok: false });
    expect((await call(`${url}/models/wrong/predict`, { body: ROWS })).status).toBe(404);
    expect(left()).toEqual([]);
  });

  test('that breaks off in the middle of its file leaves nothing, and no version', async () => {
    const kept = bundles();
    const outgoing = request(`${url}/api/v1/models/broken/versions`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=edge', 'content-length': 1_000_000 },
    });
    const failed = once(outgoing, 'error');
    outgoing.write('--edge\r\ncontent-disposition: form-data; name="file"; filename="m.joblib"\r\n\r\n');
    outgoing.write(readFileSync(churn).subarray(0, 1000));
    await expect.poll(left).toHaveLength(1);
    outgoing.destroy(new Error('the sender is gone'));
    await failed;
    await expect.poll(left).toEqual([]);
    expect(bundles()).toEqual(kept);
    expect((await call(`${url}/api/v1/models/broken`)).status).toBe(404);
  });

  test('of something that is no model is kept as refused, with the reason, and nothing of its bytes', async () => {
    const kept = bundles();
    const { view } = await sent('none', { file: join(ROOT, 'LICENSE') });
    expect(view).toMatchObject({
      state: 'refused',
      checks: [{ name: 'format', ok: false }],
    });
    expect(left()).toEqual([]);
    expect(bundles()).toEqual(kept);
  });
});

describe('a watched folder', { timeout: 90_000 }, () => {
  const endpoint = (name: string): Promise<EndpointView> => api(url, 'GET', `endpoints/${name}`);

  test('takes a file once it is complete, under the name of its folder', async () => {
    const bytes = readFileSync(churn);
    mkdirSync(join(dropped, 'slowly'));
    const path = join(dropped, 'slowly', 'churn.joblib');
    for (let k = 0; k < 4; k++) {
      appendFileSync(path, bytes.subarray((k * bytes.length) / 4, ((k + 1) * bytes.length) / 4));
      await wait(700);
    }
    await expect.poll(() => versionOf('slowly'), { timeout: 30_000 }).toBe('1');
    const { items } = await api<{ items: VersionView[] }>(url, 'GET', 'models/slowly/versions');
    expect(items.map(({ version, state }) => [version, state])).toEqual([[1, 'ready']]);
  });

  test('looks at no hidden and no half-written name until it is renamed; the next version earns its traffic', async () => {
    const next = readFileSync(example('next/churn.joblib'));
    for (const name of ['.churn.joblib', 'churn.joblib.part'])
      writeFileSync(join(dropped, 'slowly', name), next);
    // Whoever has found the file that was put beside them later has seen them, too.
    mkdirSync(join(dropped, 'beside'));
    copyFileSync(churn, join(dropped, 'beside', 'churn.joblib'));
    await expect.poll(() => versionOf('beside'), { timeout: 30_000 }).toBe('1');
    const { items } = await api<{ items: VersionView[] }>(url, 'GET', 'models/slowly/versions');
    expect(items).toHaveLength(1);
    renameSync(join(dropped, 'slowly', 'churn.joblib.part'), join(dropped, 'slowly', 'churn.joblib'));
    await expect
      .poll(async () => (await endpoint('slowly')).rollout, { timeout: 30_000 })
      .toMatchObject({ candidate: 2, strategy: 'canary', by: 'watch', weight: 0 });
    expect(await versionOf('slowly')).toBe('1');
  });
});
