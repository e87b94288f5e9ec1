import type { RecentRequest } from '../../metrics/recent-request.ts';
import type { StageTiming } from '../threads/scoring-job.ts';
import { type NotedRequest, type RequestEnd, RequestSlots } from './request-slots.ts';

/** Of answers, of refusals and of failures each: how many are kept, how many at once, and one in so many milliseconds. */
const SAMPLED = 48;
const BURST = 24;
const EVERY_MILLIS = 1000;
/** So many of the slowest are kept, of each span of so many milliseconds; those of the span before, too. */
const SLOWEST = 24;
const SPAN_MILLIS = 300_000;

const ANSWERED: RequestEnd = { outcome: 'ok', status: 200, code: null };
const CANCELLED: RequestEnd = { outcome: 'cancelled', status: 499, code: null };

/**
 * The latest requests, as many as come within a rate: the generic cell rate algorithm (ITU-T I.371), one comparison for those that are not
 * taken.
 */
class SampledRequests {
  readonly slots = new RequestSlots(SAMPLED);
  #taken = 0;
  /** When the next one would be due at the rate itself; it may come earlier by the burst. */
  #due = Number.NEGATIVE_INFINITY;

  wants(now: number): boolean {
    return now >= this.#due - BURST * EVERY_MILLIS;
  }

  /** The slot for a request of `now`. */
  take(now: number): number {
    this.#due = Math.max(this.#due, now) + EVERY_MILLIS;
    return this.#taken++ % SAMPLED;
  }

  list(origin: number): readonly RecentRequest[] {
    return listed(this.slots, Math.min(this.#taken, SAMPLED), origin);
  }
}

/** The slowest answers of this span and of the one before. */
class SlowestRequests {
  #slots = new RequestSlots(SLOWEST);
  #before = new RequestSlots(SLOWEST);
  #taken = 0;
  #takenBefore = 0;
  #until = Number.NEGATIVE_INFINITY;
  /** The quickest of those kept, once all slots are taken. */
  #quickest = 0;
  #least = Number.NEGATIVE_INFINITY;

  wants(millis: number, now: number): boolean {
    return millis > this.#least || now >= this.#until;
  }

  write(request: NotedRequest, now: number, rows: number, timing: StageTiming): void {
    if (now >= this.#until) this.#turn(now);
    const slot = this.#taken < SLOWEST ? this.#taken++ : this.#quickest;
    this.#slots.write(slot, request, now, rows, timing, ANSWERED);
    if (this.#taken === SLOWEST) this.#seekQuickest();
  }

  list(origin: number): readonly RecentRequest[] {
    return [...listed(this.#slots, this.#taken, origin), ...listed(this.#before, this.#takenBefore, origin)];
  }

  /** A span begins; where none has asked for a whole one, what was before it is old. */
  #turn(now: number): void {
    const isNext = now < this.#until + SPAN_MILLIS;
    [this.#slots, this.#before] = [this.#before, this.#slots];
    this.#takenBefore = isNext ? this.#taken : 0;
    this.#taken = 0;
    this.#until = now + SPAN_MILLIS;
    this.#least = Number.NEGATIVE_INFINITY;
  }

  #seekQuickest(): void {
    this.#quickest = 0;
    for (let k = 1; k < SLOWEST; k++)
      if (this.#slots.millis(k) < this.#slots.millis(this.#quickest)) this.#quickest = k;
    this.#least = this.#slots.millis(this.#quickest);
  }
}

/**
 * Requests of one endpoint, for people who ask where time goes: the slowest, and a thin sample of what was answered, of what was refused
 * and of what failed. All room is made at the beginning; most requests are looked at and not kept.
 */
export class RecentRequests {
  readonly endpoint: string;
  readonly #slowest = new SlowestRequests();
  readonly #answered = new SampledRequests();
  /** On account of who asked, or for want of room or time: many may come at once. */
  readonly #refused = new SampledRequests();
  readonly #failed = new SampledRequests();

  constructor(endpoint: string) {
    this.endpoint = endpoint;
  }

  /** An answer that left at `now`. */
  answered(request: NotedRequest, rows: number, timing: StageTiming, now: number): void {
    if (this.#slowest.wants(now - request.startedAt, now)) this.#slowest.write(request, now, rows, timing);
    const answered = this.#answered;
    if (answered.wants(now)) answered.slots.write(answered.take(now), request, now, rows, timing, ANSWERED);
  }

  ended(request: NotedRequest, end: RequestEnd, now: number): void {
    const among = end.outcome === 'error' ? this.#failed : this.#refused;
    if (among.wants(now)) among.slots.write(among.take(now), request, now, -1, null, end);
  }

  cancelled(request: NotedRequest, now: number): void {
    this.ended(request, CANCELLED, now);
  }

  /** All that are kept, in no order; some are there twice. `origin`: milliseconds since the epoch at which the steady clock was 0. */
  list(origin: number): readonly RecentRequest[] {
    return [this.#slowest, this.#answered, this.#refused, this.#failed].flatMap((one) => one.list(origin));
  }
}

const listed = (slots: RequestSlots, count: number, origin: number): readonly RecentRequest[] =>
  Array.from({ length: count }, (_, slot) => slots.read(slot, origin));
