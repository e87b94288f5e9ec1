import { PlimsollError } from '../../core/errors.ts';
import { AdmissionQueue, type LoopDelay, NO_DELAY } from './admission-queue.ts';
import type { EndpointQueue } from './endpoint-queue.ts';
import { PredictedWork } from './predicted-work.ts';
import type { ShedReason } from './shed-counters.ts';

/** Requests that are predicted to take fewer microseconds run as they come, and are not counted. */
const TRIFLE_MICROS = 60;
/**
 * Milliseconds of delay that are no overload. A hundred clients that ask for a hundred rows, each after its answer, stand in
 * line for so long, and none of them is to be sent away.
 */
const STANDING = 20;
/** Longest time that a client is told to stay away, in seconds. */
const RETRY_MOST = 60;

/** What is known of a request when its headers are there. */
export interface AdmissionRequest {
  /** Name of the endpoint, or of the model where the path names a version. */
  readonly endpoint: string;
  /** The version that stands for it, where its work is done by processes of its own; null where it is done here. */
  readonly elsewhere: object | null;
  /** Announced bytes of its body, or null. */
  readonly length: number | null;
  /** Microseconds that a byte is believed to cost while nothing is known. */
  readonly perByte: number;
  /** Milliseconds that its client waits. */
  readonly timeout: number;
}

export interface AdmissionOptions {
  /** Scoring threads. */
  readonly threads: number;
  /** Bodies of more bytes, and work of more predicted microseconds, are for the threads. */
  readonly inlineBytes: number;
  readonly inlineMicros: number;
  /** Says that a request was shed. */
  readonly shed: (endpoint: string, reason: ShedReason) => void;
}

/** Lets requests in by the work that is ahead of them, before their bodies are read. Pure. */
export class AdmissionController {
  readonly #options: AdmissionOptions;
  readonly #loop = new AdmissionQueue({ width: 1, standing: STANDING });
  readonly threads: AdmissionQueue;
  readonly #elsewhere = new Map<object, AdmissionQueue>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.threads = new AdmissionQueue({ width: options.threads, standing: STANDING });
  }

  /** Answers null for a trifle. Throws OVERLOADED, DEADLINE_EXCEEDED. */
  arrive(arrival: AdmissionRequest, loop: LoopDelay, now: number): PredictedWork | null {
    const { endpoint, timeout } = arrival;
    const { lane, queue, micros } = this.#placeOf(arrival);
    const isOfLoop = lane === this.#loop;
    const found = lane.look(queue, micros, now, isOfLoop ? loop : NO_DELAY);
    if (!found.isAdmitted) {
      this.#options.shed(endpoint, found.isLag ? 'loop_delay' : 'queue');
      throw overloaded(endpoint, found.delay, found.limit);
    }
    const millis = timeout === Number.POSITIVE_INFINITY ? 0 : found.delay + lane.millis(micros);
    if (millis > timeout) {
      this.#options.shed(endpoint, 'deadline');
      const reason = `${Math.ceil(millis)} ms are predicted`;
      throw new PlimsollError('DEADLINE_EXCEEDED', { timeout, reason });
    }
    return isOfLoop && micros < TRIFLE_MICROS ? null : new PredictedWork(lane, queue, micros, timeout, now);
  }

  /** Whether more arrives than can be done here: threads may share their core with the event loop. */
  get isShedding(): boolean {
    return this.#loop.isShedding || this.threads.isShedding;
  }

  /** What one is told whose turn is not worth taking any more, or null. */
  lost(work: PredictedWork, now: number): PlimsollError | null {
    const reason = work.lost(now);
    if (reason === null) return null;
    this.#options.shed(work.endpoint, reason);
    if (reason === 'stale') return overloaded(work.endpoint, work.waited(now), work.patience);
    const timeout = Math.round(work.timeout);
    return new PlimsollError('DEADLINE_EXCEEDED', { timeout, reason: 'its turn came too late' });
  }

  /** A request that was taken for a trifle was none. */
  learn(endpoint: string, bytes: number, micros: number): void {
    if (micros > TRIFLE_MICROS) this.#loop.queueOf(endpoint, 0).learn(bytes, micros);
  }

  /** Seconds of work that wait for their turn, by endpoint. */
  get waiting(): ReadonlyMap<string, number> {
    const seconds = new Map<string, number>();
    for (const lane of [this.#loop, this.threads, ...this.#elsewhere.values()]) {
      for (const { endpoint, backlog } of lane.queues)
        seconds.set(endpoint, (seconds.get(endpoint) ?? 0) + lane.millis(backlog) / 1000);
    }
    return seconds;
  }

  /** Forgets the lanes of versions that are gone. */
  retain(versions: ReadonlySet<object>): void {
    for (const version of this.#elsewhere.keys()) if (!versions.has(version)) this.#elsewhere.delete(version);
  }

  #placeOf({ endpoint, elsewhere, length, perByte }: AdmissionRequest): Place {
    if (elsewhere !== null) return placeIn(this.#laneOf(elsewhere), endpoint, length, perByte);
    const here = placeIn(this.#loop, endpoint, length, perByte);
    const { inlineBytes, inlineMicros } = this.#options;
    const isQuick = here.micros <= inlineMicros && (length ?? 0) <= inlineBytes;
    return isQuick ? here : placeIn(this.threads, endpoint, length, perByte);
  }

  #laneOf(version: object): AdmissionQueue {
    const known = this.#elsewhere.get(version);
    if (known) return known;
    const made = new AdmissionQueue({ width: 1, standing: STANDING });
    this.#elsewhere.set(version, made);
    return made;
  }
}

interface Place {
  readonly lane: AdmissionQueue;
  readonly queue: EndpointQueue;
  readonly micros: number;
}

function placeIn(lane: AdmissionQueue, endpoint: string, length: number | null, perByte: number): Place {
  const queue = lane.queueOf(endpoint, perByte);
  return { lane, queue, micros: queue.predict(length) };
}

const millisText = (value: number): string => `${Math.max(1, Math.round(value))} ms`;

/** What was told lately, by what it says: a refusal is to cost less than an answer, and a stack alone costs a tenth of one. */
const told = new Map<string, PlimsollError>();
const TOLD_MOST = 256;

function overloaded(endpoint: string, delay: number, limit: number): PlimsollError {
  const [found, most] = [millisText(delay), millisText(limit)];
  const key = `${found} ${most} ${endpoint}`;
  const known = told.get(key);
  if (known) return known;
  const error = new PlimsollError('OVERLOADED', {
    found,
    what: `of work ahead of requests for "${endpoint}"`,
    limit: most,
    retry: Math.min(RETRY_MOST, Math.max(1, Math.ceil(delay / 1000))),
  });
  if (told.size >= TOLD_MOST) told.clear();
  told.set(key, error);
  return error;
}
