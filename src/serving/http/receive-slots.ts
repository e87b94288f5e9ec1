import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { HttpLimits } from './limits.ts';

/** A body that is being received. */
export interface IncomingBody {
  /** Network that it comes from: an address, or a /64 of IPv6. */
  readonly peer: string;
  /** `performance.now()` when the headers were complete. */
  readonly startedAt: number;
  /** Bytes received so far. */
  readonly received: number;
  refuse(error: PlimsollError): void;
}

/** Counters of bodies that are being received. */
export interface ReceiveCounts {
  /** Bodies being received. */
  receiving: number;
  /** Bodies that were refused because they were too slow. */
  slowBodies: number;
}

interface Options {
  readonly limits: Pick<HttpLimits, 'maxReceiving' | 'peerShare'>;
  readonly counts: ReceiveCounts;
  readonly now?: () => number;
}

/** Milliseconds during which a body may be arbitrarily slow; afterwards it has to keep the minimum rate. */
const GRACE_MILLIS = 10_000;
/** Bytes a second on average: the default of Apache's `RequestReadTimeout` (mod_reqtimeout, MinRate). */
const LEAST_RATE = 500;
/**
 * Bytes that a body may be behind the minimum rate before others can take its slot: a quarter of a second, the delay of a
 * packet.
 */
const PATIENCE_BYTES = LEAST_RATE / 4;
const LOOK_MILLIS = 1000;

/**
 * Slots for bodies that are being received, separate from the limit on requests in flight: slow clients do not block others.
 * One peer may hold a share of the slots. At the end of a turn of the loop, when bodies that arrived with their headers are
 * complete, bodies beyond the limit take the slots of those that are furthest behind the minimum rate. If none is behind, the
 * newest body of the peer with the most slots is refused.
 */
export class ReceiveSlots {
  readonly #limits: Options['limits'];
  readonly #counts: ReceiveCounts;
  readonly #now: () => number;
  readonly #perPeer: number;
  readonly #bodies = new Set<IncomingBody>();
  #timer: NodeJS.Timeout | undefined;
  #endOfTurn: NodeJS.Immediate | undefined;

  constructor({ limits, counts, now = () => performance.now() }: Options) {
    this.#limits = limits;
    this.#counts = counts;
    this.#now = now;
    this.#perPeer = Math.max(1, Math.floor(limits.maxReceiving * limits.peerShare));
  }

  /** Gives a body a slot; it or another body may be refused soon (OVERLOADED, BODY_TOO_SLOW). */
  enter(body: IncomingBody): void {
    this.#bodies.add(body);
    this.#counts.receiving = this.#bodies.size;
    // As long as all together hold no more than one may, nobody has to be told from the others.
    if (this.#bodies.size > this.#perPeer) this.#endOfTurn ??= setImmediate(() => this.#settle());
    this.#timer ??= setTimeout(() => this.#look(), LOOK_MILLIS).unref();
  }

  /** Frees the slot of a body; a second call does nothing. */
  leave(body: IncomingBody): void {
    this.#bodies.delete(body);
    this.#counts.receiving = this.#bodies.size;
  }

  /** Refuses bodies that are too slow. */
  sweep(): void {
    const now = this.#now();
    for (const body of [...this.#bodies]) if (isTooSlow(body, now)) this.#giveUp(body, now, '');
  }

  #settle(): void {
    this.#endOfTurn = undefined;
    if (this.#bodies.size <= this.#perPeer) return;
    for (const own of Map.groupBy(this.#bodies, peerOf).values())
      this.#keep(this.#perPeer, own, 'bodies from one address');
    this.#keep(this.#limits.maxReceiving, [...this.#bodies], 'bodies being received');
  }

  /** Refuses bodies until `limit` of them are left. */
  #keep(limit: number, bodies: readonly IncomingBody[], what: string): void {
    const found = bodies.length;
    if (found <= limit) return;
    const now = this.#now();
    const slowest = bodies
      .filter((body) => behind(body, now) > PATIENCE_BYTES)
      .sort((a, b) => behind(b, now) - behind(a, now))
      .slice(0, found - limit);
    for (const body of slowest) this.#giveUp(body, now, ', and its place is wanted by another');
    const left = bodies.filter((body) => this.#bodies.has(body));
    for (const body of crowding(left, left.length - limit)) {
      this.leave(body);
      body.refuse(new PlimsollError('OVERLOADED', { found, what, limit, retry: 1 }));
    }
  }

  #giveUp(body: IncomingBody, now: number, why: string): void {
    this.leave(body);
    this.#counts.slowBodies++;
    const seconds = ((now - body.startedAt) / 1000).toFixed(1);
    body.refuse(
      new PlimsollError('BODY_TOO_SLOW', { found: body.received, seconds, wanted: LEAST_RATE, why }),
    );
  }

  #look(): void {
    this.#timer = undefined;
    this.sweep();
    if (this.#bodies.size > 0) this.#timer = setTimeout(() => this.#look(), LOOK_MILLIS).unref();
  }
}

const peerOf = ({ peer }: IncomingBody): string => peer;

/** So many bodies, one after the other the newest one of the peer that then holds most. */
function crowding(bodies: readonly IncomingBody[], count: number): readonly IncomingBody[] {
  // The peer of the newest one first: of several that hold most, it is the one that wants more.
  const peers = [...Map.groupBy(bodies.toReversed(), peerOf).values()].map((own) => own.reverse());
  return Array.from({ length: count }, () => {
    const largest = peers.reduce((most, own) => (own.length > most.length ? own : most));
    return elementAt(largest.splice(-1), 0);
  });
}

/** Bytes that a body lacks of what the least rate would have brought by now; negative where it is ahead. */
const behind = ({ startedAt, received }: IncomingBody, now: number): number =>
  ((now - startedAt) / 1000) * LEAST_RATE - received;

const isTooSlow = (body: IncomingBody, now: number): boolean => behind(body, now - GRACE_MILLIS) > 0;
