/** What manifests say of a pod, held against the program that runs in it: variables, arguments, probes, the way it goes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { containerConfig } from '../../src/config/container.ts';
import { formatKnownKeys } from '../../src/control/keys/known-keys.ts';
import type { KnownKey } from '../../src/control/keys/port.ts';
import { render } from '../../src/deploy/kubernetes/render.ts';
import { type KubernetesSpec, kubernetesSpecOf } from '../../src/deploy/kubernetes/spec.ts';
import { admitFile } from '../../src/registry/admit.ts';
import { type RunningContainer, serveContainer } from '../../src/server/container/serve.ts';
import { freePort } from '../../tools/free-port.ts';
import { folder, ROOT } from '../cli.ts';
import { CHURN, image } from './specs.ts';

const MODEL = join(ROOT, 'fixtures/models/sklearn-1.9.1/ordinal-numbers.pkl');
const MAIN = join(ROOT, 'src/server/container/main.ts');
const work = folder();
const bundles = join(work, 'models');
let example: unknown;
let pod: ChildProcess | null = null;
let running: RunningContainer | null = null;

beforeAll(async () => {
  const { bundle, manifest } = await admitFile(MODEL, { dataDir: join(work, 'data'), name: 'churn' });
  mkdirSync(join(bundles, 'churn'), { recursive: true });
  cpSync(bundle, join(bundles, 'churn', '3'), { recursive: true });
  example = manifest.example;
}, 60_000);

afterEach(async () => {
  pod?.kill('SIGKILL');
  await running?.close();
  [pod, running] = [null, null];
});

interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly startupProbe: { readonly httpGet: { readonly path: string } };
  readonly readinessProbe: { readonly httpGet: { readonly path: string } };
  readonly livenessProbe: { readonly httpGet: { readonly path: string } };
}

interface Pod {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly ask: (path: string, options?: RequestInit) => Promise<number>;
}

function containerOf(spec: KubernetesSpec): Container {
  const kinds = ['Deployment', 'ServingRuntime'];
  const { object } = render(spec).find(({ object }) => kinds.includes(object.kind))!;
  const inner = object['spec'] as { template?: { spec: object } };
  return ((inner.template?.spec ?? inner) as { containers: Container[] }).containers[0]!;
}

/** What the container says, with a free port instead of its own, and the places of this test instead of those of an image. */
async function told(
  container: Container,
): Promise<{ url: string; args: string[]; env: Record<string, string> }> {
  const port = String(await freePort());
  const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
  const args = container.args.map((arg) =>
    arg.replace('{{.Name}}', 'churn').replace('8080', port).replace('/mnt/models', bundles),
  );
  const own = 'PLIMSOLL_PORT' in env ? { PLIMSOLL_PORT: port } : {};
  return { url: `http://127.0.0.1:${port}`, args, env: { PLIMSOLL_BUNDLES: bundles, ...env, ...own } };
}

const asking =
  (url: string): Pod['ask'] =>
  (path, options) =>
    fetch(`${url}${path}`, options).then(
      ({ status }) => status,
      () => 0,
    );

/** As a process of its own; settles when its startup probe has succeeded. */
async function started(container: Container): Promise<Pod> {
  const { url, args, env } = await told(container);
  const own = { PATH: process.env['PATH']!, HOME: work };
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...own, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  pod = child;
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ask = asking(url);
  for (let tries = 300; (await ask(container.startupProbe.httpGet.path)) !== 200; tries--) {
    if (tries === 0 || child.exitCode !== null) throw new Error('the startup probe never succeeded');
    await sleep(100);
  }
  return { child, ended, ask };
}

/** In this process: what it takes to start and to go is known of the other. */
async function served(
  container: Container,
  changes: Readonly<Record<string, string>> = {},
): Promise<Pick<Pod, 'ask'>> {
  const { url, args, env } = await told(container);
  const config = containerConfig({ env: { ...env, ...changes }, args, isFilled: existsSync });
  running = await serveContainer(config, {
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
  });
  return { ask: asking(url) };
}

const rows = (key?: string): RequestInit => ({
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  },
  body: JSON.stringify({ rows: [example] }),
});

describe('A pod', () => {
  test('starts by what its manifest says, answers its probes, and goes on answering while it goes', async () => {
    const container = containerOf(kubernetesSpecOf({ image: image(1) }, CHURN));
    const { child, ended, ask } = await started(container);
    expect(await ask(container.livenessProbe.httpGet.path)).toBe(200);
    expect(await ask('/models/churn/predict', rows())).toBe(200);
    expect(await ask('/metrics')).toBe(200);
    child.kill('SIGTERM');
    await expect.poll(() => ask(container.readinessProbe.httpGet.path)).toBe(503);
    expect(await ask('/models/churn/predict', rows())).toBe(200);
    expect(await ended).toBe(0);
  });

  test('asks for keys where a secret has them, but not the probes and the scrape', async () => {
    const file = join(work, 'keys.json');
    const key = 'plim_a-key-of-this-test-alone';
    const sha256 = createHash('sha256').update(key).digest('hex');
    const known: KnownKey = { name: 'shop', scope: 'predict', endpoints: [], sha256, expiresAt: null };
    writeFileSync(file, formatKnownKeys([known]));
    const container = containerOf(kubernetesSpecOf({ image: image(1), keysSecret: 'callers' }, CHURN));
    expect(container.env).toContainEqual({
      name: 'PLIMSOLL_KEYS_FILE',
      value: '/etc/plimsoll/keys/keys.json',
    });
    const { ask } = await served(container, { PLIMSOLL_KEYS_FILE: file });
    for (const { httpGet } of [container.startupProbe, container.readinessProbe, container.livenessProbe])
      expect(await ask(httpGet.path)).toBe(200);
    expect(await ask('/models/churn/predict', rows())).toBe(401);
    expect(await ask('/models/churn/predict', rows(key))).toBe(200);
    expect(await ask('/metrics')).toBe(200);
  });

  test('of the runtime of KServe serves what is mounted under the name of its service', async () => {
    const container = containerOf(kubernetesSpecOf({ image: image(1), kserve: {} }, CHURN));
    const { ask } = await served(container);
    expect(await ask(container.startupProbe.httpGet.path)).toBe(200);
    expect(await ask('/v1/models/churn')).toBe(200);
    expect(await ask('/v2/models/churn/ready')).toBe(200);
  });
});
