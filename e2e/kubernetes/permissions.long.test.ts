/** Who may do what: the permissions that are printed, and what a strict namespace lets run. A real API server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { render } from '../../src/deploy/kubernetes/render.ts';
import { SPECS } from './specs.ts';
import { START_MILLIS, small, startTestCluster, type TestCluster } from './test-cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startTestCluster();
}, START_MILLIS);

afterAll(() => cluster?.stop());

function applied(name: string, objects: readonly object[]): void {
  const file = join(cluster.plane.folder, `${name}.json`);
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
  cluster.kubectl('apply', '-f', file);
}

/** A kubeconfig of somebody who may do nothing but what `roles` says, in one namespace. */
function somebody(namespace: string, roles: readonly string[]): string {
  const rules = roles.map((text) => {
    const lists = [...text.matchAll(/\[(.*?)\]/g)].map(([, list]) => JSON.parse(`[${list}]`) as string[]);
    return { apiGroups: lists[0], resources: lists[1], verbs: lists[2] };
  });
  const metadata = { name: 'deployer', namespace };
  const group = 'rbac.authorization.k8s.io';
  applied('somebody', [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    { apiVersion: `${group}/v1`, kind: 'Role', metadata, rules },
    {
      ...{ apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata },
      roleRef: { apiGroup: group, kind: 'Role', name: 'deployer' },
      subjects: [{ kind: 'ServiceAccount', name: 'deployer', namespace }],
    },
  ]);
  const token = cluster.kubectl('create', 'token', 'deployer', '-n', namespace).trim();
  const file = join(cluster.plane.folder, `${namespace}-deployer.yaml`);
  const document = {
    'current-context': 'a',
    clusters: [{ name: 'a', cluster: { server: cluster.plane.server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'a', user: { token } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a', namespace } }],
  };
  writeFileSync(file, JSON.stringify(document));
  return file;
}

describe('Permissions', () => {
  test('that are printed are enough to apply, to take what is left away, and to destroy; without them we are denied', async () => {
    cluster.kubectl('create', 'namespace', 'guarded');
    const wide = cluster.written('wide', small({ namespace: 'guarded' }));
    const planned = await cluster.plimsoll('deploy', 'kubernetes', 'plan', wide, '--json');
    const { roles } = JSON.parse(planned.stdout) as { roles: string[] };
    expect(roles.filter((role) => !role.startsWith('Role:'))).toEqual([]);
    const kubeconfig = somebody('guarded', roles);
    const deploy = (...args: readonly string[]) =>
      cluster.plimsoll('deploy', 'kubernetes', ...args, '--kubeconfig', kubeconfig);
    expect(await deploy('apply', wide)).toMatchObject({ status: 0 });
    const narrow = cluster.written(
      'narrow',
      small({ namespace: 'guarded', gateway: null, candidates: [], serviceMonitor: false }),
    );
    const smaller = await deploy('apply', narrow);
    expect(smaller).toMatchObject({ status: 0 });
    expect(smaller.stdout).toMatch(/removed +Service\/churn-v4/);
    expect(await deploy('weights', wide)).toMatchObject({ status: 3 });
    expect((await deploy('destroy', wide)).stdout).toContain('Nothing of churn is left');
    const denied = await cluster.plimsoll(
      ...['deploy', 'kubernetes', 'apply', cluster.written('elsewhere', small())],
      ...['--kubeconfig', kubeconfig, '--namespace', 'default'],
    );
    expect([denied.status, denied.stderr]).toEqual([1, expect.stringMatching(/^CLOUD_DENIED.*forbidden/s)]);
  });

  test('of a namespace that is not there are not asked for: that it is not there is said', async () => {
    const folder = cluster.written('nowhere', small({ namespace: 'nowhere' }));
    const refused = await cluster.plimsoll('deploy', 'kubernetes', 'apply', folder);
    expect([refused.status, refused.stderr]).toEqual([3, expect.stringContaining('"nowhere" not found')]);
  });

  test('of a strict namespace let every pod run that is written', () => {
    const namespace = 'strict';
    const label = 'pod-security.kubernetes.io/enforce';
    const metadata = { name: namespace, labels: { [label]: 'restricted', [`${label}-version`]: 'latest' } };
    applied('strict', [{ apiVersion: 'v1', kind: 'Namespace', metadata }]);
    const pods = Object.entries(SPECS).flatMap(([name, spec]) =>
      render(spec).flatMap(({ file, object }) => {
        const found = podIn(object['spec'] as PodSource | undefined);
        return found === null
          ? []
          : [{ what: `${name}: ${file}`, spec: { ...found, restartPolicy: 'Never' } }];
      }),
    );
    expect(pods.length).toBeGreaterThan(10);
    const dry = (spec: object) => {
      const file = join(cluster.plane.folder, 'pod.json');
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod', namespace }, spec };
      writeFileSync(file, JSON.stringify(pod));
      return cluster.plane.run('kubectl', 'create', '--dry-run=server', '-f', file);
    };
    for (const { what, spec } of pods) {
      const { status, stderr } = dry(spec);
      expect({ what, status, stderr }).toEqual({ what, status: 0, stderr: '' });
    }
    expect(dry({ ...pods[0]!.spec, securityContext: {} }).stderr).toContain('violates PodSecurity');
  });

  test('of one namespace are no word over the whole cluster: its deployment is another one, whatever its name', async () => {
    for (const name of ['one', 'two']) cluster.kubectl('create', 'namespace', name);
    const spec = SPECS['a service of KServe with a canary']!;
    const runtime = { ...spec, kserve: { ...spec.kserve!, storageUri: null, canary: null } };
    const [one, two] = ['one', 'two'].map((namespace) =>
      cluster.written(namespace, { ...runtime, namespace }),
    );
    const deploy = (verb: string, folder: string, namespace: string) =>
      cluster.plimsoll('deploy', 'kubernetes', verb, folder, '--namespace', namespace);
    expect(await deploy('apply', one!, 'one')).toMatchObject({ status: 0 });
    expect((await deploy('destroy', two!, 'two')).stdout).toContain('nothing was removed');
    expect(cluster.kubectl('get', 'clusterservingruntimes', '-o', 'name')).toContain('plimsoll');
    const taken = await deploy('apply', two!, 'two');
    expect([taken.status, taken.stderr]).toEqual([3, expect.stringContaining('churn in namespace one')]);
    expect((await deploy('destroy', one!, 'one')).stdout).toContain('ClusterServingRuntime/plimsoll');
  });
});

interface PodSource {
  readonly template?: { readonly spec: object };
  readonly jobTemplate?: { readonly spec: PodSource };
  readonly containers?: readonly object[];
  readonly volumes?: readonly object[];
}

/** The pod of an object that makes some; KServe makes its own of the containers of a runtime. */
function podIn(spec: PodSource | undefined): object | null {
  if (spec?.jobTemplate !== undefined) return podIn(spec.jobTemplate.spec);
  if (spec?.template !== undefined) return spec.template.spec;
  return spec?.containers === undefined ? null : { containers: spec.containers, volumes: spec.volumes };
}
