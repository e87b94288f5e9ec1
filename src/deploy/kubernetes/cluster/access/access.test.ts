/** How a cluster is reached and told who we are: over TLS, by certificates, through proxies, with credentials that run out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect as connectTcp, createServer as createTcp, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { certificate } from '../../../../../tools/certificate.ts';
import { connect } from '../api.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-access-'));
const servers: Server[] = [];
const certificates: Record<string, { readonly cert: string; readonly key: string }> = {};
/** What a request came with. */
interface Seen {
  readonly headers: IncomingMessage['headers'];
  readonly client: string | undefined;
}
const seen: Seen[] = [];
let refuses: (request: IncomingMessage) => boolean = () => false;
let address = '';

const listening = (server: Server): Promise<number> => {
  servers.push(server);
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
};

const answer: RequestListener = (request, response) => {
  const client = (request.socket as Partial<TLSSocket>).getPeerCertificate?.().subject?.CN;
  seen.push({ headers: request.headers, client: client === undefined ? undefined : String(client) });
  response.writeHead(refuses(request) ? 401 : 200, { 'content-type': 'application/json' }).end('{}');
};

beforeAll(async () => {
  certificates['ca'] = certificate(folder, 'ca');
  for (const name of ['server', 'me']) certificates[name] = certificate(folder, name, 'ca');
  const { cert, key } = certificates['server']!;
  const [ca, ...rest] = [certificates['ca'].cert, cert, key].map((path) => readFileSync(path));
  const server = createHttps(
    { ca, cert: rest[0]!, key: rest[1]!, requestCert: true, rejectUnauthorized: false },
    answer,
  );
  address = `https://127.0.0.1:${await listening(server)}`;
});

afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Wanted {
  readonly cluster?: object;
  readonly user?: object;
}

async function ask({ cluster = {}, user = {} }: Wanted, times = 1): Promise<Seen> {
  const kubeconfig = join(folder, `${Math.random()}.yaml`);
  const authority = { 'certificate-authority': 'ca.pem' };
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      'current-context': 'a',
      clusters: [{ name: 'c', cluster: { server: address, ...authority, ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
    }),
  );
  const api = await connect({ kubeconfig, sleep: async () => undefined });
  for (let i = 0; i < times; i += 1)
    expect((await api.send({ method: 'GET', path: '/api' })).status).toBe(200);
  return seen.at(-1)!;
}

const inBase64 = (path: string): string => readFileSync(path).toString('base64');

test('We show the certificate that the kubeconfig names, or holds', async () => {
  const { cert, key } = certificates['me']!;
  const named = { 'client-certificate': cert, 'client-key': key };
  expect((await ask({ user: named })).client).toBe('me');
  const held = { 'client-certificate-data': inBase64(cert), 'client-key-data': inBase64(key) };
  const authority = { 'certificate-authority-data': inBase64(certificates['ca']!.cert) };
  expect((await ask({ user: held, cluster: authority })).client).toBe('me');
  expect((await ask({ user: { username: 'me', password: 'pass' } })).headers.authorization).toBe(
    `Basic ${Buffer.from('me:pass').toString('base64')}`,
  );
});

test('A server is believed by its authority and its name alone, unless the kubeconfig says otherwise', async () => {
  await ask({ cluster: { 'tls-server-name': 'localhost' } });
  const stranger = { server: address, 'certificate-authority': certificate(folder, 'stranger').cert };
  await ask({ cluster: { ...stranger, 'insecure-skip-tls-verify': true } });
  const unknown = { code: 'CLOUD_UNREACHABLE' };
  const [byName, byAuthority] = await Promise.allSettled([
    ask({ cluster: { 'tls-server-name': 'elsewhere' } }),
    ask({ cluster: stranger }),
  ]);
  expect(byName).toMatchObject({ status: 'rejected', reason: unknown });
  expect(byAuthority).toMatchObject({ status: 'rejected', reason: unknown });
});

