import type { Random } from '../../core/ports.ts';
import { seededRandom } from '../../core/random.ts';
import type { LoadPhase } from '../load-order.ts';
import { poissonGap } from '../poisson.ts';
import type { SentPhase } from '../sweep/sweep.ts';
import { Tally } from '../tally.ts';

export interface QueueServer {
  /** Requests that are worked on at once. */
  readonly servers: number;
  /** Milliseconds of work of each request. */
  service(random: Random): number;
  /** Requests that may wait; more are answered 503. @default no limit */
  readonly most?: number;
}

/** Requests a second that it can work off. */
export const capacityOf = ({ servers }: QueueServer, meanMillis: number): number =>
  (1000 * servers) / meanMillis;

/** A server that exists in simulated time alone: first come, first served (Lindley's recursion, for several servers). */
export function simulated(server: QueueServer, seed: number): (phase: LoadPhase) => Promise<SentPhase<null>> {
  const random = seededRandom(seed);
  return async (phase) => {
    const tally = new Tally(0, phase.limit ?? 10_000);
    const pending =
      phase.rate === null
        ? closedLoop(server, phase, tally, random)
        : openLoop(server, phase.rate, phase.seconds, tally, random);
    return {
      ...{ name: phase.name, rate: phase.rate, clients: phase.clients ?? null, began: 0 },
      ...{ seconds: Math.max(phase.seconds, 1e-9), pending, clientMillis: 0, use: null },
      ...tally.outcome(0),
    };
  };
}

function openLoop(server: QueueServer, rate: number, seconds: number, tally: Tally, random: Random): number {
  const free = new Array<number>(server.servers).fill(0);
  const room = server.servers + (server.most ?? Number.POSITIVE_INFINITY);
  const ends: number[] = [];
  let inside: readonly number[] = [];
  for (let at = poissonGap(rate, random); at < seconds * 1000; at += poissonGap(rate, random)) {
    tally.arrive(at, at);
    if (server.most !== undefined) inside = inside.filter((end) => end > at);
    if (inside.length >= room) {
      tally.end('503', at, at);
      continue;
    }
    const first = free.indexOf(Math.min(...free));
    const end = Math.max(at, free[first]!) + server.service(random);
    free[first] = end;
    ends.push(end);
    if (server.most !== undefined) inside = [...inside, end];
    tally.end('200', at, end);
  }
  return ends.filter((end) => end > seconds * 1000).length;
}

/** Each client asks again once it is answered. */
function closedLoop(server: QueueServer, phase: LoadPhase, tally: Tally, random: Random): number {
  const free = new Array<number>(server.servers).fill(0);
  const clients = new Array<number>(phase.clients ?? 1).fill(0);
  for (;;) {
    const client = clients.indexOf(Math.min(...clients));
    const at = clients[client]!;
    if (at > phase.seconds * 1000 || (at > 0 && phase.seconds === 0)) return 0;
    tally.arrive(at, at);
    const first = free.indexOf(Math.min(...free));
    const end = Math.max(at, free[first]!) + server.service(random);
    free[first] = end;
    clients[client] = end;
    tally.end('200', at, end);
  }
}
