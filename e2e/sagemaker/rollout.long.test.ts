import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EndpointView } from '../../src/control/port.ts';
import type { RouterView } from '../../src/deploy/routers/follow.ts';
import type { Container, ContainerSpec } from '../../tools/clouds/aws/container.ts';
import type { Aws } from '../../tools/clouds/aws/server.ts';
import { folder, type Served, served } from '../cli.ts';
import { startPrometheus, stopped } from '../monitoring/prometheus-server.ts';
import { api, ended, fixture, rows } from '../rollouts/control.ts';
import { account, BUCKET, REGION } from './deployment.ts';
import { containers, plimsollAt } from './programs.ts';

/**
 * A rollout whose traffic is all on SageMaker: it moves the weights of variants there, and decides by what their containers
 * have counted, as a Prometheus has it.
 */

const home = folder();
const data = join(home, 'data');
const POLICY = {
  window: '2s',
  watermark: '10s',
  stages: [{ weight: 25, bake: '6s', minUnits: 50 }, { weight: 100 }],
  guards: { latency: false, outputs: false },
  certificate: false,
};

let aws: Aws;
let server: Served;
let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
const started: Container[] = [];
/** Answers by variant, and those that were none. */
const answered = new Map<string, number>();
let isOver = false;
let traffic: Promise<unknown> = Promise.resolve();

/** Containers of this checkout, noted as they start. */
function noted() {
  const host = containers();
  return {
    ...host,
    start: async (spec: ContainerSpec) => {
      const container = await host.start(spec);
      started.push(container);
      return container;
    },
  };
}

async function client(): Promise<void> {
  const runtime = new SageMakerRuntimeClient({ endpoint: aws.url, region: REGION, maxAttempts: 1 });
  const request = { EndpointName: 'risk', ContentType: 'application/json' };
  for (let asked = 0; !isOver; asked++) {
    const Body = JSON.stringify({ instances: [rows[asked % rows.length]] });
    const who = await runtime.send(new InvokeEndpointCommand({ ...request, Body })).then(
      ({ InvokedProductionVariant: variant = '' }) => variant,
      () => 'failed',
    );
    answered.set(who, (answered.get(who) ?? 0) + 1);
    await sleep(5);
  }
}

async function done(...args: readonly string[]): Promise<void> {
  const finished = await plimsollAt(aws.url, ...args);
  expect(finished, finished.stderr + finished.stdout).toMatchObject({ status: 0 });
}

beforeAll(async () => {
  aws = await account({ takesMillis: 20, containers: noted() });
  const image = `123456789012.dkr.ecr.${REGION}.amazonaws.com/plimsoll@sha256:${'ab'.repeat(32)}`;
  const role = 'arn:aws:iam::123456789012:role/plimsoll-serving';
  const where = [
    '--region',
    REGION,
    '--artifacts',
    `s3://${BUCKET}/plimsoll/`,
    '--image',
    image,
    '--role',
    role,
  ];
  for (const name of ['stable', 'erroring', 'good'])
    await done('push', fixture(name), '--name', 'risk', '--data', data, '--breaking');
  const output = (version: number): string => join(home, `sm-${version}`);
  for (const version of [1, 2, 3]) {
    const beside = version === 1 ? [] : ['--beside', output(version - 1), '--weight', '0'];
    await done(
      'package',
      'sagemaker',
      `risk@${version}`,
      '--data',
      data,
      '--output',
      output(version),
      ...where,
      ...beside,
    );
  }
  await done('deploy', 'sagemaker', 'apply', output(3));
  const targets = started.map(({ url }) => url);
  prometheus = await startPrometheus(join(home, 'prometheus'), { targets, alertmanager: null, rules: {} });
  const config = join(home, 'plimsoll.yaml');
  mkdirSync(home, { recursive: true });
  const router = { to: `sagemaker:${REGION}/risk`, metrics: prometheus.url };
  writeFileSync(config, JSON.stringify({ routers: { risk: router } }));
  process.env['AWS_ENDPOINT_URL'] = aws.url;
  server = await served(['--data', data, '--config', config, '--workers', '1']);
  traffic = Promise.all([client(), client()]);
}, 300_000);
afterAll(async () => {
  isOver = true;
  await traffic;
  await server?.stop();
  if (prometheus) await stopped(prometheus.child);
  await Promise.all(started.map((container) => container.stop()));
  await aws.close();
}, 60_000);

const routers = async (): Promise<readonly RouterView[]> =>
  (await api<{ items: RouterView[] }>(server.said.url, 'GET', 'routers')).items;
const stable = async (): Promise<number> =>
  (await api<EndpointView>(server.said.url, 'GET', 'endpoints/risk')).stable;
const rollOut = (candidate: number): Promise<{ id: string }> =>
  api(server.said.url, 'POST', 'endpoints/risk/rollouts', { candidate, strategy: 'canary', policy: POLICY });

test('a candidate that fails on SageMaker is rolled back by what its containers have counted', async () => {
  await expect
    .poll(routers, { timeout: 30_000 })
    .toMatchObject([{ endpoint: 'risk', found: { 1: 100 }, error: null }]);
  const { id } = await rollOut(2);
  await expect.poll(routers, { timeout: 30_000 }).toMatchObject([{ found: { 1: 75, 2: 25 }, error: null }]);
  const over = await ended(server.said.url, { id }, 120_000);
  expect(over).toMatchObject({ state: 'rolled-back', candidate: 2 });
  await expect.poll(routers, { timeout: 30_000 }).toMatchObject([{ found: { 1: 100 } }]);
  expect(answered.get('failed')).toBeGreaterThan(0);
  console.log(`rolled back: ${over.reason}`);
}, 200_000);

test('a candidate that does no harm there gets everybody', async () => {
  answered.clear();
  const { id } = await rollOut(3);
  await expect.poll(routers, { timeout: 30_000 }).toMatchObject([{ found: { 1: 75, 3: 25 } }]);
  expect(await ended(server.said.url, { id }, 180_000)).toMatchObject({ state: 'promoted', candidate: 3 });
  await expect.poll(routers, { timeout: 30_000 }).toMatchObject([{ found: { 3: 100 }, error: null }]);
  expect(await stable()).toBe(3);
  expect(answered.get('failed')).toBeUndefined();
  console.log(Object.fromEntries(answered));
}, 260_000);
