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

/** With two connections within this many milliseconds, more of them are on the way. */
const CALM_MILLIS = 2;
/** Turn of a connection that has been answered: it may go at once. */
const ANSWERED = -1;
/** The same trouble is told again after this long, in milliseconds. */
const TELL_AGAIN_MILLIS = 60_000;

/**
 * The connections of one server. Where there are as many as may be, the one that has waited longest for a request, or is
 * longest about its first headers, makes room for the next; where all are being answered, the next one is closed at once.
 * One that was answered before it had sent all of its request waits, too.
 */
export class ConnectionLimiter {
  readonly #options: ConnectionLimiterOptions;
  readonly #open = new Set<Socket>();
  /** Those with no request to be answered, in the order since when, and the turn of the loop from which on that holds. */
  readonly #waiting = new Map<Socket, number>();
  /** Those that have not finished their TLS handshake, by the address of the client. */
  readonly #handshaking = new Map<string, Socket>();
  #stale: readonly Socket[] = [];
  /** Turns of the loop in which connections came. */
  #turn = 0;
  #nextTurn: NodeJS.Immediate | null = null;
  /** `performance.now()` of the last two connections. */
  #lastCame = Number.NEGATIVE_INFINITY;
  #cameBefore = Number.NEGATIVE_INFINITY;
  #toldAt = Number.NEGATIVE_INFINITY;
  /** Knows when the request of a connection begins and when its answer is out, which costs no listener a request. */
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

  /** Whether connections come one by one, if at all. */
  get isCalm(): boolean {
    return performance.now() - this.#cameBefore > CALM_MILLIS;
  }

  /** A connection has brought a request. */
  asks(socket: Socket): void {
    this.#waiting.delete(socket);
  }

  /** A connection has been answered, and waits behind the others. */
  waits(socket: Socket): void {
    this.#waiting.delete(socket); // which would keep its place
    if (!socket.destroyed) this.#waiting.set(socket, ANSWERED);
  }

  /** Cuts all of them off. */
  closeAll(): void {
    for (const socket of this.#open) socket.destroy();
  }

  /** Keeps the connections of a server from now on. */
  keep(server: Server): void {
    // What only a server of TLS has; to ask for its class loads the module, 4 ms before the first answer of any other.
    const isTls = 'setSecureContext' in server;
    server.on('connection', (socket: Socket) => this.#take(socket, isTls));
    server.on('secureConnection', (socket: Socket) => this.#secured(socket));
  }

  /** An accepted connection that could not be had (EMFILE, ENFILE, ENOBUFS: accept(2)) is no end of those there are. */
  tolerate(server: Server): void {
    server.on('error', (error) => {
      this.#options.counts.refused++;
      const now = performance.now();
      if (now - this.#toldAt < TELL_AGAIN_MILLIS) return;
      this.#toldAt = now;
      this.#options.logger.error({ error }, 'connections cannot be accepted');
    });
  }

  /** Closes those that have been waiting for a request since the call before, and have not been answered since. */
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

  /** A request that came along with its connection is read in the next turn: until then nobody waits for it. */
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

  /** From here on the connection is known by the socket that requests come from. */
  #secured(socket: Socket): void {
    const raw = this.#handshaking.get(addressOf(socket));
    if (raw !== undefined) this.#waiting.delete(raw);
    this.#waiting.set(socket, this.#turn);
    socket.once('close', () => this.#waiting.delete(socket));
  }
}

const addressOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;
