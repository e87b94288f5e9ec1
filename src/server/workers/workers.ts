import { availableParallelism } from 'node:os';
import type { PlimsollError } from '../../core/errors.ts';
import type { Logger } from '../../core/ports.ts';
import type { RunningServer } from '../start.ts';
import { bindListener, type Listener, leave } from './listener.ts';
import type { FromWorker, NamedBundle } from './messages.ts';
import { Scrapes } from './scrapes.ts';
import { Seat } from './seat.ts';
import { Tally } from './tally.ts';

export interface WorkersOptions {
  /** How many processes serve. */
  readonly workers: number;
  readonly bundles: readonly NamedBundle[];
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly maxBody: number;
  readonly logger: Logger;
  /** What each worker runs, instead of a server. */
  readonly entry?: URL | undefined;
  /** When a worker that has been told to stop is killed. @default {35000, after its own limit for what is in flight} */
  readonly closeMillis?: number | undefined;
  /** How often each worker is checked; it is replaced after thirty checks without a word. @default {1000} */
  readonly checkMillis?: number | undefined;
}

export interface RunningWorkers extends RunningServer {
  /** Settles when no worker is left: resolves after `close`, rejects with what keeps workers from starting. */
  readonly ended: Promise<void>;
}

/** The workers do not wait longer for one of them to leave the socket. */
const LEAVE_MILLIS = 1000;
const CLOSE_MILLIS = 35_000;
const CHECK_MILLIS = 1000;

/**
 * Starts workers that listen on one socket, and keeps them: this process holds the socket but never accepts, so that a
 * worker's end refuses nobody. Answers once all of them do. Throws LISTEN_FAILED, WORKER_FAILED, or what a worker refuses.
 */
export async function startWorkers(options: WorkersOptions): Promise<RunningWorkers> {
  const workers = new Workers(options, await bindListener(options));
  await Promise.race([workers.ready, workers.ended]);
  return workers;
}

class Workers implements RunningWorkers {
  readonly #options: WorkersOptions;
  readonly #listener: Listener;
  readonly #seats: readonly Seat[];
  readonly #tally = new Tally();
  readonly #scrapes = new Scrapes();
  readonly #ready = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #checks: NodeJS.Timeout;
  #restarts = 0;
  #closing: Promise<void> | null = null;

  constructor(options: WorkersOptions, listener: Listener) {
    this.#options = options;
    this.#listener = listener;
    this.#seats = Array.from({ length: options.workers }, (_, k) => this.#seat(k + 1));
    // However this process ends, nobody stays behind; after a SIGKILL the workers see its channel close.
    process.once('exit', this.#killAll);
    for (const seat of this.#seats) seat.start();
    this.#checks = setInterval(this.#check, options.checkMillis ?? CHECK_MILLIS).unref();
  }

  get url(): string {
    return this.#listener.url;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async close(): Promise<void> {
    await this.#stop();
    this.#ended.resolve();
  }

  #stop(): Promise<void> {
    this.#closing ??= this.#stopAll();
    return this.#closing;
  }

  async #stopAll(): Promise<void> {
    // The workers hold the socket until they have taken what is queued on it.
    leave(this.#listener);
    const late = setTimeout(this.#closeAll, LEAVE_MILLIS);
    const limit = setTimeout(this.#killAll, this.#options.closeMillis ?? CLOSE_MILLIS);
    await Promise.all(this.#seats.map((seat) => seat.stop()));
    clearInterval(this.#checks);
    clearTimeout(late);
    clearTimeout(limit);
    process.off('exit', this.#killAll);
  }

  readonly #closeAll = (): void => {
    for (const seat of this.#seats) seat.send({ kind: 'close' });
  };

  readonly #check = (): void => {
    for (const seat of this.#seats) seat.check();
  };

  readonly #killAll = (): void => {
    for (const seat of this.#seats) seat.kill();
  };

  #seat(worker: number): Seat {
    const { bundles, host, maxBody, workers, logger, entry } = this.#options;
    const threads = Math.max(2, Math.ceil((availableParallelism() - 1) / workers));
    return new Seat({
      entry: entry ?? new URL('./serve.child.ts', import.meta.url),
      settings: { worker, bundles, host, port: this.#listener.port, maxBody, threads },
      handle: this.#listener.handle,
      onMessage: (seat, message) => this.#hear(seat, message),
      onEnd: (seat) => {
        this.#tally.end(seat.worker);
        this.#scrapes.leave(seat.worker);
        this.#sendAway(seat);
      },
      onRestart: (seat, reason, delay) => {
        this.#restarts++;
        logger.warn({ worker: seat.worker, reason, delay }, 'a worker ended: another one is started');
      },
      onHopeless: (error) => void this.#fail(error),
    });
  }

  #hear(seat: Seat, message: FromWorker): void {
    if (message.kind === 'ready' && this.#seats.every(({ ready }) => ready)) this.#ready.resolve();
    if (message.kind === 'left') this.#sendAway(seat);
    if (message.kind === 'report') this.#tally.note(message.report);
    if (message.kind === 'part') this.#scrapes.part(message.id, seat.worker, message.process);
    if (message.kind === 'scrape') this.#scrape(seat, message.id);
  }

  /** A worker has left the socket: it closes, together with all others where none is to listen any more. */
  #sendAway(left: Seat): void {
    if (!this.#closing) left.send({ kind: 'close' });
    else if (!this.#seats.some(({ listening }) => listening)) this.#closeAll();
  }

  #scrape(asking: Seat, id: number): void {
    const seats = this.#seats.filter(({ ready }) => ready);
    const part = this.#scrapes.begin(
      seats.map(({ worker }) => worker),
      (processes) => {
        const ready = this.#seats.filter((seat) => seat.ready).length;
        const totals = { snapshot: this.#tally.total(), processes, ready, restarts: this.#restarts };
        asking.send({ kind: 'totals', id, totals });
      },
    );
    for (const seat of seats) seat.send({ kind: 'part', id: part });
  }

  async #fail(error: PlimsollError): Promise<void> {
    await this.#stop();
    this.#ended.reject(error);
  }
}
