import { lookup } from 'node:dns/promises';
import net from 'node:net';
import { getSystemErrorMessage, getSystemErrorName } from 'node:util';
import { messageOf, systemCodeOf } from '../../core/error-text.ts';
import { listenFailed, type ServerAddress, urlOf } from '../address.ts';

/** A socket bound to its address. Nobody accepts from it here: it is for handing to the processes that do. */
interface Handle {
  getsockname(out: { port?: number }): number;
  listen(backlog: number): number;
  close(): void;
}

export interface BoundListener extends ServerAddress {
  readonly url: string;
  readonly handle: Handle;
}

/**
 * Lets go of the socket, which then belongs to those who listen on it. From here on the kernel queues next to nothing
 * (listen(2) again, with no backlog), so that they can empty the queue before they leave.
 */
export function leave({ handle }: BoundListener): void {
  handle.listen(0);
  handle.close(); // in the same turn: nothing is ever accepted here
}

/**
 * What `node:cluster` makes its shared handles with (lib/internal/cluster/shared_handle.js). The documented
 * `server.listen` would accept connections in this process too; and a handle of the cluster closes, with everything
 * queued on it, when all workers are gone at once.
 */
const { _createServerHandle: createHandle } = net as unknown as {
  _createServerHandle(address: string, port: number, family: number): Handle | number;
};

/** Binds a socket; port 0 takes a free one. Throws LISTEN_FAILED. */
export async function bindListener(asked: ServerAddress): Promise<BoundListener> {
  const { address, family } = await resolve(asked);
  const handle = createHandle(address, asked.port, family);
  if (typeof handle === 'number')
    throw listenFailed(asked, getSystemErrorName(handle), getSystemErrorMessage(handle));
  const bound: { port?: number } = {};
  handle.getsockname(bound);
  const port = bound.port ?? 0;
  // libuv keeps the error of a taken port for the first `listen`, which would then take any free port (uv_tcp_bind).
  if (port === 0 || (asked.port !== 0 && port !== asked.port)) {
    handle.close();
    throw listenFailed(asked, 'EADDRINUSE', '');
  }
  return {
    host: asked.host,
    port,
    url: urlOf({ host: asked.host, port, tls: asked.tls }, family === 6),
    handle,
  };
}

async function resolve(asked: ServerAddress): Promise<{ address: string; family: number }> {
  try {
    return await lookup(asked.host);
  } catch (error) {
    const [code, message] = [systemCodeOf(error), messageOf(error)];
    throw listenFailed(asked, code, message);
  }
}
