/** `deploy kubernetes` against a real API server with its controllers. No container runs. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ApiAnswer,
  type ApiCall,
  type ClusterApi,
  connect,
} from '../../src/deploy/kubernetes/cluster/api.ts';
import { ClusterCloud } from '../../src/deploy/kubernetes/cluster/cloud.ts';
import { deploymentOf } from '../../src/deploy/kubernetes/cluster/deployment.ts';
import { render } from '../../src/deploy/kubernetes/render.ts';
import { type KubernetesSpec, kubernetesSpecOf } from '../../src/deploy/kubernetes/spec.ts';
import { applyDeployment, destroy, plan } from '../../src/deploy/plan/apply.ts';
import { CHURN, image, SPECS } from './specs.ts';
import { quickly, START_MILLIS, small, startTestCluster, type TestCluster } from './test-cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
  cluster.kubectl('create', 'namespace', 'kill');
}, START_MILLIS);

afterAll(() => cluster?.stop());

const fixed = (replicas: number): KubernetesSpec => kubernetesSpecOf({ image: image(1), replicas }, CHURN);

describe('deploy kubernetes', () => {
  test('plans, applies, waits for the rollout, does nothing the second time, and removes what is its own alone', async () => {
    const folder = cluster.written('deployed', small());
    const planned = await cluster.plimsoll('deploy', 'kubernetes', 'plan', folder);
    expect(planned.stdout).toContain('create');
    expect(planned.stdout).toContain('Role: apiGroups ["apps"], resources ["deployments"]');
    expect(planned.stdout).not.toContain('refuses');
    expect(cluster.kubectl('get', 'deployments', '-o', 'name')).toBe('');
    const applied = await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder);
    console.log(applied.stdout, applied.stderr);
    expect(applied).toMatchObject({ status: 0 });
    expect(cluster.kubectl('rollout', 'status', 'deployment/churn-v3', '--timeout=5s')).toContain(
      'successfully',
    );
    const again = await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder);
    expect(again.stdout).toContain('nothing was done');
    const status = await cluster.plimsoll('deploy', 'kubernetes', 'status', folder);
    expect(status.stdout).toMatch(/Deployment\/churn-v4 +ready/);
    cluster.kubectl('create', 'service', 'clusterip', 'somebody-elses', '--tcp=80:80');
    const destroyed = await cluster.plimsoll('deploy', 'kubernetes', 'destroy', folder);
    console.log(destroyed.stdout, destroyed.stderr);
    expect(destroyed.stdout).toContain('Nothing of churn is left');
    expect(cluster.kubectl('get', 'services', '-o', 'name')).toContain('somebody-elses');
    expect(cluster.kubectl('get', 'deployments', '-o', 'name')).toBe('');
  });

  test('shows fields that others own with their owners, and takes them over only when told so', async () => {
    const folder = cluster.written('contested', fixed(2));
    expect(await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder)).toMatchObject({ status: 0 });
    cluster.kubectl('scale', 'deployment/churn-v3', '--replicas=5');
    const other = cluster.written('contested', kubernetesSpecOf({ image: image(2), replicas: 3 }, CHURN));
    const planned = await cluster.plimsoll('deploy', 'kubernetes', 'plan', other, '--json');
    const { refused: tried } = JSON.parse(planned.stdout) as { refused: unknown };
    expect(tried).toEqual([
      {
        ...{ id: 'Deployment/churn-v3', code: 'KUBERNETES_CONFLICT' },
        message: expect.stringContaining('.spec.replicas: kubectl'),
      },
    ]);
    const refused = await cluster.plimsoll('deploy', 'kubernetes', 'apply', other);
    console.log(refused.stderr);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('KUBERNETES_CONFLICT');
    expect(refused.stderr).toContain('.spec.replicas: kubectl');
    expect(cluster.kubectl('get', 'deployment/churn-v3', '-o', 'jsonpath={.spec.replicas}')).toBe('5');
    expect(await cluster.plimsoll('deploy', 'kubernetes', 'apply', other, '--force-conflicts')).toMatchObject(
      {
        status: 0,
      },
    );
    expect(cluster.kubectl('get', 'deployment/churn-v3', '-o', 'jsonpath={.spec.replicas}')).toBe('3');
    await cluster.plimsoll('deploy', 'kubernetes', 'destroy', other);
  });

  test('changes nothing of a name that is somebody else’s', async () => {
    cluster.kubectl('create', 'serviceaccount', 'churn');
    const refused = await cluster.plimsoll(
      'deploy',
      'kubernetes',
      'apply',
      cluster.written('taken', small()),
    );
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain('CLOUD_NAME_TAKEN');
    expect(cluster.kubectl('get', 'deployments', '-o', 'name')).toBe('');
    cluster.kubectl('delete', 'serviceaccount', 'churn');
  });

  test('refuses a second scaler on a Deployment that somebody scales already', async () => {
    await cluster.plimsoll('deploy', 'kubernetes', 'apply', cluster.written('scaled', fixed(3)));
    cluster.kubectl('autoscale', 'deployment', 'churn-v3', '--name=theirs', '--cpu=80%', '--max=9');
    const folder = cluster.written('scaled', SPECS['plain']!);
    const refused = await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder);
    console.log(refused.stderr);
    expect(refused.status).toBe(3);
    expect(refused.stderr).toContain('HorizontalPodAutoscaler theirs of kubectl-autoscale scales');
    cluster.kubectl('delete', 'hpa', 'theirs');
    await cluster.plimsoll('deploy', 'kubernetes', 'destroy', folder);
  });

  test('leaves as many pods as there are when a scaler begins to count them', async () => {
    await cluster.plimsoll('deploy', 'kubernetes', 'apply', cluster.written('handed', fixed(3)));
    const folder = cluster.written('handed', SPECS['plain']!);
    const applied = await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder);
    expect(applied).toMatchObject({ status: 0 });
    expect(cluster.kubectl('get', 'deployment/churn-v3', '-o', 'jsonpath={.spec.replicas}')).toBe('3');
    await cluster.plimsoll('deploy', 'kubernetes', 'destroy', folder);
  });

  test('says which credentials, which cluster, and which kind it lacks', async () => {
    const folder = cluster.written('lacking', small());
    const bad = join(cluster.plane.folder, 'bad.yaml');
    writeFileSync(
      bad,
      `{ current-context: a, clusters: [{ name: a, cluster: { server: '${cluster.plane.server}', insecure-skip-tls-verify: true } }], users: [{ name: a, user: { token: no } }], contexts: [{ name: a, context: { cluster: a, user: a } }] }`,
    );
    const denied = await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder, '--kubeconfig', bad);
    expect([denied.status, denied.stderr.split(':')[0]]).toEqual([1, 'CLOUD_DENIED']);
    cluster.kubectl('delete', 'crd', 'servicemonitors.monitoring.coreos.com');
    const unknown = await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder);
    expect(unknown.stderr).toContain('does not know ServiceMonitor: install the Prometheus operator');
    cluster.installDefinitions();
    expect(await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder)).toMatchObject({ status: 0 });
    await cluster.plimsoll('deploy', 'kubernetes', 'destroy', folder);
  });

  test('ended at any call, goes on where it was and ends at the same', async () => {
    const objects = render(small({ namespace: 'kill' })).map(({ object }) => object);
    const { deployment } = deploymentOf(objects, 'test');
    const direct = await connect({ kubeconfig: cluster.plane.kubeconfig, namespace: 'kill' });
    const { resources } = deployment;
    const changes: string[] = [];
    let crashes = 0;
    for (let at = 1; ; at++) {
      const cloud = new ClusterCloud({ api: crashing(direct, at, changes), resources, force: false });
      try {
        await applyDeployment(deployment, quickly(cloud));
        break;
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        crashes++;
      }
    }
    console.log(`ended ${crashes} times; ${changes.length} changes for ${resources.length} objects`);
    const cloud = new ClusterCloud({ api: direct, resources, force: false });
    expect((await plan(deployment, cloud)).steps).toEqual([]);
    // Each crash is at the call after its effect, so no object is written more than once.
    expect(changes).toHaveLength(resources.length);
    expect(await destroy(deployment, quickly(cloud))).toHaveLength(resources.length);
    expect(await cloud.owned('churn')).toEqual([]);
  });

  test('ends where a secret is not there, which a node says in an event alone; once it is there, the same command makes new pods', async () => {
    const facts = { ...CHURN, name: 'unmounted' };
    const folder = cluster.written(
      'unmounted',
      kubernetesSpecOf({ image: image(1), replicas: 1, keysSecret: 'callers' }, facts),
    );
    const failed = await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder);
    expect([failed.status, failed.stderr]).toEqual([
      1,
      expect.stringMatching(/CLOUD_FAILED: .*unmounted-v3-\S+: FailedMount: .*secret "callers" not found/s),
    ]);
    cluster.kubectl('create', 'secret', 'generic', 'callers');
    expect(await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder)).toMatchObject({ status: 0 });
    const pods = (): string => cluster.kubectl('get', 'pods', '-o', 'name');
    const made = pods();
    const other = cluster.written(
      'unmounted',
      kubernetesSpecOf({ image: image(1), replicas: 1, keysSecret: 'callers', serviceMonitor: false }, facts),
    );
    await cluster.plimsoll('deploy', 'kubernetes', 'apply', other);
    expect(pods().split('\n').length).toBe(made.split('\n').length);
    await cluster.plimsoll('deploy', 'kubernetes', 'destroy', folder);
  });

  test('says at once that a quota lets no more pods be made', async () => {
    cluster.kubectl('create', 'namespace', 'small');
    cluster.kubectl('create', 'quota', 'few', '--hard=pods=1', '-n', 'small');
    const folder = cluster.written(
      'small',
      kubernetesSpecOf({ image: image(1), replicas: 2, namespace: 'small' }, CHURN),
    );
    const failed = await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder);
    expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining('exceeded quota: few')]);
    cluster.kubectl('delete', 'quota', 'few', '-n', 'small');
    expect(await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder)).toMatchObject({ status: 0 });
    await cluster.plimsoll('deploy', 'kubernetes', 'destroy', folder);
  });

  test('writes no pods whose model a server would drop, which knows no image as a volume', async () => {
    const objects = render(SPECS['the model as a volume']!).map(({ object }) => object);
    const { deployment } = deploymentOf(objects, 'test');
    const { resources } = deployment;
    // As a server before 1.35 answers: without the field that it does not know.
    const forgetful: ClusterApi = {
      ...cluster.api,
      send: async (call) => {
        const answer = await cluster.api.send(call);
        const text = JSON.stringify(answer.body).replaceAll(/"image":\{[^}]*\}/g, '"emptyDir":{}');
        return { ...answer, body: JSON.parse(text) as ApiAnswer['body'] };
      },
    };
    const old = applyDeployment(
      deployment,
      quickly(new ClusterCloud({ api: forgetful, resources, force: false })),
    );
    await expect(old).rejects.toMatchObject({
      code: 'CLOUD_REFUSED',
      message: expect.stringContaining('image as a volume'),
    });
    expect(cluster.kubectl('get', 'deployments', '-o', 'name')).toBe('');
    const ports = quickly(new ClusterCloud({ api: cluster.api, resources, force: false }));
    expect((await applyDeployment(deployment, ports)).created).toContain('Deployment/churn-v3');
    await destroy(deployment, ports);
  });

  test('writes over a Deployment that has come to nothing, rather than removing it', async () => {
    const facts = { ...CHURN, name: 'broken' };
    const objects = (digit: number) =>
      render(kubernetesSpecOf({ image: image(digit), replicas: 1 }, facts)).map(({ object }) => object);
    const first = deploymentOf(objects(1), 'test').deployment;
    const stuck = new ClusterCloud({ api: cluster.api, resources: first.resources, force: false });
    const failed = await applyDeployment(first, quickly(stuck)).catch((error: unknown) => error);
    console.log(String(failed));
    expect(failed).toMatchObject({ code: 'CLOUD_FAILED' });
    expect(String(failed)).toMatch(/broken-v3-\S+: ImagePullBackOff: Back-off pulling image/);
    const folder = cluster.written('broken', kubernetesSpecOf({ image: image(1), replicas: 1 }, facts));
    const status = await cluster.plimsoll('deploy', 'kubernetes', 'status', folder);
    expect(status.stdout).toMatch(/Deployment\/broken-v3 +failed +broken-v3-\S+: ImagePullBackOff/);
    const second = deploymentOf(objects(2), 'test').deployment;
    const { steps } = await plan(
      second,
      new ClusterCloud({ api: cluster.api, resources: second.resources, force: false }),
    );
    expect(steps.filter(({ action }) => action === 'replace' || action === 'wait')).toEqual([]);
    expect(steps[0]).toMatchObject({ action: 'update', resource: { kind: 'Deployment' } });
    await destroy(first, quickly(stuck));
  });
});

class Crash extends Error {}

/** Ends the work right after the call of that number, counted from 1, has had its effect. */
function crashing(through: ClusterApi, at: number, changes: string[]): ClusterApi {
  let calls = 0;
  return {
    ...through,
    send: async (call: ApiCall) => {
      const answer = await through.send(call);
      if (call.method !== 'GET') changes.push(`${call.method} ${call.path}`);
      calls++;
      if (calls === at) throw new Crash();
      return answer;
    },
  };
}
