import { connect, isIP, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { releaseBuffer } from '../core/release-buffer.ts';
import { AnswerReader } from './answer-reader.ts';
import type { LoadTarget } from './load-order.ts';
import type { Ending, Tally } from './tally.ts';

/** Answers whose `server-timing` is read: one of so many, for reading it costs the client. */
const TIMED_EVERY = 8;

/** What is told of a connection: that its request has ended, and that it is of no more use. */
export interface ConnectionEvents {
  onEnd(connection: Connection, tally: Tally): void;
  onGone(connection: Connection): void;
}

/** One connection that sends a request at a time, over bare sockets: a client must cost less than its server. */
export class Connection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #patience: number;
  readonly #answer = new AnswerReader();
  #tally: Tally | null = null;
  #timer: NodeJS.Timeout | undefined;
  #scheduled = 0;
  #answers = 0;
  #isGone = false;

  /** `patience` in milliseconds. */
  constructor(target: LoadTarget, patience: number, events: ConnectionEvents) {
    this.#events = events;
    this.#patience = patience;
    this.#socket = openSocket(target);
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#socket.on('error', () => this.#broken());
    this.#socket.on('close', () => this.#broken());
  }

  send(bytes: Buffer, scheduled: number, tally: Tally): void {
    this.#tally = tally;
    this.#scheduled = scheduled;
    this.#answer.reset();
    this.#timer ??= setTimeout(() => this.#over('timeout'), this.#patience);
    this.#timer.refresh();
    this.#socket.write(bytes);
  }

  /** A request that is under way is given up. */
  close(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#socket.destroy();
    this.#events.onGone(this);
    this.#over('timeout');
  }

  #read(chunk: Buffer): void {
    try {
      const isWhole = this.#answer.read(chunk);
      releaseBuffer(chunk);
      if (isWhole) this.#over(this.#answer.status);
    } catch {
      this.#broken();
    }
  }

  #broken(): void {
    this.#over(this.#answer.end() ? this.#answer.status : 'reset');
    this.close();
  }

  #over(what: Ending): void {
    const tally = this.#tally;
    if (tally === null) return;
    this.#tally = null;
    const { closes, timing, body } = this.#answer;
    const isAnswered = /^\d/.test(what);
    if (!isAnswered || closes || this.#socket.writableLength > 0) this.close();
    tally.end(what, this.#scheduled, performance.now());
    if (isAnswered && timing !== null && this.#answers++ % TIMED_EVERY === 0) tally.time(timing);
    if (isAnswered && tally.wants(what)) tally.keep(what, body);
    this.#events.onEnd(this, tally);
  }
}

function openSocket({ host, address = host, port, isSecure }: LoadTarget): Socket {
  if (!isSecure) return connect({ host: address, port, noDelay: true });
  const named = isIP(host) === 0 ? { servername: host } : {};
  return connectSecurely({ host: address, port, ALPNProtocols: ['http/1.1'], ...named });
}
