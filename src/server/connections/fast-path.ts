/**
 * Answers predictions without `node:http`, which takes more time for a request than all the rest: of a request that comes in
 * one piece, or in two at once, with a head as nearly all clients send it, there is nothing to be streamed. The first piece of a
 * connection that is anything else goes to `node:http`, and the connection stays there; so every rule of HTTP that it keeps is
 * kept, and a body that comes slowly is nobody's business here.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { FastPathRequest } from '../../serving/http/fast-path/request.ts';
import {
  type FastPathHead,
  FastPathHeadParser,
  HEAD_MAX_BYTES,
} from '../../serving/http/fast-path/request-head.ts';
import { type FastPathConnection, FastPathResponse } from '../../serving/http/fast-path/response.ts';
import type { ConnectionLimiter } from './connection-limiter.ts';

/** Answers a request, now or later; false, and nothing done, where it is for others. */
export type FastPathHandler = (request: FastPathRequest, response: FastPathResponse) => boolean;

export interface FastPathOptions {
  readonly answer: FastPathHandler;
  readonly connections: ConnectionLimiter;
  /** How long a connection may be there without a request, in milliseconds: at first, and after an answer. */
  readonly headersMillis: number;
  readonly keepAliveMillis: number;
  /** How often that is looked at. */
  readonly checkMillis: number;
}

/** What all connections of a server share. */
interface Shared extends FastPathOptions {
  readonly keepAlive: string;
  readonly alive: Set<FastConnection>;
  readonly heads: FastPathHeadParser;
  /** Has `node:http` take a connection. */
  readonly handOver: (socket: Socket) => void;
  readonly server: Server;
}

/** A body of at most so many bytes, which one read can bring, is waited for at most so long: some clients send it after its head. */
const [BODY_MOST, BODY_MILLIS] = [64 << 10, 20];
/** Node waits a little longer than it says, so that a client that keeps to it never meets a closed connection. */
const KEEP_ALIVE_MORE = 1000;

/** Puts itself between a server that speaks no TLS and its connections. */
export function takeFastPath(server: Server, options: FastPathOptions): void {
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  const handOver = (socket: Socket): void => {
    for (const listener of listeners) listener.call(server, socket);
  };
  const alive = new Set<FastConnection>();
  const keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(options.keepAliveMillis / 1000)}\r\n`;
  const shared: Shared = { ...options, keepAlive, alive, heads: new FastPathHeadParser(), handOver, server };
  server.on('connection', (socket: Socket) => alive.add(new FastConnection(socket, shared)));
  const look = (): void => {
    const now = performance.now();
    for (const connection of alive) connection.look(now);
  };
  const timer = setInterval(look, options.checkMillis).unref();
  server.once('close', () => clearInterval(timer));
}

class FastConnection implements FastPathConnection {
  readonly socket: Socket;
  readonly keepAlive: string;
  readonly #shared: Shared;
  /** The answer that is waited for, or null. */
  #response: FastPathResponse | null = null;
  /** A head, and what there is of its body, until when the rest is waited for. */
  #begun: Buffer | null = null;
  #patience: NodeJS.Timeout | undefined;
  /** What has come before the answer was out. */
  #later: Buffer[] = [];
  /** `performance.now()` of the last answer, or of the beginning. */
  #since = performance.now();
  #isFresh = true;

  constructor(socket: Socket, shared: Shared) {
    this.socket = socket;
    this.keepAlive = shared.keepAlive;
    this.#shared = shared;
    socket.on('data', this.#receive).on('error', this.#fail).on('end', this.#finish).on('close', this.#close);
  }

  /** Ends a connection that has waited too long for a request, as `node:http` does. */
  look(now: number): void {
    if (this.#response !== null) return;
    const { headersMillis, keepAliveMillis, server } = this.#shared;
    const most = this.#isFresh ? headersMillis : keepAliveMillis + KEEP_ALIVE_MORE;
    if (now - this.#since <= most) return;
    if (!this.#isFresh) this.socket.destroy();
    else {
      const late = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
      server.emit('clientError', late, this.socket);
    }
  }

  ended(goesOn: boolean): void {
    if (!goesOn) this.socket.destroySoon();
    // Who sends without reading waits.
    else if (this.socket.writableNeedDrain) this.socket.once('drain', () => this.#goOn());
    else this.#goOn();
  }

  readonly #receive = (bytes: Buffer): void => {
    if (this.#response !== null) {
      this.#later.push(bytes);
      this.socket.pause();
      return;
    }
    const all = this.#begun === null ? bytes : Buffer.concat([this.#begun, bytes]);
    const head = this.#shared.heads.read(all.toString('latin1', 0, Math.min(all.length, HEAD_MAX_BYTES)));
    const length = head === null ? 0 : head.text.length + head.length;
    if (head !== null && length === all.length) this.#take(head, all);
    else if (head !== null && length > all.length && length <= BODY_MOST) this.#wait(all);
    else this.#handOver([all]);
  };

  #take(head: FastPathHead, all: Buffer): void {
    if (this.#begun !== null) {
      clearTimeout(this.#patience);
      this.#begun = null;
    }
    const request = new FastPathRequest(head, all.subarray(head.text.length), this.socket);
    if (!this.#answers(request)) this.#handOver([all]);
  }

  #wait(begun: Buffer): void {
    if (this.#begun === null) this.#patience = setTimeout(() => this.#handOver([this.#begun!]), BODY_MILLIS);
    this.#begun = begun;
  }

  #answers(request: FastPathRequest): boolean {
    const { connections, answer } = this.#shared;
    this.#response = new FastPathResponse(this);
    connections.asks(this.socket);
    if (answer(request, this.#response)) return true;
    this.#response = null;
    return false;
  }

  #goOn(): void {
    this.#response = null;
    this.#since = performance.now();
    this.#isFresh = false;
    this.#shared.connections.waits(this.socket);
    if (this.#later.length > 0) this.#handOver(this.#later);
  }

  #handOver(pieces: readonly Buffer[]): void {
    const { socket } = this;
    this.#shared.alive.delete(this);
    clearTimeout(this.#patience);
    socket.off('data', this.#receive).off('error', this.#fail);
    socket.off('end', this.#finish).off('close', this.#close);
    this.#shared.handOver(socket);
    for (const piece of pieces) socket.emit('data', piece);
    if (socket.isPaused()) socket.resume();
  }

  /** What the connection has suffered is told by its end. */
  readonly #fail = (): void => undefined;

  /** As in `node:http`, who sends nothing more wants no answer either. */
  readonly #finish = (): void => {
    this.socket.end();
  };

  readonly #close = (): void => {
    this.#shared.alive.delete(this);
    clearTimeout(this.#patience);
    this.#response?.closed();
  };
}
