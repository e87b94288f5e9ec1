/**
 * Answers predictions without `node:http`, which costs more time for a request than everything else. A request that arrives in
 * one piece, or in two in quick succession, with a head as nearly all clients send it, needs no streams. The first piece of a
 * connection that is anything else goes to `node:http`, and the connection stays there. So all rules of HTTP hold that
 * `node:http` keeps, and slow bodies are not handled here.
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

/** Answers a request, now or later. Returns false, and does nothing, if the request is no prediction. */
export type FastPathHandler = (request: FastPathRequest, response: FastPathResponse) => boolean;

export interface FastPathOptions {
  readonly answer: FastPathHandler;
  readonly connections: ConnectionLimiter;
  /** Milliseconds that a connection may be idle: before its first request, and after an answer. */
  readonly headersMillis: number;
  readonly keepAliveMillis: number;
  /** Milliseconds between two checks of idle connections. */
  readonly checkMillis: number;
}

/** What all connections of a server share. */
interface Shared extends FastPathOptions {
  readonly keepAlive: string;
  readonly alive: Set<FastConnection>;
  readonly heads: FastPathHeadParser;
  /** Hands a connection over to `node:http`. */
  readonly handOver: (socket: Socket) => void;
  readonly server: Server;
}

/**
 * Some clients send the body after the head: up to this many bytes, which one read can bring, are awaited for this many
 * milliseconds.
 */
const [BODY_MOST, BODY_MILLIS] = [64 << 10, 20];
/** Milliseconds added to the announced keep-alive, as Node does, so that the client closes first. */
const KEEP_ALIVE_MORE = 1000;

/** Installs the fast path in front of the connections of a server without TLS. */
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
  /** The answer in progress, or null. */
  #response: FastPathResponse | null = null;
  /** A head with the first part of its body, while the rest is awaited; else null. */
  #begun: Buffer | null = null;
  #bodyTimer: NodeJS.Timeout | undefined;
  /** Bytes that arrived before the answer was sent. */
  #later: Buffer[] = [];
  /** `performance.now()` of the last answer, or of the connection. */
  #since = performance.now();
  #isFresh = true;

  constructor(socket: Socket, shared: Shared) {
    this.socket = socket;
    this.keepAlive = shared.keepAlive;
    this.#shared = shared;
    socket.on('data', this.#receive).on('error', this.#fail).on('end', this.#finish).on('close', this.#close);
  }

  /** Closes a connection that has been idle for too long, as `node:http` does. */
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
    // A client that sends without reading waits.
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
      clearTimeout(this.#bodyTimer);
      this.#begun = null;
    }
    const request = new FastPathRequest(head, all.subarray(head.text.length), this.socket);
    if (!this.#answers(request)) this.#handOver([all]);
  }

  #wait(begun: Buffer): void {
    if (this.#begun === null) this.#bodyTimer = setTimeout(() => this.#handOver([this.#begun!]), BODY_MILLIS);
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
    clearTimeout(this.#bodyTimer);
    socket.off('data', this.#receive).off('error', this.#fail);
    socket.off('end', this.#finish).off('close', this.#close);
    this.#shared.handOver(socket);
    for (const piece of pieces) socket.emit('data', piece);
    if (socket.isPaused()) socket.resume();
  }

  /** Errors need no handling: the close event follows. */
  readonly #fail = (): void => undefined;

  /** A half-closed connection gets no further answer, as in `node:http`. */
  readonly #finish = (): void => {
    this.socket.end();
  };

  readonly #close = (): void => {
    this.#shared.alive.delete(this);
    clearTimeout(this.#bodyTimer);
    this.#response?.closed();
  };
}
