/** What counts pods hands over to what counts them next, against a real API server with its controllers. No container runs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiCall, ClusterApi } from '../../src/deploy/kubernetes/cluster/api.ts';
import { ClusterCloud } from '../../src/deploy/kubernetes/cluster/cloud.ts';
import { deploymentOf } from '../../src/deploy/kubernetes/cluster/deployment.ts';
import { liveValueAt } from '../../src/deploy/kubernetes/cluster/live.ts';
import { KIND_ORDER } from '../../src/deploy/kubernetes/kinds.ts';
import { render } from '../../src/deploy/kubernetes/render.ts';
import { kubernetesSpecOf } from '../../src/deploy/kubernetes/spec.ts';
import { applyDeployment, destroy } from '../../src/deploy/plan/apply.ts';
import { CHURN, image } from './specs.ts';
import { quickly, START_MILLIS, startTestCluster, type TestCluster } from './test-cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
}, START_MILLIS);

afterAll(() => cluster?.stop());

const NAMESPACE = 'default';

/** Brings a version to the cluster; `onChange` sees each call before it is sent. */
async function deployed(
  document: object,
  version = 3,
  onChange: (call: ApiCall) => Promise<void> | void = () => undefined,
) {
  const spec = kubernetesSpecOf(
    { image: image(version), namespace: NAMESPACE, ...document },
    { ...CHURN, version },
  );
  const { deployment } = deploymentOf(
    render(spec).map(({ object }) => object),
    'test',
  );
  const api: ClusterApi = {
    ...cluster.api,
    send: async (call) => {
      if (call.method !== 'GET') await onChange(call);
      return cluster.api.send(call);
    },
  };
  return applyDeployment(
    deployment,
    quickly(new ClusterCloud({ api, resources: deployment.resources, force: false })),
  );
}

const live = async (plural: string, name: string): Promise<unknown> =>
  (await cluster.api.send({ method: 'GET', path: `/apis/apps/v1/namespaces/default/${plural}/${name}` }))
    .body;
const pods = async (version: number): Promise<unknown> =>
  liveValueAt(await live('deployments', `churn-v${version}`), 'spec', 'replicas');
const scalers = (): string =>
  cluster.kubectl('get', 'hpa,scaledobject', '-o', 'name').trim().replaceAll('\n', ' ');

describe('A scaler', () => {
  test('finds as many pods as it allows at least; a version that takes over has those of the one before, when requests come', async () => {
    const begun: unknown[] = [];
    const noted = ({ method, path, body }: ApiCall): void => {
      if (method === 'PATCH' && path.includes('/deployments/'))
        begun.push(liveValueAt(body, 'spec', 'replicas'));
    };
    await deployed({ hpa: { min: 2, max: 10 } }, 3, noted);
    expect(begun).toEqual([2]);
    cluster.kubectl('scale', 'deployment/churn-v3', '--replicas=5');
    await expect.poll(() => pods(3)).toBe(5);
    const available: unknown[] = [];
    await deployed({ hpa: { min: 2, max: 10 } }, 4, async (call) => {
      noted(call);
      if (!call.path.endsWith('/services/churn')) return;
      available.push(liveValueAt(await live('deployments', 'churn-v4'), 'status', 'availableReplicas'));
    });
    expect({ begun, available }).toEqual({ begun: [2, 5], available: [5] });
    expect(cluster.kubectl('get', 'deployments', '-o', 'name').trim()).toBe('deployment.apps/churn-v4');

    // One that was there already, as a candidate with pods enough for that.
    const [hpa, gateway] = [{ min: 2, max: 10 }, { name: 'public' }];
    const candidates = [{ version: 5, image: image(5), weight: 5 }];
    await deployed({ hpa, gateway, candidates }, 4);
    expect([await pods(4), await pods(5)]).toEqual([5, 2]);
    available.length = 0;
    await deployed({ hpa, gateway }, 5, async ({ path }) => {
      if (/(services|httproutes)\/churn$/.test(path))
        available.push(liveValueAt(await live('deployments', 'churn-v5'), 'status', 'availableReplicas'));
    });
    expect(available).toEqual([5, 5]);
    await deployed({ hpa }, 4);
  });

  test('leaves to a fixed number what it has counted, without a conflict, and goes', async () => {
    await deployed({ hpa: { min: 6, max: 10 } }, 4);
    // Its controller looks every 15 s.
    await expect.poll(() => pods(4), { timeout: 60_000 }).toBe(6);
    const done = await deployed({ replicas: 2 }, 4);
    expect(done.updated).toContain('Deployment/churn-v4');
    expect([await pods(4), scalers()]).toEqual([2, '']);
  });

  test('goes before one of another kind comes: they never scale the same pods', async () => {
    await deployed({ hpa: { min: 2, max: 10 } }, 4);
    const changes: string[] = [];
    const noted = ({ method, path }: ApiCall): void => {
      if (/autoscalers|scaledobjects/.test(path)) changes.push(`${method} ${path.split('/').at(-2)}`);
    };
    const keda = { prometheus: 'http://prometheus.monitoring:9090', min: 2, max: 8 };
    await deployed({ keda }, 4, noted);
    expect(scalers()).toBe('scaledobject.keda.sh/churn-v4');
    await deployed({ hpa: { min: 2, max: 10 } }, 4, noted);
    expect(scalers()).toBe('horizontalpodautoscaler.autoscaling/churn-v4');
    await deployed({ replicas: 3 }, 4);
    expect([await pods(4), scalers()]).toEqual([3, '']);
    expect(changes).toEqual([
      ...['DELETE horizontalpodautoscalers', 'PATCH scaledobjects'],
      ...['DELETE scaledobjects', 'PATCH horizontalpodautoscalers'],
    ]);
    const cloud = new ClusterCloud({ api: cluster.api, resources: [], force: false });
    await destroy({ name: 'churn', kinds: KIND_ORDER }, quickly(cloud));
  });
});
