/** What manifests say of a pod, held against the program that runs in it: variables, arguments, probes, the way it goes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { render } from '../../src/deploy/kubernetes/render.ts';
import { type KubernetesSpec, specOf } from '../../src/deploy/kubernetes/spec.ts';
import { admitFile } from '../../src/registry/admit.ts';
import { freePort } from '../../tools/free-port.ts';
import { folder, plimsoll, ROOT } from '../cli.ts';
import { CHURN, image } from './specs.ts';

const MODEL = join(ROOT, 'fixtures/models/sklearn-1.9.1/ordinal-numbers.pkl');
const MAIN = join(ROOT, 'src/server/container/main.ts');
const work = folder();
const bundles = join(work, 'models');
let example: unknown;
let pod: Pod | null = null;

beforeAll(async () => {
  const { bundle, manifest } = await admitFile(MODEL, { dataDir: join(work, 'data'), name: 'churn' });
  mkdirSync(join(bundles, 'churn'), { recursive: true });
  cpSync(bundle, join(bundles, 'churn', '3'), { recursive: true });
  example = manifest.example;
}, 60_000);

afterEach(() => {
  pod?.child.kill('SIGKILL');
  pod = null;
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

/** Starts what the container says, on a free port instead of its own; settles when its startup probe has succeeded. */
async function started(container: Container, changes: Readonly<Record<string, string>> = {}): Promise<Pod> {
  const port = await freePort();
  const env = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
  const own = { PATH: process.env['PATH']!, HOME: work, PLIMSOLL_BUNDLES: bundles };
  const args = container.args.map((arg) => arg.replace('{{.Name}}', 'churn').replace('8080', String(port)));
  const child = spawn(process.execPath, [MAIN, ...args.map((arg) => arg.replace('/mnt/models', bundles))], {
    env: { ...own, ...env, ...('PLIMSOLL_PORT' in env ? { PLIMSOLL_PORT: String(port) } : {}), ...changes },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ask: Pod['ask'] = (path, options) =>
    fetch(`http://127.0.0.1:${port}${path}`, options).then(
      ({ status }) => status,
      () => 0,
    );
  pod = { child, ended, ask };
  for (let tries = 300; (await ask(container.startupProbe.httpGet.path)) !== 200; tries--) {
    if (tries === 0 || child.exitCode !== null) throw new Error('the startup probe never succeeded');
    await sleep(100);
  }
  return pod;
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
    const container = containerOf(specOf({ image: image(1) }, CHURN));
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
    const data = join(work, 'keys');
    const file = join(work, 'keys.json');
    const made = plimsoll('keys', 'create', '--name', 'shop', '--scope', 'predict', '--data', data, '--json');
    expect(made).toMatchObject({ status: 0 });
    expect(plimsoll('keys', 'export', '--output', file, '--data', data)).toMatchObject({ status: 0 });
    const container = containerOf(specOf({ image: image(1), keysSecret: 'callers' }, CHURN));
    expect(container.env).toContainEqual({
      name: 'PLIMSOLL_KEYS_FILE',
      value: '/etc/plimsoll/keys/keys.json',
    });
    const { ask } = await started(container, { PLIMSOLL_KEYS_FILE: file });
    expect(await ask('/models/churn/predict', rows())).toBe(401);
    const { key } = JSON.parse(made.stdout) as { key: string };
    expect(await ask('/models/churn/predict', rows(key))).toBe(200);
    expect(await ask('/metrics')).toBe(200);
  });

  test('of the runtime of KServe serves what is mounted under the name of its service', async () => {
    const container = containerOf(specOf({ image: image(1), kserve: {} }, CHURN));
    const { ask } = await started(container);
    expect(await ask('/v1/models/churn')).toBe(200);
    expect(await ask('/v2/models/churn/ready')).toBe(200);
  });
});
