import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** Idle connections stay this long: their clients' next requests may be on the way, and a close would lose them. */
const IDLE_GRACE_MILLIS = 250;
/** How long a listener that is about to close goes on taking what the kernel has queued for it. */
const QUEUE_MILLIS = 250;
/** A turn of the loop that takes longer leaves too much time for connections to come between its poll and its end. */
const QUICK_MILLIS = 0.1;

/** Takes no new connections; those there are go on. Settles the moment the last of them ends. */
export function stopListening(server: Server): Promise<unknown> {
  const closed = once(server, 'close');
  // The close of `node:http` would end idle connections at once.
  NetServer.prototype.close.call(server);
  return closed;
}

/**
 * Lets the connections of a server that listens no more finish: busy ones end with their answer, idle ones when they
 * have stayed idle for a moment, and whatever is left after `millis` is cut off.
 */
export async function drain(server: Server, closed: Promise<unknown>, millis: number): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_GRACE_MILLIS);
  const limit = setTimeout(() => server.closeAllConnections(), millis);
  await closed;
  clearInterval(sweep);
  clearTimeout(limit);
  server.close(); // what is left of it: the timer that checks for slow requests
}

/**
 * Accepts until a quick turn of the loop brings no connection. The kernel resets what it has queued when the last
 * listener of a socket closes; under load there is often something queued, but hardly ever for more than a few turns.
 */
export async function takeQueued(server: Server): Promise<void> {
  let taken = 0;
  const count = (): void => {
    taken++;
  };
  server.on('connection', count);
  const until = performance.now() + QUEUE_MILLIS;
  let [before, quick] = [-1, false];
  while (!(quick && taken === before) && performance.now() < until) {
    before = taken;
    quick = (await turn()) < QUICK_MILLIS;
  }
  server.off('connection', count);
}

/** One whole turn of the loop, and its milliseconds: sockets are polled between two immediates. */
async function turn(): Promise<number> {
  await new Promise(setImmediate);
  const started = performance.now();
  await new Promise(setImmediate);
  return performance.now() - started;
}
