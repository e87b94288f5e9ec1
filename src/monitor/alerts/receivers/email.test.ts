import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import { incident } from '../testing/notices.ts';
import type { DeliveryOutcome } from './receiver.ts';
import { sendNotice } from './send-notice.ts';

const NOW = 1_767_571_200_000;

async function startSmtp(options: SMTPServerOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-smtp-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-keyout',
      key,
      '-out',
      cert,
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
    ],
    { stdio: 'ignore' },
  );
  const mails: { raw: string; secure: boolean; user: unknown }[] = [];
  const server = new SMTPServer({
    key: readFileSync(key),
    cert: readFileSync(cert),
    authOptional: true,
    onAuth: ({ username, password }, _, done) =>
      password === 'mail-secret' ? done(null, { user: username }) : done(new Error(`wrong: ${password}`)),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        mails.push({ raw: Buffer.concat(chunks).toString(), secure: session.secure, user: session.user });
        done(null, 'OK: queued as 1');
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  onTestFinished(async () => {
    await new Promise<void>((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });
  const { port } = server.server.address() as AddressInfo;
  const send = (scheme: string, password: string | null = 'env:MAIL'): Promise<DeliveryOutcome> =>
    sendNotice(
      {
        kind: 'email',
        smtp: `${scheme}://ops%40example.com@localhost:${port}`,
        from: 'plimsoll@example.com',
        to: ['ops@example.com'],
        password,
      },
      { notice: incident().more, receipt: null, at: NOW },
      {
        env: { MAIL: 'mail-secret', WRONG: 'not-the-secret' },
        externalUrl: 'http://plimsoll.test',
        timeoutMillis: 2000,
        certificates: readFileSync(cert, 'utf8'),
      },
    );
  return { mails, send };
}

const decoded = (raw: string): string =>
  raw
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/(?:=[0-9A-F]{2})+/g, (hex) => Buffer.from(hex.replaceAll('=', ''), 'hex').toString());

test('mail goes over to TLS before a password is sent, and holds text, HTML and drawn histograms', async () => {
  const { mails, send } = await startSmtp();
  expect(await send('smtp')).toMatchObject({ ok: true, detail: 'answered 250 OK: queued as 1' });
  expect(mails).toMatchObject([{ secure: true, user: 'ops@example.com' }]);
  const text = decoded(mails[0]!.raw);
  expect(text).toContain(`Message-ID: <${incident().more.id}@plimsoll>`);
  expect(text).toContain('● FeatureDrift (ticket)');
  expect(text).toMatch(/null +0 % +█/);
  expect(text).toContain('<svg xmlns');
  expect(text).toContain('fee &lt;b&gt;&amp;');
  expect(text.match(/<svg /g)).toHaveLength(2);
});

test('smtps begins with TLS', async () => {
  const { mails, send } = await startSmtp({ secure: true });
  expect(await send('smtps')).toMatchObject({ ok: true });
  expect(mails).toMatchObject([{ secure: true }]);
});

test('a password is never sent in the clear, nor shown', async () => {
  const plain = await startSmtp({ disabledCommands: ['STARTTLS'] });
  expect(await plain.send('smtp')).toMatchObject({ ok: false });
  expect(plain.mails).toEqual([]);
  expect(await plain.send('smtp', null)).toMatchObject({ ok: true });
  const wrong = await (await startSmtp()).send('smtp', 'env:WRONG');
  expect(wrong).toMatchObject({ ok: false, retry: 'hardly' });
  expect(wrong.detail).not.toContain('not-the-secret');
});

test('a server that is busy is tried again, one that refuses is believed', async () => {
  const says = (responseCode: number): SMTPServerOptions => ({
    onRcptTo: (_, __, done) => done(Object.assign(new Error('no'), { responseCode })),
  });
  expect(await (await startSmtp(says(451))).send('smtp')).toMatchObject({ retry: 'later' });
  expect(await (await startSmtp(says(550))).send('smtp')).toMatchObject({ retry: 'hardly' });
});
