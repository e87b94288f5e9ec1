import { type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../../core/ports.ts';
import type { LingeringResponse } from '../../serving/http/lingering.ts';
import type { ConnectionCounts } from '../../serving/metrics/serving-metrics.ts';

export interface ConnectionLimiterOptions {
  /** Connections at once. */
  readonly limit: number;
  /** Where to count. */
  readonly counts: ConnectionCounts;
  readonly logger: Logger;
}

/** Two connections within this many milliseconds are the beginning of a burst. */
const CALM_MILLIS = 2;
/** Turn of a connection that has been answered: it may be closed at once. */
const ANSWERED = -1;
/** Milliseconds after which the same error is logged again. */
const TELL_AGAIN_MILLIS = 60_000;

/**
 * Limits the connections of one server. At the limit, the connection that has been idle longest, or has taken longest over its
 * first headers, is closed for the new one. If all connections are being answered, the new one is closed. A connection whose
 * answer was sent before its request was complete counts as idle.
 */
export class ConnectionLimiter {
  readonly #options: ConnectionLimiterOptions;
  readonly #open = new Set<Socket>();
  /** Idle connections, longest first, each with the turn of the loop since which it is idle. */
  readonly #waiting = new Map<Socket, number>();
  /** Connections in their TLS handshake, by the address of the client. */
  readonly #handshaking = new Map<string, Socket>();
  #stale: readonly Socket[] = [];
  /** Turns of the loop in which connections came. */
  #turn = 0;
  #nextTurn: NodeJS.Immediate | null = null;
  /** `performance.now()` of the last two connections. */
  #lastCame = Number.NEGATIVE_INFINITY;
  #cameBefore = Number.NEGATIVE_INFINITY;
  #toldAt = Number.NEGATIVE_INFINITY;
  /** Observes the beginning of requests and the end of answers without a listener for each request. */
  readonly Response: typeof ServerResponse;

  constructor(options: ConnectionLimiterOptions) {
    this.#options = options;
    options.counts.limit = options.limit;
    const asks = (socket: Socket): void => this.asks(socket);
    const waits = (socket: Socket): void => this.waits(socket);
    this.Response = class extends ServerResponse implements LingeringResponse {
      override assignSocket(socket: Socket): void {
        asks(socket);
        super.assignSocket(socket);
      }

      override detachSocket(socket: Socket): void {
        super.detachSocket(socket);
        waits(socket);
      }

      lingers(): void {
        if (this.socket !== null) waits(this.socket);
      }
    } as typeof ServerResponse;
  }

  /** Whether no burst of connections is arriving. */
  get isCalm(): boolean {
    return performance.now() - this.#cameBefore > CALM_MILLIS;
  }

  /** A request has arrived on a connection. */
  asks(socket: Socket): void {
    this.#waiting.delete(socket);
  }

  /** A connection has been answered: it is idle now, as the most recent one. */
  waits(socket: Socket): void {
    this.#waiting.delete(socket); // which would keep its place
    if (!socket.destroyed) this.#waiting.set(socket, ANSWERED);
  }

  /** Closes all connections. */
  closeAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** Limits the connections of a server from now on. */
  keep(server: Server): void {
    // What only a server of TLS has; to ask for its class loads the module, 4 ms before the first answer of any other.
    const isTls = 'setSecureContext' in server;
    server.on('connection', (socket: Socket) => this.#take(socket, isTls));
    server.on('secureConnection', (socket: Socket) => this.#secured(socket));
  }

  /** Errors of accept(2) (EMFILE, ENFILE, ENOBUFS) are counted and logged; existing connections go on. */
  tolerate(server: Server): void {
    server.on('error', (error) => {
      this.#options.counts.refused++;
      const now = performance.now();
      if (now - this.#toldAt < TELL_AGAIN_MILLIS) return;
      this.#toldAt = now;
      this.#options.logger.error({ error }, 'connections cannot be accepted');
    });
  }

  /** Closes connections that have been idle since the call before. */
  closeStale(): void {
    for (const socket of this.#stale) if (this.#waiting.has(socket)) socket.destroy();
    this.#stale = [...this.#waiting.keys()];
  }

  #take(socket: Socket, isSecured: boolean): void {
    const { counts, limit } = this.#options;
    this.#open.add(socket);
    counts.open = this.#open.size;
    [this.#cameBefore, this.#lastCame] = [this.#lastCame, performance.now()];
    this.#waiting.set(socket, this.#turn);
    this.#nextTurn ??= setImmediate(() => this.#endTurn());
    const address = isSecured ? addressOf(socket) : null;
    if (address !== null) this.#handshaking.set(address, socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      counts.open = this.#open.size;
      this.#waiting.delete(socket);
      if (address !== null) this.#handshaking.delete(address);
    });
    if (counts.open > limit) this.#giveUpOne(socket);
  }

  /** A request that arrives with its connection is read in the next turn: a connection of this turn is not idle yet. */
  #giveUpOne(newest: Socket): void {
    const { counts } = this.#options;
    const [[oldest, since] = [newest, this.#turn]] = this.#waiting;
    const victim = since < this.#turn ? oldest : newest;
    if (victim === newest) counts.refused++;
    else counts.evicted++;
    this.#waiting.delete(victim);
    victim.destroy();
  }

  #endTurn(): void {
    this.#nextTurn = null;
    this.#turn++;
  }

  /** After the handshake the connection is known by the socket of its requests. */
  #secured(socket: Socket): void {
    const raw = this.#handshaking.get(addressOf(socket));
    if (raw !== undefined) this.#waiting.delete(raw);
    this.#waiting.set(socket, this.#turn);
    socket.once('close', () => this.#waiting.delete(socket));
  }
}

const addressOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
