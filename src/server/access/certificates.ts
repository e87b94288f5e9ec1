/** What a server speaks TLS with, read from files and looked at before it is believed. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsFiles } from '../../config/access.ts';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';

export type TlsOptions = SecureContextOptions & {
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
};

export interface TlsIdentity {
  readonly options: TlsOptions;
  /** When its certificate is over, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** TLS 1.2 with Node's ciphers (ECDHE and AEAD first), 1.3 where both know it. */
const MINIMUM = { minVersion: 'TLSv1.2' } as const;

/**
 * Throws TLS_UNREADABLE where the files are no certificate and its key. Node itself takes empty files: a certificate that is
 * being written would be none, and a list of authorities without one would be that of the web's.
 */
export function readIdentity({ cert, key, clientCa }: TlsFiles): TlsIdentity {
  const shown = certificatesIn(cert);
  const authorities = clientCa === null ? null : certificatesIn(clientCa);
  const options: TlsOptions = {
    ...MINIMUM,
    cert: shown.text,
    key: privateKeyIn(key),
    ...(authorities && { ca: authorities.text, requestCert: true, rejectUnauthorized: true }),
  };
  checked(`${cert} and ${key}`, () => createSecureContext(options));
  return { options, expiresAt: Date.parse(shown.first.validTo) };
}

/** Before anything else is begun that takes long. Throws TLS_UNREADABLE. */
export function checkTls(files: TlsFiles | null): void {
  if (files !== null) readIdentity(files);
}

const CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

function certificatesIn(path: string): { readonly text: string; readonly first: X509Certificate } {
  const text = textOf(path);
  const all = checked(path, () => (text.match(CERTIFICATE) ?? []).map((one) => new X509Certificate(one)));
  if (all[0] === undefined)
    throw new PlimsollError('TLS_UNREADABLE', { path, reason: 'there is no certificate in it' });
  return { text, first: all[0] };
}

function privateKeyIn(path: string): string {
  const text = textOf(path);
  checked(path, () => createPrivateKey(text));
  return text;
}

const textOf = (path: string): string => checked(path, () => readFileSync(path, 'utf8'));

function checked<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new PlimsollError('TLS_UNREADABLE', { path, reason: messageOf(error) });
  }
}
