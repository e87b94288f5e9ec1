import { statSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, type ServerOptions, type Server as TlsServer } from 'node:https';
import type { TlsFiles } from '../../config/access.ts';
import { messageOf, systemCodeOf } from '../../core/error-text.ts';
import type { Logger } from '../../core/ports.ts';
import { readIdentity } from './certificates.ts';

/** How often certificates are looked at, in milliseconds; those who renew them need to tell nobody. */
const LOOK_MILLIS = 5000;

/** Longer than any handshake takes, in milliseconds. */
const HANDSHAKE_MILLIS = 10_000;

/** A server that speaks TLS and shows what is in the files, renewed ones too. Throws TLS_UNREADABLE. */
export function tlsServer(
  files: TlsFiles,
  settings: ServerOptions,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  logger: Logger,
): Server {
  const { options, expiresAt } = readIdentity(files);
  const server = createServer({ ...options, ...settings, handshakeTimeout: HANDSHAKE_MILLIS }, handle);
  // Who speaks no TLS could not read an answer.
  server.removeAllListeners('tlsClientError').on('tlsClientError', (_, socket) => socket.destroy());
  server.once('close', followTls({ server, files, logger }, expiresAt));
  return server;
}

export interface TlsFollowing {
  readonly server: Pick<TlsServer, 'setSecureContext'>;
  readonly files: TlsFiles;
  readonly logger: Logger;
  readonly lookMillis?: number;
}

/**
 * Takes renewed files for the connections that come from then on; with files that are no good, or half written, the server
 * goes on as before and looks again. Answers what ends it.
 */
export function followTls(
  { server, files, logger, lookMillis = LOOK_MILLIS }: TlsFollowing,
  expiresAt: number,
): () => void {
  let [taken, refused] = [stateOf(files), ''];
  const reminder = new ExpiryReminder(logger);
  reminder.look(expiresAt, Date.now());
  let end = expiresAt;
  const look = (): void => {
    const state = stateOf(files);
    try {
      if (state !== taken) {
        const identity = readIdentity(files);
        server.setSecureContext(identity.options);
        logger.info({ cert: files.cert }, 'the certificate was renewed');
        [taken, end] = [state, identity.expiresAt];
      }
    } catch (error) {
      const reason = messageOf(error);
      if (state !== refused)
        logger.warn({ reason }, 'the certificate of before is shown: the new one is no good');
      refused = state;
    }
    reminder.look(end, Date.now());
  };
  const timer = setInterval(look, lookMillis).unref();
  process.on('SIGHUP', look);
  return () => {
    clearInterval(timer);
    process.off('SIGHUP', look);
  };
}

const DAY_MILLIS = 86_400_000;
/** How long before its end it is said that a certificate needs another. */
const SOON_MILLIS = 14 * DAY_MILLIS;

/** A server goes on with a certificate that is over: its clients refuse it, and nobody here would know why. */
export class ExpiryReminder {
  readonly #logger: Logger;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Says so once a day. Times are milliseconds since the epoch. */
  look(expiresAt: number, now: number): void {
    if (expiresAt > now + SOON_MILLIS || now - this.#toldAt < DAY_MILLIS) return;
    this.#toldAt = now;
    const about = { expiresAt: new Date(expiresAt).toISOString() };
    this.#logger.warn(about, expiresAt <= now ? 'the certificate is over' : 'the certificate is over soon');
  }
}

const stateOf = ({ cert, key, clientCa }: TlsFiles): string =>
  [cert, key, clientCa ?? ''].map((path) => (path === '' ? '' : fileState(path))).join('; ');

function fileState(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch (error) {
    // Gone, or in a folder that has been closed to us: no reason to end.
    return String(systemCodeOf(error));
  }
}
