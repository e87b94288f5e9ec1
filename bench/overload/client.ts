/**
 * The client of the overload benchmark, a process of its own: `node bench/overload/client.ts PLAN`, a plan in JSON; prints
 * what came of each phase. Arrivals come by schedule, whatever became of those before (open loop); latency counts from the
 * scheduled moment. One that finds every connection busy is turned away here, as Envoy's circuit breaker does
 * (`max_pending_requests`), and counted: who waited in the client for its turn would measure the client.
 */
import { performance } from 'node:perf_hooks';
import { Connection } from './connection.ts';
import { type Probed, probe } from './probe.ts';
import { type Phase, Tally, type Told } from './tally.ts';

export interface Plan {
  readonly port: number;
  readonly path: string;
  readonly rows: number;
  readonly columns: number;
  readonly connections: number;
  /** How long a client waits for its answer, in milliseconds. */
  readonly patience: number;
  readonly phases: readonly Phase[];
}

export interface Outcome extends Told {
  readonly health: Probed;
}

/** Connections of the phase that looks for the peak: enough to keep the server busy, and few enough that none is refused. */
const CLOSED = 6;

const plan = JSON.parse(process.argv[2]!) as Plan;

function requestOf({ path, rows, columns }: Plan): Buffer {
  const row = (i: number): number[] =>
    Array.from({ length: columns }, (_, j) => Number((((i * 31 + j * 17) % 97) / 7).toFixed(3)));
  const body = JSON.stringify({ rows: Array.from({ length: rows }, (_, i) => row(i)) });
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
  return Buffer.from(head + body);
}

class Run {
  readonly #bytes = requestOf(plan);
  readonly #idle: Connection[] = [];
  #open = 0;
  /** Called with each connection that is free again. */
  #freed: (() => void) | null = null;

  async phase(phase: Phase): Promise<{ readonly tally: Tally; readonly health: Probed }> {
    const health = probe(plan.port);
    const tally = new Tally(phase);
    if (phase.rate === null) await this.#closed(tally);
    else await this.#scheduled(phase.rate, tally);
    tally.seconds = (performance.now() - tally.began) / 1000;
    return { tally, health: await health.stop() };
  }

  async #closed(tally: Tally): Promise<void> {
    const end = tally.began + tally.phase.seconds * 1000;
    await new Promise<void>((resolve) => {
      let busy = CLOSED;
      this.#freed = () => {
        if (performance.now() < end) this.#send(performance.now(), tally);
        else if (--busy === 0) resolve();
      };
      for (let k = 0; k < CLOSED; k++) this.#send(performance.now(), tally);
    });
    this.#freed = null;
  }

  /** A Poisson stream: gaps are exponential. */
  async #scheduled(rate: number, tally: Tally): Promise<void> {
    const gap = (): number => (-Math.log(1 - Math.random()) * 1000) / rate;
    const end = tally.began + tally.phase.seconds * 1000;
    let due = tally.began + gap();
    while (due < end) {
      for (const now = performance.now(); due <= now; due += gap()) this.#send(due, tally);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  #send(scheduled: number, tally: Tally): void {
    const connection = this.#idle.pop() ?? this.#opened();
    tally.arrived++;
    if (connection === null) tally.note('unsent', scheduled, scheduled);
    else connection.send(this.#bytes, scheduled, tally);
  }

  #opened(): Connection | null {
    if (this.#open >= plan.connections) return null;
    this.#open++;
    return new Connection(plan.port, plan.patience, (connection, isOpen) => {
      if (isOpen) this.#idle.push(connection);
      else this.#open--;
      this.#freed?.();
    });
  }
}

const run = new Run();
const ran: { readonly tally: Tally; readonly health: Probed }[] = [];
for (const phase of plan.phases) ran.push(await run.phase(phase));
// What is still on its way belongs to its phase, too.
await new Promise((resolve) => setTimeout(resolve, plan.patience + 100));
const slow = 3 * (ran[0]?.tally.p99 ?? 0);
const outcomes = ran.map(({ tally, health }): Outcome => ({ ...tally.outcome(slow), health }));
process.stdout.write(JSON.stringify(outcomes), () => process.exit(0));
