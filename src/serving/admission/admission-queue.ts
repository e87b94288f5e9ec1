import { DelayController, type DelayRule } from './delay-controller.ts';
import { DelayEstimator } from './delay-estimator.ts';
import { EndpointQueue } from './endpoint-queue.ts';
import { WorkReservations } from './work-reservations.ts';

export interface AdmissionQueueOptions {
  /** Pieces of work that are done at once. */
  readonly width: number;
  /** Milliseconds of delay that may stand for good, whatever a request costs. */
  readonly standing: number;
}

/** Milliseconds that a queue is cut to while it sheds, as CoDel's target (RFC 8289 §4.3). */
const TARGET_MILLIS = 5;
/** It is as short as this many of its usual requests: shorter ones run empty between two arrivals. */
const TARGET_REQUESTS = 8;
/** Requests that may stand in it in any case: with fewer it runs empty between two turns. */
const LEAST_REQUESTS = 4;
/**
 * Nor is it shorter than so many times what a request takes that finds nobody before it: where requests are scored together,
 * as in Python, many wait and leave at once.
 */
const TARGET_ALONE = 2.5;
/** Weight of the latest request in what one takes alone, where it took longer and nothing is shed. */
const LONGER = 0.002;
/** The interval of RFC 8289 is 100 ms for packets over the Internet; here clients are near. */
const INTERVAL_MILLIS = 50;
const BURST_MILLIS = 100;
const CALM_MILLIS = 100;
/** Targets that an interval and a burst last at least. */
const BURST_TARGETS = 3;
/** Targets that one may have waited when its turn comes. */
const LATE_TARGETS = 3;
/** Weight of the latest request in the usual cost. */
const LATEST = 0.05;

/** What is found by one who arrives. */
export interface QueueDecision {
  readonly isAdmitted: boolean;
  /** Milliseconds until what is ahead of it is done. */
  readonly delay: number;
  readonly limit: number;
  /** Whether that is more the delay of the loop than of the queue. */
  readonly isLag: boolean;
}

/** How long the turn of the loop has lasted in which a request arrives, and the one before it, in milliseconds. */
export interface LoopDelay {
  readonly age: number;
  readonly last: number;
}

export const NO_DELAY: LoopDelay = { age: 0, last: 0 };

/** Found by nearly every request. */
const NOBODY: QueueDecision = { isAdmitted: true, delay: 0, limit: 0, isLag: false };

/**
 * Whatever works off requests one after the other: the loop, the threads, the processes of a version. Its queue is measured
 * in work, not in requests, and in time by its measured pace. While it is full, an endpoint that has less than its part of
 * the queue is still let in, so that a hot one sheds its own requests first. Pure.
 */
export class AdmissionQueue {
  readonly #options: AdmissionQueueOptions;
  readonly #queues = new Map<string, EndpointQueue>();
  readonly #controller = new DelayController();
  readonly #pace: DelayEstimator;
  readonly #receiving = new WorkReservations();
  #backlog = 0;
  /** Endpoints with work in it. */
  #active = 0;
  #usual = 0;
  /** Milliseconds of the quickest. */
  #alone = 0;

  constructor(options: AdmissionQueueOptions) {
    this.#options = options;
    this.#pace = new DelayEstimator(1 / (1000 * options.width));
  }

  get queues(): Iterable<EndpointQueue> {
    return this.#queues.values();
  }

  get isShedding(): boolean {
    return this.#controller.isShedding;
  }

  /** Milliseconds that so much work takes. */
  millis(micros: number): number {
    return micros * this.#pace.millis;
  }

  /** Made with the first request; `perByte` is what a byte of its bodies is believed to cost, in microseconds. */
  queueOf(endpoint: string, perByte: number): EndpointQueue {
    const known = this.#queues.get(endpoint);
    if (known) return known;
    const made = new EndpointQueue(endpoint, perByte);
    this.#queues.set(endpoint, made);
    return made;
  }

  /**
   * Counts a refusal where it finds one due. What stands is found by whole turns of the loop: of those who arrive in one,
   * the first always find none of it.
   */
  look(queue: EndpointQueue, micros: number, now: number, { age, last }: LoopDelay): QueueDecision {
    if (this.#active === 0 && last + age < this.#options.standing && !this.isShedding) {
      if (this.#receiving.total(now) === 0) {
        this.#controller.rest();
        return NOBODY;
      }
    }
    const waiting = this.millis(this.#backlog + this.#receiving.total(now));
    const rule = this.#rule(micros);
    const limit = this.#room(this.#controller.limit(rule, waiting + last, now));
    const delay = waiting + age;
    const isAdmitted = delay <= limit || this.#isModest(queue, limit);
    if (!isAdmitted) this.#controller.refused(now);
    return { isAdmitted, delay, limit, isLag: age > waiting };
  }

  /** Milliseconds that one of so much work may have waited when its turn comes, while the lane sheds. */
  patience(micros: number): number {
    return this.isShedding ? LATE_TARGETS * this.#rule(micros).target : Number.POSITIVE_INFINITY;
  }

  reserve(micros: number, now: number): number {
    return this.#receiving.add(micros, now);
  }

  unreserve(micros: number, window: number, now: number): void {
    this.#receiving.remove(micros, window, now);
  }

  /** Answers the work that is ahead of its end. */
  begin(queue: EndpointQueue, micros: number): number {
    if (queue.length++ === 0) this.#active++;
    queue.backlog += micros;
    this.#backlog += micros;
    return this.#backlog;
  }

  end(queue: EndpointQueue, micros: number): void {
    if (--queue.length === 0) this.#active--;
    queue.backlog -= micros;
    this.#backlog -= micros;
    // Sums of fractions never come back to nothing by themselves.
    if (queue.length === 0) queue.backlog = 0;
    if (this.#active === 0) this.#backlog = 0;
  }

  /** What had so much work ahead of its end took so long. */
  learn(micros: number, ahead: number, millis: number): void {
    this.#pace.learn(ahead, millis);
    this.#usual += LATEST * (micros - this.#usual);
    if (this.#alone === 0 || millis < this.#alone) this.#alone = millis;
    else if (!this.isShedding) this.#alone += LONGER * (millis - this.#alone);
  }

  /**
   * What of a limit is left for the queue. Under load requests take time beside it, which their clients wait for all the
   * same: for turns of the loop that are full of others, for processes that score several together.
   */
  #room(limit: number): number {
    if (!this.isShedding) return limit;
    const least = LEAST_REQUESTS * this.millis(this.#usual);
    return Math.min(limit, Math.max(least, limit - this.#pace.start));
  }

  #isModest(queue: EndpointQueue, limit: number): boolean {
    const active = this.#active + (queue.length === 0 ? 1 : 0);
    return active > 1 && this.millis(queue.backlog) <= limit / active;
  }

  /** One that takes long itself minds a longer queue less. */
  #rule(micros: number): DelayRule {
    const usual = TARGET_REQUESTS * this.millis(Math.max(this.#usual, micros));
    const target = Math.max(TARGET_MILLIS, usual, TARGET_ALONE * this.#alone);
    return {
      standing: Math.max(this.#options.standing, target),
      target,
      interval: Math.max(INTERVAL_MILLIS, target),
      burst: Math.max(BURST_MILLIS, BURST_TARGETS * target),
      calm: Math.max(CALM_MILLIS, 2 * target),
    };
  }
}
