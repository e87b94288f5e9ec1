import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, Server as NetServer, type Socket } from 'node:net';
import { boundAddress } from '../core/network.ts';
import type { ConnectionLimiter } from './connections/connection-limiter.ts';

/** Idle connections stay this long: their clients' next requests may be on the way, and a close would lose them. */
const IDLE_GRACE_MILLIS = 250;
/** How long it is waited for calm among those who knock, and then for an empty queue, before a socket is closed. */
const CALM_MILLIS = 300;
const QUEUE_MILLIS = 900;

/** What `node:cluster` uses, too, under the documented `listen` and `remoteAddress`. */
interface Handle {
  listen(backlog: number): number;
  getpeername(out: object): number;
}

/**
 * Takes no new connections, those that the kernel has queued apart; the ones there are go on. Answers when the last of them
 * has ended, once nothing is accepted any more.
 *
 * The kernel resets what it has queued when the last listener of a socket closes. So the queue is told to take one
 * connection at most (listen(2) again), and a connection of our own is put into that one place: it gets in only where nobody
 * else is, and while it is there nobody else does. Then the socket is closed, over a queue that holds nothing but it. Whose
 * first packet comes while the queue is full sends it again later (tcp(7), `tcp_abort_on_overflow`), and is then told that
 * nobody listens; so a crowd soon thins, and it is waited for that, since two who knock within microseconds may both be let
 * in by their first packet and only one by the next.
 */
export async function leaveSocket(
  server: Server,
  connections: ConnectionLimiter,
): Promise<{ readonly closed: Promise<unknown> }> {
  const closed = once(server, 'close');
  handleOf(server)?.listen(0);
  const begun = performance.now();
  const isAfter = (millis: number): boolean => performance.now() >= begun + millis;
  while (!((connections.isCalm || isAfter(CALM_MILLIS)) && (await closedOverPlug(server)))) {
    if (isAfter(QUEUE_MILLIS)) stopListening(server);
    await new Promise(setImmediate); // sockets are polled: what is queued is accepted
  }
  return { closed };
}

/** Closes the listener if its queue holds nobody; says whether it is closed. All in one turn: nothing is accepted meanwhile. */
function closedOverPlug(server: Server): Promise<boolean> {
  if (!server.listening) return Promise.resolve(true);
  const plug = connect(reachable(boundAddress(server)));
  plug.on('error', () => undefined);
  return new Promise((resolve) => {
    // `connect` begins in the next tick, before this one; over loopback it is also done by then (or will not be).
    process.nextTick(() => {
      const isIn = handleOf(plug)?.getpeername({}) === 0;
      if (isIn) stopListening(server);
      plug.destroy();
      resolve(isIn);
    });
  });
}

const handleOf = (of: Server | Socket): Handle | null =>
  (of as unknown as { readonly _handle: Handle | null })._handle;

/** Where a listener on all addresses is reached from this machine. */
function reachable({ address: host, port }: AddressInfo): { host: string; port: number } {
  if (host === '0.0.0.0') return { host: '127.0.0.1', port };
  return { host: host === '::' ? '::1' : host, port };
}

/** The close of `node:http` would end idle connections at once. */
const stopListening = (server: Server): unknown => NetServer.prototype.close.call(server);

/**
 * Lets the connections of a server that listens no more finish: busy ones end with their answer, idle ones when they
 * have stayed idle for a moment, and whatever is left after `millis` is cut off.
 */
export async function drain(
  server: Server,
  connections: ConnectionLimiter,
  closed: Promise<unknown>,
  millis: number,
): Promise<void> {
  const sweep = setInterval(() => connections.closeStale(), IDLE_GRACE_MILLIS);
  const limit = setTimeout(() => connections.closeAll(), millis);
  await closed;
  clearInterval(sweep);
  clearTimeout(limit);
  server.close(); // what is left of it: the timer that checks for slow requests
}
