import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSigner } from './signer.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-signing-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('an envelope is verified by Ed25519 over the pre-authenticated encoding of DSSE', () => {
  const signer = openSigner(dataDir, undefined);
  const { payloadType, payload, signatures } = signer.sign('text/plain', { a: 'ü' });
  const body = Buffer.from(payload, 'base64');
  expect(JSON.parse(body.toString())).toEqual({ a: 'ü' });
  // The form of the specification's own example: "DSSEv1 29 http://example.com/HelloWorld 11 hello world".
  const signed = Buffer.concat([Buffer.from(`DSSEv1 10 text/plain ${body.length} `), body]);
  const key = createPublicKey(signer.publicKey.publicKey);
  expect(payloadType).toBe('text/plain');
  expect(verify(null, signed, key, Buffer.from(signatures[0]!.sig, 'base64'))).toBe(true);
  expect(verify(null, body, key, Buffer.from(signatures[0]!.sig, 'base64'))).toBe(false);
  const der = key.export({ type: 'spki', format: 'der' });
  expect(signatures[0]!.keyid).toBe(createHash('sha256').update(der).digest('hex'));
});

test('the key is made once, for its owner alone', () => {
  const first = openSigner(dataDir, undefined).publicKey;
  expect(openSigner(dataDir, undefined).publicKey).toEqual(first);
  expect(statSync(join(dataDir, 'keys', 'signing.pem')).mode & 0o777).toBe(0o600);
});

test('a given key is used, as text or as a path, and one of another kind is refused', () => {
  const pem = String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const path = join(dataDir, 'own.pem');
  writeFileSync(path, pem);
  expect(openSigner(dataDir, path).publicKey).toEqual(openSigner(dataDir, pem).publicKey);
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  expect(() => openSigner(dataDir, String(rsa.export({ type: 'pkcs8', format: 'pem' })))).toThrow(
    expect.objectContaining({ code: 'SIGNING_KEY_INVALID' }),
  );
  writeFileSync(path, readFileSync(path).subarray(0, 40));
  expect(() => openSigner(dataDir, path)).toThrow(expect.objectContaining({ code: 'SIGNING_KEY_INVALID' }));
});
