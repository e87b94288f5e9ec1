import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyDeployment, destroy, plan } from './apply.ts';
import { inOrder } from './order.ts';
import type { Resource } from './port.ts';
import { CrashError, TestCloud, testPorts } from './testing/cloud.ts';

const KINDS = ['Bucket', 'Model', 'Config', 'Endpoint'];
const thing = (kind: string, name: string, value: number, needs: readonly Resource[] = []): Resource => ({
  ...{ kind, name, needs, spec: { value } },
  isMutable: kind === 'Endpoint',
});
/** A deployment as SageMaker has them: what cannot be changed is named by its content. */
function churn(value: number): { name: string; resources: readonly Resource[]; kinds: readonly string[] } {
  const model = thing('Model', `m-${value}`, value);
  const config = thing('Config', `c-${value}`, value, [model]);
  return {
    name: 'churn',
    resources: [thing('Endpoint', 'churn', value, [config]), config, model],
    kinds: KINDS,
  };
}
const states = ({ things }: TestCloud): unknown =>
  Object.fromEntries([...things].map(([id, { state, digest }]) => [id, `${state} ${digest}`]).toSorted());

test('what is needed is made first, and what is left over goes last', async () => {
  const cloud = new TestCloud();
  await applyDeployment(churn(1), testPorts(cloud));
  await applyDeployment(churn(2), testPorts(cloud));
  expect(cloud.changes).toEqual([
    ...['create Model/m-1', 'create Config/c-1', 'create Endpoint/churn'],
    ...['create Model/m-2', 'create Config/c-2', 'update Endpoint/churn'],
    ...['remove Config/c-1', 'remove Model/m-1'],
  ]);
});

test('a second run of the same changes nothing, and its plan says so', async () => {
  const cloud = new TestCloud();
  await applyDeployment(churn(1), testPorts(cloud));
  cloud.changes.length = 0;
  expect((await plan(churn(1), cloud)).steps).toEqual([]);
  expect(await applyDeployment(churn(1), testPorts(cloud))).toEqual({
    created: [],
    updated: [],
    replaced: [],
    removed: [],
  });
  expect(cloud.changes).toEqual([]);
});

test('ended at any call, before or after its effect, it is gone on with, and comes to the same', async () => {
  const straight = new TestCloud();
  await applyDeployment(churn(1), testPorts(straight));
  await applyDeployment(churn(2), testPorts(straight));
  await destroy(churn(2), testPorts(straight));
  const calls = straight.calls;
  expect(calls).toBeGreaterThan(30);
  for (const after of [false, true]) {
    for (let at = 1; at <= calls; at++) {
      const cloud = new TestCloud();
      cloud.crash = { at, after };
      const again = async (work: () => Promise<unknown>): Promise<void> => {
        await work().catch((error: unknown) => {
          if (!(error instanceof CrashError)) throw error;
          return work();
        });
      };
      await again(() => applyDeployment(churn(1), testPorts(cloud)));
      await again(() => applyDeployment(churn(2), testPorts(cloud)));
      const wanted = new TestCloud();
      await applyDeployment(churn(2), testPorts(wanted));
      expect(states(cloud), `call ${at}, ${after ? 'after' : 'before'} its effect`).toEqual(states(wanted));
      await again(() => destroy(churn(2), testPorts(cloud)));
      expect(cloud.things.size).toBe(0);
      expect(new Set(cloud.changes.filter((change) => change.startsWith('create'))).size).toBe(5);
      expect(cloud.changes.filter((change) => change.startsWith('create'))).toHaveLength(5);
    }
  }
});

test('what others made is neither changed nor removed, and is found before anything is done', async () => {
  const cloud = new TestCloud();
  const [endpoint] = churn(1).resources;
  await cloud.create(endpoint!, { deployment: 'other', digest: 'd' });
  cloud.changes.length = 0;
  const refused = { code: 'CLOUD_NAME_TAKEN', details: { kind: 'Endpoint', name: 'churn' } };
  await expect(plan(churn(1), cloud)).rejects.toMatchObject(refused);
  await expect(applyDeployment(churn(1), testPorts(cloud))).rejects.toMatchObject(refused);
  await destroy(churn(1), testPorts(cloud));
  expect(cloud.changes).toEqual([]);
});