test('Who is to be somebody else says so with every part of it', async () => {
  const user = { token: 't', as: 'ci', 'as-uid': '7', 'as-groups': ['readers', 'writers'] };
  const { headers } = await ask({ user: { ...user, 'as-user-extra': { 'acme.io/scope': ['a', 'b'] } } });
  expect(headers).toMatchObject({
    authorization: 'Bearer t',
    'impersonate-user': 'ci',
    'impersonate-uid': '7',
    'impersonate-group': 'readers, writers',
    'impersonate-extra-acme.io%2fscope': 'a, b',
  });
});

test('A token of a file is read again for each request, and goes before the one that is written', async () => {
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, 'new\n');
  expect((await ask({ user: { token: 'old', tokenFile } })).headers.authorization).toBe('Bearer new');
  rmSync(tokenFile);
  expect((await ask({ user: { token: 'old', tokenFile } })).headers.authorization).toBe('Bearer old');
  await expect(ask({ user: { tokenFile } })).rejects.toMatchObject({ code: 'CLOUD_DENIED' });
});

/** A program that counts its runs in what it answers. */
function program(status: string, more: object = {}): object {
  const file = join(folder, `${Math.random()}.cjs`);
  writeFileSync(
    file,
    `const fs = require('node:fs'), at = __filename + '.runs', runs = (fs.existsSync(at) ? +fs.readFileSync(at) : 0) + 1;
     fs.writeFileSync(at, String(runs));
     const { apiVersion } = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
     console.log(JSON.stringify({ apiVersion, kind: 'ExecCredential', status: ${status} }));`,
  );
  const apiVersion = 'client.authentication.k8s.io/v1beta1';
  return { exec: { apiVersion, command: process.execPath, args: [file], ...more } };
}

test('What a program has answered is kept until it runs out, or is refused', async () => {
  expect((await ask({ user: program('{ token: String(runs) }') }, 3)).headers.authorization).toBe('Bearer 1');
  const short = "{ token: String(runs), expirationTimestamp: '2020-01-01T00:00:00Z' }";
  expect((await ask({ user: program(short) }, 3)).headers.authorization).toBe('Bearer 3');
  refuses = ({ headers }) => headers.authorization === 'Bearer 1';
  expect((await ask({ user: program('{ token: String(runs) }') }, 2)).headers.authorization).toBe('Bearer 2');
  refuses = ({ headers }) => headers.authorization !== undefined;
  await expect(ask({ user: program('{ token: String(runs) }') })).rejects.toMatchObject({
    code: 'CLOUD_DENIED',
  });
  refuses = () => false;
});

test('A program may answer a certificate, and what it answers is checked', async () => {
  const { cert, key } = certificates['me']!;
  const read = (path: string): string => `fs.readFileSync('${path}', 'utf8')`;
  const status = `{ clientCertificateData: ${read(cert)}, clientKeyData: ${read(key)} }`;
  expect((await ask({ user: program(status) })).client).toBe('me');
  for (const [user, said] of [
    [program('{}'), 'neither a token nor a certificate'],
    [program('{ token: "t" }', { apiVersion: 'client.authentication.k8s.io/v1alpha1' }), 'v1alpha1, wanted'],
    [program('{ token: "t" }', { interactiveMode: 'Always' }), 'nobody is there'],
    [program('', { command: '/nowhere/login', installHint: 'ask the team' }), 'ask the team'],
    [program('', { args: ['-e', 'console.log("hello")'] }), 'answers no JSON'],
  ] as const)
    await expect(ask({ user })).rejects.toMatchObject({
      code: 'CLOUD_DENIED',
      message: expect.stringContaining(said),
    });
});

const jwt = (name: string, exp: number): string =>
  ['{}', JSON.stringify({ name, exp }), ''].map((part) => Buffer.from(part).toString('base64url')).join('.');

