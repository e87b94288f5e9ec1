import type { AcceptedVersion } from '../registry/version.ts';
import { murmur3 } from '../rollout/murmur3.ts';
import type { Scored } from './http/job.ts';
import type { Metrics } from './http/metrics.ts';
import { Offload } from './http/offload.ts';
import type { Mirror } from './http/routes.ts';
import type { FirstRow } from './recorder/first-row.ts';
import type { Subject, Tape } from './recorder/tape.ts';

/** Copies that wait for the candidate; one more is dropped. */
const QUEUE_MAX = 64;
/** Bytes of their bodies. */
const BYTES_MAX = 16 << 20;

/** Longest rest after the candidate has ended its thread. */
const REST_MAX = 10_000;

export interface ShadowOptions {
  readonly metrics: Metrics;
  /** Module whose `loadBundle` the thread uses, instead of the registry's. */
  readonly loader?: string | undefined;
  /** A candidate that takes longer over one copy has failed it. */
  readonly maxMillis: number;
}

/** A request that stable has answered, or failed. */
export interface Copied {
  readonly protocol: string;
  /** Its body, which nobody changes any more. */
  readonly body: Uint8Array;
  readonly unitField: string | null;
  readonly subject: Subject;
  /** First row of stable's answer; null where it failed. */
  readonly stable: FirstRow | null;
  /** Where the pair is noted, or null where nothing is measured. */
  readonly tape: Tape | null;
}

/**
 * Copies of requests for candidates that answer nobody, made when stable's answers are out. They are scored in a thread
 * of their own, so that a candidate that throws, hangs or ends its thread touches no answer. Latency is not compared
 * here: the copies wait in a queue and their thread yields to the others, so that it says nothing about the candidate.
 */
export class Shadow {
  readonly #metrics: Metrics;
  readonly #offload: Offload;
  #bytes = 0;

  constructor({ metrics, loader, maxMillis }: ShadowOptions) {
    this.#metrics = metrics;
    this.#offload = new Offload({ threads: 1, maxQueue: QUEUE_MAX, maxMillis, loader, maxRest: REST_MAX });
  }

  /** Copies a request to the candidate, or drops it where too much waits. */
  copy({ target }: Mirror, copied: Copied): void {
    const { protocol, body, unitField, subject, tape } = copied;
    const size = body.byteLength;
    if (this.#bytes + size > BYTES_MAX || this.#offload.depth >= QUEUE_MAX) {
      this.#metrics.shadowOf(target.model).dropped++;
      tape?.dropped();
      return;
    }
    this.#bytes += size;
    const job = { target, protocol, body: new Uint8Array(body), requestId: subject.requestId, unitField };
    this.#offload.submit(job, (result) => {
      this.#bytes -= size;
      this.#settle(target.model, result, copied);
    });
  }

  /** Lets go of versions that nobody will ask for any more. */
  retain(versions: readonly AcceptedVersion[]): void {
    this.#offload.retain(versions);
  }

  close(): Promise<void> {
    return this.#offload.close();
  }

  /** Whatever the candidate refuses, stable has found well formed: it is the candidate that failed. */
  #settle(model: string, result: Scored, { subject, stable, tape }: Copied): void {
    this.#metrics.shadowOf(model).mirrored++;
    tape?.pair(subject, result.kind === 'answer' ? result.first : null, stable);
  }
}

/** Whether a request is among the share that is copied: by its id, and so by nothing that happened to it. */
export const isMirrored = ({ percent, seed }: Mirror, requestId: string): boolean =>
  percent >= 100 || (murmur3(requestId, seed) / 2 ** 32) * 100 < percent;
