import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../core/random.ts';
import { Connection } from './connection.ts';
import type { LoadOrder, LoadPhase, PhaseOutcome } from './load-order.ts';
import { poissonGap } from './poisson.ts';
import { requestBytes } from './request-bytes.ts';
import { Tally } from './tally.ts';

const CLOSED_CLIENTS = 6;
/** Milliseconds before an arrival from which on a timer is too coarse: its steps are one millisecond. */
const TIMER_MARGIN = 2;
/** Milliseconds of a rest while nothing is due: it leaves the processor to the server, and holds an answer up no longer than that. */
const REST = 0.1;
const SLOW_FACTOR = 3;
const DRAIN_MARGIN_MILLIS = 100;

interface Ran {
  readonly phase: LoadPhase;
  readonly tally: Tally;
  readonly seconds: number;
  readonly pending: number;
  readonly clientMillis: number;
}

const nobody = new Int32Array(new SharedArrayBuffer(4));
/** Nobody wakes it. */
const rest = (): unknown => Atomics.wait(nobody, 0, 0, REST);

const millisOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

/**
 * Sends what an order says. In phases with a rate, arrivals come by schedule, whatever became of those before (open loop); latency counts
 * from the scheduled moment, so that no wait of the client is left out (Tene, "coordinated omission"). An arrival that finds every
 * connection busy is turned away here, as Envoy's circuit breaker does (`max_pending_requests`), and counted: who waited in the
 * client for its turn would measure the client.
 */
export class LoadRun {
  readonly #order: LoadOrder;
  readonly #bytes: readonly Buffer[];
  readonly #random;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  #sent = 0;
  /** The closed loop that goes on with each of its requests that has ended. */
  #loop: { readonly tally: Tally; next(): void } | null = null;

  /** Throws USAGE where the request cannot be written. */
  constructor(order: LoadOrder) {
    this.#order = order;
    this.#bytes = requestBytes(order.target, order.request);
    this.#random = seededRandom(order.seed);
  }

  async run(): Promise<readonly PhaseOutcome[]> {
    const ran: Ran[] = [];
    for (const phase of this.#order.phases) ran.push(await this.#phase(phase));
    // What is still on its way belongs to its phase, too.
    const until = performance.now() + this.#order.patience + DRAIN_MARGIN_MILLIS;
    while (ran.some(({ tally }) => tally.pending > 0) && performance.now() < until) await sleep(1);
    for (const connection of this.#all) connection.close();
    const slow = SLOW_FACTOR * (ran[0]?.tally.p99 ?? 0);
    return ran.map((one) => outcomeOf(one, slow));
  }

  async #phase(phase: LoadPhase): Promise<Ran> {
    const processor = process.cpuUsage();
    const tally = new Tally(performance.now(), phase.limit ?? this.#order.patience);
    const end = tally.began + phase.seconds * 1000;
    if (phase.rate === null) await this.#closed(phase, end, tally);
    else await this.#scheduled(phase.rate, end, tally);
    const seconds = (performance.now() - tally.began) / 1000;
    return {
      phase,
      tally,
      seconds,
      pending: tally.pending,
      clientMillis: millisOf(process.cpuUsage(processor)),
    };
  }

  async #closed(phase: LoadPhase, end: number, tally: Tally): Promise<void> {
    const { rest = 0 } = phase;
    const clients = clientsOf(phase);
    await new Promise<void>((resolve) => {
      let busy = clients;
      const send = (): void => {
        if (performance.now() < end && !tally.isFull) this.#send(performance.now(), tally);
        else if (--busy === 0) resolve();
      };
      const pause = (): number => Math.min(rest, Math.max(0, end - performance.now()));
      const next = rest === 0 ? send : () => void setTimeout(send, pause());
      this.#loop = { tally, next };
      for (let k = 0; k < clients; k++) this.#send(performance.now(), tally);
    });
    this.#loop = null;
  }

  async #scheduled(rate: number, end: number, tally: Tally): Promise<void> {
    const gap = (): number => poissonGap(rate, this.#random);
    let due = tally.began + gap();
    while (due < end && !tally.isFull) {
      for (const now = performance.now(); due <= now && due < end; due += gap()) this.#send(due, tally);
      const wait = Math.min(due, end) - performance.now() - TIMER_MARGIN;
      if (wait >= 1) await sleep(wait);
      else {
        await new Promise<void>((resolve) => setImmediate(resolve));
        if (due - performance.now() > REST) rest();
      }
    }
    // The last gap reaches beyond the end.
    await sleep(Math.max(0, end - performance.now()));
  }

  #send(scheduled: number, tally: Tally): void {
    const connection = this.#idle.pop() ?? this.#opened();
    const now = performance.now();
    tally.arrive(scheduled, now);
    if (connection === null) tally.end('unsent', scheduled, now);
    else connection.send(this.#bytes[this.#sent++ % this.#bytes.length]!, scheduled, tally);
  }

  #opened(): Connection | null {
    const { target, patience, connections } = this.#order;
    if (this.#all.size >= connections) return null;
    const opened = new Connection(target, patience, {
      onEnd: (connection, tally) => {
        if (this.#all.has(connection)) this.#idle.push(connection);
        if (this.#loop?.tally === tally) this.#loop.next();
      },
      onGone: (connection) => {
        this.#all.delete(connection);
        const place = this.#idle.indexOf(connection);
        if (place >= 0) this.#idle.splice(place, 1);
      },
    });
    this.#all.add(opened);
    return opened;
  }
}

const clientsOf = ({ clients = CLOSED_CLIENTS }: LoadPhase): number => clients;

function outcomeOf({ phase, tally, ...ran }: Ran, slow: number): PhaseOutcome {
  const began = performance.timeOrigin + tally.began;
  const clients = phase.rate === null ? clientsOf(phase) : null;
  return { name: phase.name, rate: phase.rate, clients, began, ...ran, ...tally.outcome(slow) };
}
