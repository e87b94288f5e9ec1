import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { messageOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';

/** How long a client that is still sending gets to read its answer. */
const LINGER_MILLIS = 1000;
/** Only its owner may connect: the mode of the socket is 0600. */
const OWNER_ONLY = 0o177;

/**
 * Listens on a Unix socket that nobody but this user may open. What a dead owner has left at `path` is replaced: to be
 * called under the lock of the data folder. Throws SOCKET_FAILED.
 */
export async function listenOnSocket(path: string, handle: RequestListener): Promise<Server> {
  const server = createServer({ requestTimeout: 0 }, handle);
  server.on('connection', linger);
  rmSync(path, { force: true });
  // The socket is bound within the call.
  const mask = process.umask(OWNER_ONLY);
  try {
    server.listen(path);
  } finally {
    process.umask(mask);
  }
  try {
    await once(server, 'listening');
  } catch (cause) {
    const message = messageOf(cause);
    throw new PlimsollError('SOCKET_FAILED', { path, reason: message }, { cause });
  }
  return server;
}

/**
 * An answer that ends the connection while its client still sends (a body that is refused) would be lost: closing with
 * bytes unread resets the connection. So the rest is read for a moment, as nginx does (`lingering_close`).
 */
function linger(socket: Socket): void {
  socket.destroySoon = () => {
    socket.end();
    const limit = setTimeout(() => socket.destroy(), LINGER_MILLIS);
    socket.once('close', () => clearTimeout(limit));
  };
}
