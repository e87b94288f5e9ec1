/**
 * A Poisson stream from a client that costs little: it sleeps until the next arrival, to the millisecond of timers, where the client of
 * `src/load` watches the clock and takes half a core for that. Latency counts from the moment that a request is sent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/core/random.ts';
import { Connection } from '../../src/load/connection.ts';
import type { LoadTarget } from '../../src/load/load-order.ts';
import { poissonGap } from '../../src/load/poisson.ts';
import { type Ending, Tally } from '../../src/load/tally.ts';

const PATIENCE_MILLIS = 30_000;

/** Keeps each latency, so that phases can be looked at together. */
class LatencyTally extends Tally {
  readonly millis: number[] = [];
  failed = 0;

  override end(what: Ending, scheduled: number, now: number): void {
    super.end(what, scheduled, now);
    if (what.startsWith('2')) this.millis.push(now - scheduled);
    else this.failed++;
  }
}

/** Milliseconds of each answer, and how many requests failed. */
export type Streamed = Pick<LatencyTally, 'millis' | 'failed'>;

export async function streamOf(
  target: LoadTarget,
  requests: readonly Buffer[],
  { rate, seconds, seed }: { readonly rate: number; readonly seconds: number; readonly seed: number },
): Promise<Streamed> {
  const random = seededRandom(seed);
  const tally = new LatencyTally(performance.now(), PATIENCE_MILLIS);
  /** Of those that stand. */
  const [idle, all] = [new Set<Connection>(), new Set<Connection>()];
  const taken = (): Connection => {
    const [one] = idle;
    if (one === undefined) return opened();
    idle.delete(one);
    return one;
  };
  const opened = (): Connection => {
    const connection = new Connection(target, PATIENCE_MILLIS, {
      // A server that refuses closes the connection, too.
      onEnd: (one) => void (all.has(one) && idle.add(one)),
      onGone: (one) => {
        all.delete(one);
        idle.delete(one);
      },
    });
    all.add(connection);
    return connection;
  };
  const end = tally.began + 1000 * seconds;
  let sent = 0;
  for (let due = tally.began; due < end; due += poissonGap(rate, random)) {
    const wait = due - performance.now();
    if (wait >= 0.5) await sleep(wait);
    const now = performance.now();
    tally.arrive(now, now);
    taken().send(requests[sent++ % requests.length]!, now, tally);
  }
  while (tally.pending > 0) await sleep(1);
  for (const connection of all) connection.close();
  return tally;
}
