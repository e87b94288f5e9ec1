import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureContextOptions } from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { certificate } from '../../../tools/certificate.ts';
import type { TlsFiles } from '../../config/access.ts';
import { readIdentity } from './certificates.ts';
import { ExpiryReminder, followTls, tlsServer } from './tls.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

function written(name: string, text: string): string {
  writeFileSync(at(name), text);
  return at(name);
}

const one = certificate(folder, 'one');
const other = certificate(folder, 'other');
const files = (change: Partial<TlsFiles>): TlsFiles => ({ ...one, clientCa: null, ...change });

const logged: [object, string][] = [];
const note = (fields: object, message: string): void => void logged.push([fields, message]);
const LOGGER = { info: note, warn: note, error: note };

test.each([
  ['an empty certificate', { cert: written('empty', '') }, /there is no certificate in it/],
  [
    'a certificate that breaks off',
    { cert: written('half', readFileSync(one.cert, 'utf8').slice(0, 300)) },
    /no certificate/,
  ],
  ['a key in its place', { cert: one.key }, /no certificate/],
  ['an empty key', { key: at('empty') }, /empty: /],
  ['the key of another', { key: other.key }, /key values mismatch/],
  ['a folder', { cert: folder }, /EISDIR/],
  ['no authority in the file of those', { clientCa: at('empty') }, /there is no certificate in it/],
  ['a key for an authority', { clientCa: one.key }, /no certificate/],
])('%s is refused', (_, change, reason) => {
  expect(() => readIdentity(files(change))).toThrow(
    expect.objectContaining({ code: 'TLS_UNREADABLE', message: expect.stringMatching(reason) }),
  );
});

test('half-written files and folders that are closed to us change nothing, and the whole ones are taken', async () => {
  const shown = files({ cert: at('shown.pem'), key: at('shown.key') });
  copyFileSync(one.cert, shown.cert);
  copyFileSync(one.key, shown.key);
  const taken: SecureContextOptions[] = [];
  const server = { setSecureContext: (options: SecureContextOptions) => void taken.push(options) };
  logged.length = 0;
  const end = followTls({ server, files: shown, logger: LOGGER, lookMillis: 5 }, Number.POSITIVE_INFINITY);
  const told = (message: string): number => logged.filter(([, said]) => said.startsWith(message)).length;
  writeFileSync(shown.cert, '');
  await expect.poll(() => told('the certificate of before'), { interval: 5 }).toBe(1);
  rmSync(shown.cert);
  symlinkSync(shown.cert, shown.cert); // what a look at it fails with is not that it is gone
  await expect.poll(() => told('the certificate of before'), { interval: 5 }).toBe(2);
  expect(taken).toEqual([]);
  rmSync(shown.cert);
  copyFileSync(other.key, shown.key);
  copyFileSync(other.cert, shown.cert);
  await expect.poll(() => told('the certificate was renewed'), { interval: 5 }).toBe(1);
  end();
  expect(taken).toMatchObject([{ cert: readFileSync(other.cert, 'utf8'), minVersion: 'TLSv1.2' }]);
});

test('that a certificate is over, or soon will be, is said once a day', () => {
  const day = 86_400_000;
  logged.length = 0;
  const reminder = new ExpiryReminder(LOGGER);
  for (const now of [0, 20 * day, 20.5 * day, 21 * day, 31 * day]) reminder.look(30 * day, now);
  expect(logged).toEqual(
    ['is over soon', 'is over soon', 'is over'].map((end) => [
      { expiresAt: '1970-01-31T00:00:00.000Z' },
      `the certificate ${end}`,
    ]),
  );
});

test('a client whose certificate nobody here knows gets no connection, though the rest of the world knows it', async () => {
  const server = tlsServer(files({ clientCa: other.cert }), {}, (_, response) => response.end(), LOGGER);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const asked = async (client: { readonly cert: string; readonly key: string }): Promise<string> => {
    const shown = { cert: readFileSync(client.cert), key: readFileSync(client.key) };
    const socket = connect({ port, rejectUnauthorized: false, ...shown });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    let text = '';
    try {
      for await (const chunk of socket) text += chunk;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? '';
    }
    return text.slice(0, 15);
  };
  expect(await asked(other)).toBe('HTTP/1.1 200 OK');
  expect(await asked(one)).not.toContain('200');
  server.close();
});
