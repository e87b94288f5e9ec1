import { connect, type Socket } from 'node:net';
import type { Tally } from './tally.ts';

/** One connection that sends a request at a time, over bare sockets: a client must cost less than its server. */
export class Connection {
  readonly #socket: Socket;
  readonly #done: (connection: Connection, isOpen: boolean) => void;
  #tally: Tally | null = null;
  readonly #patience: number;
  #timer: NodeJS.Timeout | undefined;
  #scheduled = 0;
  #busy = false;
  #status = '';
  #closes = false;
  /** Bytes of the answer that are to come. */
  #rest = -1;
  #head = '';

  constructor(port: number, patience: number, done: (connection: Connection, isOpen: boolean) => void) {
    this.#done = done;
    this.#patience = patience;
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#socket.on('error', () => this.#over('reset'));
    this.#socket.on('close', () => this.#over('reset'));
  }

  send(bytes: Buffer, scheduled: number, tally: Tally): void {
    this.#tally = tally;
    this.#busy = true;
    this.#scheduled = scheduled;
    this.#rest = -1;
    this.#head = '';
    this.#timer ??= setTimeout(() => this.#late(), this.#patience);
    this.#timer.refresh();
    this.#socket.write(bytes);
  }

  #late(): void {
    if (this.#busy) this.#over('timeout');
  }

  #read(chunk: Buffer): void {
    if (this.#rest < 0 && !this.#readHead(chunk)) return;
    if (this.#rest === 0) this.#over(this.#status);
  }

  /** Whether the head is there; counts what of the body has come with it. */
  #readHead(chunk: Buffer): boolean {
    const text = this.#head + chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) {
      this.#head = text;
      return false;
    }
    const head = text.slice(0, end).toLowerCase();
    this.#status = head.slice(9, 12);
    this.#closes = head.includes('connection: close');
    this.#rest = Number(/content-length: (\d+)/.exec(head)![1]) - (text.length - end - 4);
    this.#socket.removeAllListeners('data').on('data', (more: Buffer) => this.#count(more.length));
    return true;
  }

  #count(bytes: number): void {
    this.#rest -= bytes;
    if (this.#rest === 0) this.#over(this.#status);
  }

  #over(what: string): void {
    if (!this.#busy) return;
    this.#busy = false;
    const isOpen = /^\d/.test(what) && !this.#closes && this.#socket.writableLength === 0;
    if (isOpen) this.#socket.removeAllListeners('data').on('data', (chunk: Buffer) => this.#read(chunk));
    else {
      clearTimeout(this.#timer);
      this.#socket.destroy();
    }
    this.#tally?.note(what, this.#scheduled, performance.now());
    this.#done(this, isOpen);
  }
}