test('what failed is said in the words of the cloud, and replaced by the next run', async () => {
  const cloud = new TestCloud();
  cloud.failing.set('Config', 1);
  await expect(applyDeployment(churn(1), testPorts(cloud))).rejects.toThrow('no capacity');
  const done = await applyDeployment(churn(1), testPorts(cloud));
  expect(done).toEqual({ created: ['Endpoint/churn'], updated: [], replaced: ['Config/c-1'], removed: [] });
});

test('a thing that never becomes ready ends the wait, not the thing', async () => {
  const cloud = new TestCloud(1e9);
  const ports = { ...testPorts(cloud), waitMillis: 60_000 };
  await expect(applyDeployment(churn(1), ports)).rejects.toMatchObject({
    code: 'CLOUD_TIMEOUT',
    details: { limit: 60 },
  });
  expect(cloud.changes).toEqual(['create Model/m-1']);
});

test('a thing that somebody writes over each time is given up, not written as fast as one can', async () => {
  const cloud = new TestCloud();
  await applyDeployment(churn(1), testPorts(cloud));
  const observe = cloud.observe.bind(cloud);
  cloud.observe = async (key) => {
    const seen = await observe(key);
    return seen && key.kind === 'Endpoint' && seen.state === 'ready' ? { ...seen, digest: 'theirs' } : seen;
  };
  cloud.changes.length = 0;
  const ports = { ...testPorts(cloud), waitMillis: 60_000 };
  await expect(applyDeployment(churn(1), ports)).rejects.toMatchObject({ code: 'CLOUD_TIMEOUT' });
  expect(cloud.changes.length).toBeLessThan(20);
});

test('a thing that is removed once it was made is said to be gone, not waited for', async () => {
  const cloud = new TestCloud();
  const ports = testPorts(cloud);
  const create = cloud.create.bind(cloud);
  cloud.create = async (resource, marks) => {
    await create(resource, marks);
    cloud.things.clear();
  };
  await expect(applyDeployment(churn(1), ports)).rejects.toMatchObject({ code: 'CLOUD_FAILED' });
  expect(ports.monotonic()).toBeLessThan(120_000);
});

test('what stays in its list once it has ended is neither removed nor made again under its name', async () => {
  const cloud = new TestCloud();
  await applyDeployment(churn(1), testPorts(cloud));
  const observe = cloud.observe.bind(cloud);
  cloud.observe = async (key) => {
    const seen = await observe(key);
    return seen && key.kind === 'Config' ? { ...seen, state: 'failed', remains: true } : seen;
  };
  cloud.changes.length = 0;
  await expect(applyDeployment(churn(1), testPorts(cloud))).rejects.toMatchObject({ code: 'CLOUD_REFUSED' });
  await destroy(churn(1), testPorts(cloud));
  expect(cloud.changes).toEqual(['remove Endpoint/churn', 'remove Model/m-1']);
});

test('an order has everything once, and each after what it needs', () => {
  const graphs = fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(graphs, fc.infiniteStream(fc.nat()), (edges, shuffle) => {
      const made: Resource[] = [];
      for (const [index, needs] of edges.entries()) {
        const earlier = needs.flatMap((n) => (index === 0 ? [] : [made[n % index]!]));
        made.push(thing('Model', `${index}`, index, earlier));
      }
      const given = made.map((one) => [shuffle.next().value, one] as const).toSorted(([a], [b]) => a - b);
      const order = inOrder(given.map(([, one]) => one));
      expect(order.map(({ name }) => Number(name)).toSorted((a, b) => a - b)).toEqual(edges.map((_, i) => i));
      for (const [at, { needs }] of order.entries())
        for (const { name } of needs) expect(order.findIndex((one) => one.name === name)).toBeLessThan(at);
    }),
  );
});
