/** How a kubeconfig is understood, against a server that keeps what it is asked. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from './api.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kubeconfig-'));
const asked: { readonly url: string; readonly authorization: string | undefined }[] = [];
let server: Server;
let address = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url!, authorization: request.headers.authorization });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"kind":"List","items":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** A kubeconfig of two contexts over one user. */
function kubeconfig(user: object, path = ''): string {
  const cluster = { server: `${address}${path}`, 'insecure-skip-tls-verify': true };
  const file = join(folder, `${Math.random()}.yaml`);
  const document = {
    'current-context': 'a',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [
      { name: 'a', context: { cluster: 'c', user: 'u' } },
      { name: 'b', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
    ],
  };
  writeFileSync(file, JSON.stringify(document));
  return file;
}

const look = { method: 'GET', path: '/api/v1/pods', query: { limit: '1' } } as const;
const last = () => asked.at(-1)!;

/** A program that fetches credentials, as its user wrote it. */
function plugin(code: string, more: object = {}): object {
  const file = join(folder, `${Math.random()}.cjs`);
  writeFileSync(file, code);
  const apiVersion = 'client.authentication.k8s.io/v1';
  return { exec: { apiVersion, command: process.execPath, args: [file], interactiveMode: 'Never', ...more } };
}

test('A server may have a path of its own, and a context its namespace', async () => {
  const file = kubeconfig({ token: 'secret' }, '/k8s/clusters/c-1/');
  const api = await connect({ kubeconfig: file, context: 'b' });
  expect((await api.send(look)).status).toBe(200);
  expect(last()).toEqual({ url: '/k8s/clusters/c-1/api/v1/pods?limit=1', authorization: 'Bearer secret' });
  expect([api.namespace, (await connect({ kubeconfig: file })).namespace]).toEqual(['shop', 'default']);
  expect((await connect({ kubeconfig: file, context: 'b', namespace: 'other' })).namespace).toBe('other');
});

test('A program that fetches credentials is told what kubectl tells it, and runs once', async () => {
  const code = `
    const { spec } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
    const token = [process.env.MINE, spec.interactive, spec.cluster.server === '${address}'].join(' ');
    const kind = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' };
    console.log(JSON.stringify({ ...kind, status: { token } }));
  `;
  const user = plugin(code, { provideClusterInfo: true, env: [{ name: 'MINE', value: 'mine' }] });
  const api = await connect({ kubeconfig: kubeconfig(user) });
  await api.send(look);
  expect(last().authorization).toBe('Bearer mine false true');
});

test('A token may be in a file beside the kubeconfig', async () => {
  writeFileSync(join(folder, 'token'), 'from-a-file');
  await (await connect({ kubeconfig: kubeconfig({ tokenFile: 'token' }) })).send(look);
  expect(last().authorization).toBe('Bearer from-a-file');
});

test.each([
  ['fails', plugin('console.error("log in first"); process.exit(1)'), 'log in first'],
  ['fails without a word', plugin('process.exit(1)'), 'it gives no reason'],
  ['is not there', plugin('', { command: '/nowhere/kubelogin' }), '/nowhere/kubelogin'],
])('A program that %s is what denies us, at once', async (_how, user, said) => {
  const before = asked.length;
  const api = await connect({ kubeconfig: kubeconfig(user) });
  await expect(api.send(look)).rejects.toMatchObject({
    code: 'CLOUD_DENIED',
    message: expect.stringContaining(said),
  });
  expect(asked.length).toBe(before);
});

test.each([
  ['no such file', { kubeconfig: '/nowhere/config' }, 'ENOENT'],
  ['no such context', { context: 'c' }, 'has no context "c"'],
])('With %s we are denied, with the reason', async (_what, options, said) => {
  const kubeconfigs = { kubeconfig: kubeconfig({ token: 't' }), ...options };
  await expect(connect(kubeconfigs)).rejects.toMatchObject({
    code: 'CLOUD_DENIED',
    message: expect.stringContaining(said),
  });
});
