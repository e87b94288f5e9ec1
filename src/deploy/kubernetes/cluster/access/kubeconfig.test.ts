/** Kubeconfigs as kubectl understands them (k8s.io/client-go, tools/clientcmd: loader.go, overrides). */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { inCluster } from './in-cluster.ts';
import { readAccess } from './kubeconfig.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kubeconfigs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

interface Written {
  readonly current?: string;
  readonly clusters?: Readonly<Record<string, object>>;
  readonly users?: Readonly<Record<string, object>>;
  readonly contexts?: Readonly<Record<string, object>>;
}

function file(path: string, { current, clusters = {}, users = {}, contexts = {} }: Written): string {
  const list = (key: string, all: Readonly<Record<string, object>>) =>
    Object.entries(all).map(([name, value]) => ({ name, [key]: value }));
  const at = join(folder, path);
  mkdirSync(join(at, '..'), { recursive: true });
  writeFileSync(
    at,
    JSON.stringify({
      ...(current === undefined ? {} : { 'current-context': current }),
      ...{ clusters: list('cluster', clusters), users: list('user', users) },
      contexts: list('context', contexts),
    }),
  );
  return at;
}

const server = (name: string): object => ({ server: `https://${name}:6443/` });

test('Of several files the first that says a thing is believed, and one that is not there is passed over', () => {
  const first = file('first/config', {
    users: { me: { token: 'first' } },
    contexts: { here: { cluster: 'one', user: 'me', namespace: 'shop' } },
  });
  const second = file('second/config', {
    current: 'here',
    clusters: { one: server('one') },
    users: { me: { token: 'second' } },
    contexts: { here: { cluster: 'two', user: 'me' } },
  });
  const third = file('third/config', { current: 'there', clusters: { one: server('three') } });
  vi.stubEnv('KUBECONFIG', ['', first, join(folder, 'nowhere'), second, third].join(delimiter));
  expect(readAccess({})).toMatchObject({
    cluster: { server: 'https://one:6443' },
    user: { name: 'me', token: 'first' },
    namespace: 'shop',
  });
});

test('Without KUBECONFIG it is the one in the home, and without that the service account of the pod', () => {
  vi.stubEnv('KUBECONFIG', '');
  vi.stubEnv('HOME', join(folder, 'home'));
  vi.stubEnv('KUBERNETES_SERVICE_HOST', '');
  expect(readAccess({})).toBeNull();
  file('home/.kube/config', {
    ...{ current: 'a', clusters: { c: server('home') }, contexts: { a: { cluster: 'c' } } },
  });
  expect(readAccess({})).toMatchObject({ cluster: { server: 'https://home:6443' }, user: null });
  vi.stubEnv('KUBERNETES_SERVICE_HOST', 'fd00::1');
  vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
  expect(inCluster(join(folder, 'nowhere'))).toBeNull();
  const pod = join(folder, 'pod');
  mkdirSync(pod);
  writeFileSync(join(pod, 'token'), 'a token\n');
  writeFileSync(join(pod, 'namespace'), 'shop\n');
  expect(inCluster(pod)).toMatchObject({
    cluster: { server: 'https://[fd00::1]:443', authority: { file: join(pod, 'ca.crt') } },
    user: { tokenFile: join(pod, 'token') },
    namespace: 'shop',
  });
});

test('Files that a kubeconfig names lie beside it, and what is written in it goes before them', () => {
  const at = file('beside/config', {
    current: 'a',
    clusters: { c: { ...server('c'), 'certificate-authority': 'ca.pem' } },
    users: {
      u: {
        ...{ 'client-certificate': 'me.pem', 'client-key': '/keys/me.key', tokenFile: 'token' },
        'client-certificate-data': Buffer.from('written').toString('base64'),
        exec: { command: './bin/login' },
      },
    },
    contexts: { a: { cluster: 'c', user: 'u' } },
  });
  expect(readAccess({ kubeconfig: at })).toMatchObject({
    cluster: { authority: { file: join(folder, 'beside/ca.pem') } },
    user: {
      certificate: { data: Buffer.from('written') },
      key: { file: '/keys/me.key' },
      tokenFile: join(folder, 'beside/token'),
      exec: { command: join(folder, 'beside/bin/login') },
    },
  });
});

const CLUSTER = { clusters: { c: server('c') }, contexts: { a: { cluster: 'c', user: 'u' } } };

test.each<[string, Written, string]>([
  ['no current-context', CLUSTER, 'has no current-context'],
  ['a context that is not there', { ...CLUSTER, current: 'b' }, 'has no context "b"'],
  ['no user of that name', { ...CLUSTER, current: 'a' }, 'has no user "u"'],
  ['no cluster of that name', { current: 'a', contexts: { a: { cluster: 'd' } } }, 'has no cluster "d"'],
  ['a context of no cluster', { current: 'a', contexts: { a: {} } }, '"a" in '],
  [
    'a server that is no address',
    { ...CLUSTER, current: 'a', clusters: { c: { server: 'one:6443' } } },
    'wanted https://HOST:PORT',
  ],
  [
    'a server without TLS',
    { ...CLUSTER, current: 'a', clusters: { c: { server: 'http://one' } } },
    'without TLS',
  ],
  [
    'a proxy that is no address',
    { ...CLUSTER, current: 'a', clusters: { c: { ...server('c'), 'proxy-url': 'proxy' } } },
    'proxy-url of "c"',
  ],
  ['a token that is no text', { ...CLUSTER, current: 'a', users: { u: { token: 5 } } }, 'token of "u"'],
  [
    'groups of nobody',
    { ...CLUSTER, current: 'a', users: { u: { 'as-groups': ['readers'] } } },
    'and not of whom',
  ],
  [
    'groups that are no list',
    { ...CLUSTER, current: 'a', users: { u: { as: 'ci', 'as-groups': 'readers' } } },
    'as-groups of "u"',
  ],
])('%s is named', (_what, written, said) => {
  const kubeconfig = file(`wrong/${Math.random()}`, written);
  expect(() => readAccess({ kubeconfig })).toThrow(said);
});
