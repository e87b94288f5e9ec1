import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderVertex } from '../../src/deploy/vertex/render.ts';
import { requestsOf } from '../../src/deploy/vertex/requests.ts';
import { documentOf, imageOf, type Scene, scene } from './deployment.ts';

/** Every setting that there is. */
const FULL = documentOf(
  {},
  {
    endpoint: { id: 'churn', dedicated: true, description: 'who leaves' },
    serviceAccount: 'churn@acme-ml.iam.gserviceaccount.com',
    versions: [
      {
        model: 'churn',
        version: 1,
        digest: '1'.repeat(64),
        image: imageOf(1),
        traffic: 60,
        artifacts: 'gs://bucket/churn/1',
        machine: { type: 'n1-standard-4', accelerator: 'NVIDIA_TESLA_T4', accelerators: 1 },
        replicas: { min: 1, max: 4 },
        scaleAt: { cpu: 70, accelerator: 80, requests: 60 },
        spot: true,
        port: 9000,
        env: { GREETING: 'a $(NAME) and $5' },
        invoke: true,
        deploymentTimeoutSeconds: 900,
        sharedMemoryMb: 64,
        accessLog: true,
      },
      { model: 'churn', version: 2, digest: '2'.repeat(64), image: imageOf(2), traffic: 40 },
    ],
    batch: [
      {
        name: 'nightly',
        version: 2,
        format: 'csv',
        input: ['gs://bucket/in.csv'],
        output: 'gs://bucket/out',
      },
    ],
  },
);

let there: Scene;
beforeAll(async () => {
  there = await scene();
}, 120_000);
afterAll(async () => there.close());

test('the requests that are written down are accepted as they are, one after the other', async () => {
  for (const { method, path, body, what } of requestsOf(FULL)) {
    const answer = await fetch(`${there.fake.url}${path}`, { method, body: JSON.stringify(body) });
    expect(answer.status, `${what}: ${await answer.text()}`).toBe(200);
    await there.fake.world.quiet();
  }
  // What they have made is what `apply` would have made: there is nothing left to do.
  expect(await there.apply(FULL)).toEqual({ created: [], updated: [], replaced: [], removed: [] });
  await there.destroy(FULL);
});

test('nothing of a request is lost on its way through the client', async () => {
  await there.apply(FULL);
  const { models, endpoints, jobs } = there.fake.world;
  for (const { kind, name, spec } of renderVertex(FULL).resources) {
    const last = name.split('/').at(-1);
    if (kind === 'Model')
      expect([...models].find(([key]) => key.endsWith(`/${last}`))![1]).toMatchObject(spec);
    const [{ message, deployed }] = [...endpoints.values()] as [
      typeof endpoints extends Map<string, infer E> ? E : never,
    ];
    if (kind === 'Endpoint' || kind === 'TrafficSplit') expect(message).toMatchObject(spec);
    if (kind === 'DeployedModel') {
      const { model: _, displayName, ...rest } = spec;
      const found = deployed.get(String(last))!.message;
      expect(found).toMatchObject(rest);
      expect(found['displayName']).toContain(displayName);
    }
    if (kind === 'BatchPredictionJob') {
      const { model: _, ...rest } = spec;
      expect([...jobs.values()][0]!.message).toMatchObject(rest);
    }
  }
  await there.destroy(FULL);
});

test('machines that change are another deployment of the same model, which keeps its image', async () => {
  const one = documentOf({ 1: 100 });
  await there.apply(one);
  const larger = { ...one, versions: [{ ...one.versions[0]!, replicas: { min: 2, max: 2 } }] };
  const { created, updated, removed } = await there.apply(larger);
  expect(created).toEqual([expect.stringContaining('DeployedModel/')]);
  expect(updated).toEqual(['TrafficSplit/churn']);
  expect(removed).toEqual([expect.stringContaining('DeployedModel/')]);
  await there.destroy(larger);
});
