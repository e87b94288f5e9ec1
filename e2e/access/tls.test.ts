import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, expect, test, vi } from 'vitest';
import { certificate } from '../../tools/certificate.ts';
import { example, folder, plimsoll, type Served, served } from '../cli.ts';
import { ask, bearer, IRIS, keysOf } from './server.ts';

vi.setConfig({ testTimeout: 120_000 });

const started: Served[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function secure(workers: string, wantsClients: boolean) {
  const dir = folder();
  const ca = certificate(dir, 'authority');
  const shown = certificate(dir, 'server', 'authority');
  const data = folder();
  const { keys, option } = keysOf({ shop: 'predict' });
  const tls = [
    '--tls-cert',
    shown.cert,
    '--tls-key',
    shown.key,
    ...(wantsClients ? ['--tls-client-ca', ca.cert] : []),
    ...option,
  ];
  const server = await served([
    ...[example('iris.joblib'), '--data', data, '--host', '0.0.0.0', '--workers', workers, ...tls],
  ]);
  started.push(server);
  const url = server.said.url.replace('0.0.0.0', 'localhost');
  return { dir, server, url, shown, key: keys.shop, ca: readFileSync(ca.cert, 'utf8') };
}

/** The protocol that a handshake comes to, or its failure. */
function handshake(url: string, options: object): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: 'localhost', port: Number(port), rejectUnauthorized: false, ...options });
    socket.once('secureConnect', () => {
      const { subject } = socket.getPeerX509Certificate() ?? {};
      resolve(`${socket.getProtocol()} ${subject}`);
      socket.destroy();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

test.each([
  ['one process', '1', false],
  ['two, which ask for certificates of clients', '2', true],
] as const)(
  '%s: answers over TLS, a renewed certificate is shown, and nothing old is spoken',
  async (_, workers, wantsClients) => {
    const { dir, server, url, shown, key, ca } = await secure(workers, wantsClients);
    expect(url).toMatch(/^https:/);
    const client = certificate(dir, 'client', 'authority');
    const of = ({ cert, key }: { cert: string; key: string }) => ({
      ...{ ca, cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') },
    });
    const asked = { body: IRIS, headers: bearer(key), tls: of(client) };
    expect((await ask(`${url}/predict`, asked)).status).toBe(200);
    const curl = ['-sf', '--cacert', join(dir, 'authority.pem'), '--cert', client.cert, '--key', client.key];
    const rows = ['-H', 'content-type: application/json', '-d', JSON.stringify(IRIS)];
    const sent = [...curl, '-H', `authorization: Bearer ${key}`, ...rows, `${url}/predict`];
    expect(JSON.parse(execFileSync('curl', sent, { encoding: 'utf8' }))).toMatchObject({ model: 'iris' });
    const shake = (options: object = {}) => handshake(url, { ...of(client), ...options });
    expect(await shake()).toBe('TLSv1.3 CN=server');
    expect(await shake({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2 CN=server');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
    expect(await shake(old)).toMatch(/^E/);
    await expect(ask(url.replace('https', 'http'))).rejects.toThrow();
    if (wantsClients)
      for (const tls of [{ ca }, of(certificate(dir, 'stranger'))])
        await expect(ask(`${url}/predict`, { ...asked, tls })).rejects.toThrow();

    // What is half written changes nothing; a renewed one is shown to who connects from the signal on, by every process.
    const renewed = certificate(dir, 'renewed', 'authority');
    writeFileSync(shown.cert, '');
    server.child.kill('SIGHUP');
    for (let k = 0; k < 10; k++) expect(await shake()).toBe('TLSv1.3 CN=server');
    copyFileSync(renewed.key, shown.key);
    copyFileSync(renewed.cert, shown.cert);
    server.child.kill('SIGHUP');
    const shownBy = async () => [...new Set(await Promise.all(Array.from({ length: 10 }, () => shake())))];
    await expect.poll(shownBy, { timeout: 4000, interval: 50 }).toEqual(['TLSv1.3 CN=renewed']);
    for (let k = 0; k < 20; k++) expect((await ask(`${url}/predict`, asked)).status).toBe(200);
  },
);

test('files that are no certificate and its key are refused at the start', () => {
  const dir = folder();
  const { cert } = certificate(dir, 'one');
  const { key } = certificate(dir, 'two');
  const serve = (...args: readonly string[]) =>
    plimsoll('serve', example('iris.joblib'), '--port', '0', '--data', folder(), '--workers', '1', ...args);
  const code = ({ status, stderr }: { status: number | null; stderr: string }) => [
    status,
    /^[A-Z_]+/m.exec(stderr)?.[0],
  ];
  expect(code(serve('--tls-cert', cert, '--tls-key', key))).toEqual([2, 'TLS_UNREADABLE']);
  expect(code(serve('--tls-cert', cert))).toEqual([2, 'CONFIG_INVALID']);
  expect(code(serve('--tls-cert', join(dir, 'none'), '--tls-key', key))).toEqual([2, 'TLS_UNREADABLE']);
});
