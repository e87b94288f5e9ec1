import { PlimsollError } from '../../core/errors.ts';
import type { HttpLimits } from './limits.ts';

/** A body on its way. */
export interface Incoming {
  /** Address that it comes from, or undefined where that has gone. */
  readonly peer: string | undefined;
  /** `performance.now()` when its headers were there. */
  readonly startedAt: number;
  /** Bytes that have come so far. */
  readonly received: number;
  refuse(error: PlimsollError): void;
}

/** What is counted of all of them. */
export interface ReceivingCounts {
  /** Bodies being received. */
  receiving: number;
  /** Bodies that were given up because they came too slowly. */
  slowBodies: number;
}

interface Options {
  readonly limits: Pick<HttpLimits, 'maxReceiving' | 'peerShare'>;
  readonly counts: ReceivingCounts;
  readonly now?: () => number;
}

/** A body may begin as slowly as it likes for so many milliseconds; after them it has to keep up with the least rate. */
const GRACE_MILLIS = 10_000;
/** Bytes a second on average: the default of Apache's `RequestReadTimeout` (mod_reqtimeout, MinRate). */
const LEAST_RATE = 500;
/** What it may lack before its place is wanted by others: a quarter of a second, as long as a packet may be on its way. */
const PATIENCE_BYTES = LEAST_RATE / 4;
const LOOK_MILLIS = 1000;

/**
 * The places of bodies that are being received, apart from those of requests that are being scored: a client that sends
 * slowly keeps nobody else from being answered. One address may hold a share of them. Where there is no place, the body
 * that is furthest behind the least rate gives its own to the next one. Where none is behind, the next one is refused,
 * unless it is whole within the turn of the loop: a body that came along with its headers needs no place.
 */
export class Receiving {
  readonly #limits: Options['limits'];
  readonly #counts: ReceivingCounts;
  readonly #now: () => number;
  readonly #bodies = new Set<Incoming>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ limits, counts, now = () => performance.now() }: Options) {
    this.#limits = limits;
    this.#counts = counts;
    this.#now = now;
  }

  /** Gives a body its place, or refuses it soon (OVERLOADED). */
  enter(body: Incoming): void {
    // As long as all together are below the share of one, nobody has to be told from the others.
    if (this.#bodies.size >= this.#perPeer) this.#findPlace(body);
    this.#bodies.add(body);
    this.#counts.receiving = this.#bodies.size;
    this.#timer ??= setTimeout(() => this.#look(), LOOK_MILLIS).unref();
  }

  /** Also of one that has left already. */
  leave(body: Incoming): void {
    this.#bodies.delete(body);
    this.#counts.receiving = this.#bodies.size;
  }

  /** Gives up what comes too slowly. */
  sweep(): void {
    const now = this.#now();
    for (const body of [...this.#bodies]) if (isTooSlow(body, now)) this.#giveUp(body, now, '');
  }

  get #perPeer(): number {
    const { maxReceiving, peerShare } = this.#limits;
    return Math.max(1, Math.floor(maxReceiving * peerShare));
  }

  #findPlace(body: Incoming): void {
    const { maxReceiving } = this.#limits;
    const own = [...this.#bodies].filter(({ peer }) => peer === body.peer);
    if (own.length >= this.#perPeer) this.#displace(own, body, 'bodies from one address', this.#perPeer);
    else if (this.#bodies.size >= maxReceiving)
      this.#displace([...this.#bodies], body, 'bodies being received', maxReceiving);
  }

  #displace(bodies: readonly Incoming[], next: Incoming, what: string, limit: number): void {
    const now = this.#now();
    const last = bodies.reduce((a, b) => (behind(b, now) > behind(a, now) ? b : a));
    if (behind(last, now) > PATIENCE_BYTES) this.#giveUp(last, now, ', and its place is wanted by another');
    else setImmediate(() => this.#refuse(next, what, limit, bodies.length + 1));
  }

  #refuse(body: Incoming, what: string, limit: number, found: number): void {
    if (!this.#bodies.has(body)) return;
    this.leave(body);
    body.refuse(new PlimsollError('OVERLOADED', { found, what, limit, retry: 1 }));
  }

  #giveUp(body: Incoming, now: number, why: string): void {
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

/** Bytes that a body lacks of what the least rate would have brought by now; negative where it is ahead. */
const behind = ({ startedAt, received }: Incoming, now: number): number =>
  ((now - startedAt) / 1000) * LEAST_RATE - received;

const isTooSlow = (body: Incoming, now: number): boolean => behind(body, now - GRACE_MILLIS) > 0;
