import type { AdmissionQueue } from './admission-queue.ts';
import type { EndpointQueue } from './endpoint-queue.ts';
import type { ShedReason } from './shed-counters.ts';

/** The predicted work of one request in its lane, from the moment it is let in until it has ended. Pure. */
export class PredictedWork {
  #lane: AdmissionQueue;
  #queue: EndpointQueue;
  #micros: number;
  /** Window of its reservation while the body is being received; null once it waits. */
  #window: number | null;
  #ahead = 0;
  #since = 0;
  #isOver = false;
  /** Milliseconds that its client waits. */
  readonly timeout: number;
  readonly #until: number;

  constructor(lane: AdmissionQueue, queue: EndpointQueue, micros: number, timeout: number, now: number) {
    this.timeout = timeout;
    this.#until = now + timeout;
    this.#lane = lane;
    this.#queue = queue;
    this.#micros = micros;
    this.#window = lane.reserve(micros, now);
  }

  /** The whole body is there: from now on it waits for its turn. */
  received(bytes: number, now: number): void {
    if (this.#window === null || this.#isOver) return;
    this.#lane.unreserve(this.#micros, this.#window, now);
    this.#window = null;
    this.#micros = this.#queue.predict(bytes);
    this.#wait(now);
  }

  /** Goes on in another lane, at its end. */
  moveTo(lane: AdmissionQueue, now: number): void {
    if (this.#isOver || lane === this.#lane || this.#window !== null) return;
    this.#lane.end(this.#queue, this.#micros);
    this.#queue = lane.queueOf(this.#queue.endpoint, this.#queue.perByte);
    this.#lane = lane;
    this.#wait(now);
  }

  get endpoint(): string {
    return this.#queue.endpoint;
  }

  /** Milliseconds that it may wait. */
  get patience(): number {
    return this.#lane.patience(this.#micros);
  }

  /** Milliseconds that it has waited. */
  waited(now: number): number {
    return now - this.#since;
  }

  /** Why its turn is not worth taking any more; null where it is. */
  lost(now: number): Extract<ShedReason, 'stale' | 'expired'> | null {
    if (now > this.#until) return 'expired';
    return this.#window === null && now - this.#since > this.patience ? 'stale' : null;
  }

  /** A body of so many bytes has been answered, for so many microseconds of work. */
  answered(bytes: number, micros: number, now: number): void {
    if (this.#window !== null || this.#isOver) return;
    this.#queue.learn(bytes, micros);
    this.#lane.learn(this.#micros, this.#ahead, now - this.#since);
  }

  end(now: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#window === null) this.#lane.end(this.#queue, this.#micros);
    else this.#lane.unreserve(this.#micros, this.#window, now);
  }

  #wait(now: number): void {
    this.#since = now;
    this.#ahead = this.#lane.begin(this.#queue, this.#micros);
  }
}
