import { readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, type ServerOptions, type Server as TlsServer } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { TlsFiles } from '../../config/access.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';

/** How often certificates are looked at, in milliseconds; those who renew them need to tell nobody. */
const LOOK_MILLIS = 5000;

/** TLS 1.2 with Node's ciphers (ECDHE and AEAD first), 1.3 where both know it. */
const MINIMUM = { minVersion: 'TLSv1.2' } as const;

type TlsOptions = SecureContextOptions & {
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
};

/** What a server is made with. Throws TLS_UNREADABLE where the files are no certificate and its key. */
function tlsOptions({ cert, key, clientCa }: TlsFiles): TlsOptions {
  const options: TlsOptions = {
    ...MINIMUM,
    cert: textOf(cert),
    key: textOf(key),
    ...(clientCa === null ? {} : { ca: textOf(clientCa), requestCert: true, rejectUnauthorized: true }),
  };
  try {
    createSecureContext(options);
    return options;
  } catch (error) {
    throw new PlimsollError('TLS_UNREADABLE', {
      path: `${cert} and ${key}`,
      reason: (error as Error).message,
    });
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new PlimsollError('TLS_UNREADABLE', { path, reason: (error as Error).message });
  }
}

/** Longer than any handshake takes, in milliseconds. */
const HANDSHAKE_MILLIS = 10_000;

/** A server that speaks TLS and shows what is in the files, renewed ones too. Throws TLS_UNREADABLE. */
export function tlsServer(
  files: TlsFiles,
  times: Pick<ServerOptions, 'keepAliveTimeout' | 'requestTimeout' | 'connectionsCheckingInterval'>,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  logger: Logger,
): Server {
  const options = { ...tlsOptions(files), ...times, handshakeTimeout: HANDSHAKE_MILLIS };
  const server = createServer(options, handle);
  // Who speaks no TLS could not read an answer.
  server.removeAllListeners('tlsClientError').on('tlsClientError', (_, socket) => socket.destroy());
  server.once('close', followTls(server, files, logger));
  return server;
}

/**
 * Takes renewed files for the connections that come from then on; with files that are no good the server goes on as
 * before. Answers what ends it.
 */
export function followTls(
  server: TlsServer,
  files: TlsFiles,
  logger: Logger,
  lookMillis = LOOK_MILLIS,
): () => void {
  let seen = stateOf(files);
  const look = (): void => {
    const state = stateOf(files);
    if (state === seen) return;
    seen = state;
    try {
      server.setSecureContext(tlsOptions(files));
      logger.info({ cert: files.cert }, 'the certificate was renewed');
    } catch (error) {
      logger.warn(
        { reason: (error as Error).message },
        'the certificate of before is shown: the new one is no good',
      );
    }
  };
  const timer = setInterval(look, lookMillis).unref();
  process.on('SIGHUP', look);
  return () => {
    clearInterval(timer);
    process.off('SIGHUP', look);
  };
}

const stateOf = ({ cert, key, clientCa }: TlsFiles): string =>
  [cert, key, clientCa ?? '']
    .map((path) => {
      const found = path === '' ? undefined : statSync(path, { throwIfNoEntry: false, bigint: true });
      return `${found?.ino} ${found?.size} ${found?.mtimeNs}`;
    })
    .join('; ');