test('An id-token of OpenID Connect is used while it holds, then renewed', async () => {
  const renewed = jwt('renewed', 4e9);
  const grants: string[] = [];
  const issuer = createHttp((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (request.method === 'POST') grants.push(body);
      const token = { id_token: renewed, refresh_token: 'next' };
      response.end(JSON.stringify(request.method === 'POST' ? token : { token_endpoint: `${url}/token` }));
    });
  });
  const url = `http://127.0.0.1:${await listening(issuer)}`;
  const provider = (config: object): object => ({ 'auth-provider': { name: 'oidc', config } });
  const held = jwt('held', 4e9);
  expect((await ask({ user: provider({ 'id-token': held }) })).headers.authorization).toBe(`Bearer ${held}`);
  const config = {
    'id-token': jwt('old', 1),
    'refresh-token': 'r',
    'client-id': 'me',
    'idp-issuer-url': url,
  };
  expect((await ask({ user: provider(config) }, 2)).headers.authorization).toBe(`Bearer ${renewed}`);
  expect(grants).toEqual(['grant_type=refresh_token&refresh_token=r&client_id=me']);
  for (const [user, said] of [
    [provider({ 'id-token': jwt('old', 1) }), 'has run out'],
    [{ 'auth-provider': { name: 'gcp', config: {} } }, 'name its program with exec'],
  ] as const)
    await expect(ask({ user })).rejects.toMatchObject({ message: expect.stringContaining(said) });
});

test('A cluster is asked through the proxy that it names: HTTP', async () => {
  const asked: string[] = [];
  const proxy = createHttp();
  proxy.on('connect', (request, socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
    if (request.headers['proxy-authorization'] === undefined) {
      socket.end('HTTP/1.1 407 Who are you\r\n\r\n');
      return;
    }
    const [host, port] = request.url!.split(':');
    const through = connectTcp(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
  });
  const port = await listening(proxy);
  const { cert, key } = certificates['me']!;
  const user = { 'client-certificate': cert, 'client-key': key };
  expect((await ask({ user, cluster: { 'proxy-url': `http://a:b@127.0.0.1:${port}` } })).client).toBe('me');
  expect(asked).toEqual([`${new URL(address).host} Basic ${Buffer.from('a:b').toString('base64')}`]);
  await expect(ask({ cluster: { 'proxy-url': `http://127.0.0.1:${port}` } })).rejects.toMatchObject({
    code: 'CLOUD_UNREACHABLE',
    message: expect.stringContaining('answers 407'),
  });
});

/** RFC 1928, for one user, byte by byte as the client sends them. */
const socks = createTcp((client) => {
  let held = Buffer.alloc(0);
  let step = 0;
  client.on('data', function more(chunk) {
    held = Buffer.concat([held, chunk]);
    if (step === 0 && held.length >= 3) {
      client.write(Buffer.from([5, held[2]!]));
      [held, step] = [held.subarray(3), held[2] === 2 ? 1 : 2];
    }
    const signed = 'a:b'.length + 2;
    if (step === 1 && held.length >= signed) {
      client.write(Buffer.from([1, held.includes('a') && held.includes('b') ? 0 : 1]));
      [held, step] = [held.subarray(signed), 2];
    }
    if (step !== 2 || held.length < 10) return;
    client.off('data', more);
    const through = connectTcp(held.readUInt16BE(8), [...held.subarray(4, 8)].join('.'), () => {
      client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 1]));
      through.pipe(client).pipe(through);
    });
    through.on('error', () => client.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])));
  });
});

test('A cluster is asked through the proxy that it names: SOCKS 5', async () => {
  const port = await listening(socks);
  const through = (proxy: string): Promise<Seen> =>
    ask({ cluster: { 'proxy-url': `socks5${proxy}:${port}` } });
  await through('://127.0.0.1');
  await through('h://a:b@127.0.0.1');
  await expect(
    ask({ cluster: { server: 'https://127.0.0.1:1', 'proxy-url': `socks5://127.0.0.1:${port}` } }),
  ).rejects.toMatchObject({ message: expect.stringContaining('is refused there') });
});
