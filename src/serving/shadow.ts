import { murmur3 } from '../bytes/murmur3.ts';
import type { LoadedVersion } from '../registry/version.ts';
import { unitHash } from '../rollout/unit-hash.ts';
import type { CaptureStream } from './capture/stream.ts';
import { compact } from './http/body.ts';
import { type Mirrored, scoreMirrored } from './http/elsewhere.ts';
import type { Metrics } from './http/metrics.ts';
import { Offload, type OffloadOptions } from './http/offload.ts';
import type { Mirror } from './http/routes.ts';
import type { FirstRow } from './recorder/first-row.ts';
import type { Subject, Tape } from './recorder/tape.ts';

/** Bytes of the bodies of all copies. */
const BYTES_MAX = 16 << 20;
/** Bytes of the largest body that is copied. */
export const COPY_MAX = BYTES_MAX;
/** Copies that the thread has at once: on a busy machine it gets its turns seldom, and then has enough to do. */
const AHEAD = 32;
/** Longest rest after the candidate has ended its thread. */
const REST_MAX = 10_000;

export interface ShadowOptions {
  readonly metrics: Metrics;
  /** Module whose `loadBundle` the thread uses, instead of the registry's. */
  readonly loader?: string | undefined;
  /** A candidate that takes longer over one copy has failed it. */
  readonly maxMillis: number;
  /** What memory the thread may take. */
  readonly memory?: OffloadOptions['memory'];
  /** Copies at once; one more is dropped. */
  readonly maxCopies: number;
}

/** A request that stable has answered, or failed. */
export interface Copied {
  readonly protocol: string;
  /** Its body, which nobody changes any more; null where it is too large to be copied. */
  readonly body: Uint8Array | null;
  readonly unitField: string | null;
  readonly subject: Subject;
  /** First row of stable's answer; null where it failed. */
  readonly stable: FirstRow | null;
  /** Where the pair is noted, or null where nothing is measured. */
  readonly tape: Tape | null;
}

/** A copy that has not been answered; its body is with the job alone. */
interface Copy {
  readonly target: LoadedVersion;
  readonly size: number;
  readonly tape: Tape | null;
  /** Takes it back, and says whether it could. */
  withdraw: () => boolean;
}

/**
 * Copies of requests for candidates that answer nobody, made when stable's answers are out. They are scored in a thread
 * of their own, so that a candidate that throws, hangs or ends its thread touches no answer. Latency is not compared
 * here: the copies wait in a queue and their thread yields to the others, so that it says nothing about the candidate.
 */
export class Shadow {
  readonly #metrics: Metrics;
  readonly #offload: Offload;
  readonly #maxCopies: number;
  readonly #copies = new Set<Copy>();
  /** Versions that get copies. */
  #mirrors: readonly LoadedVersion[] = [];
  #bytes = 0;

  constructor({ metrics, loader, maxMillis, maxCopies, memory }: ShadowOptions) {
    this.#metrics = metrics;
    this.#maxCopies = maxCopies;
    const bounds = { maxQueue: maxCopies, maxMillis, maxRest: REST_MAX };
    this.#offload = new Offload({ threads: 1, ahead: AHEAD, loader, memory, ...bounds });
  }

  /** Copies a request to the candidate, or drops it where too much waits or the candidate has gone meanwhile. */
  copy(
    { target, stream }: Mirror,
    { protocol, body: given, unitField, subject, stable, tape }: Copied,
  ): void {
    const body = given && compact(given);
    const size = body?.buffer.byteLength ?? 0;
    const hasRoom = this.#copies.size < this.#maxCopies && this.#bytes + size <= BYTES_MAX;
    if (body === null || !hasRoom || !this.#mirrors.includes(target)) {
      this.#drop(target, tape);
      return;
    }
    const copy: Copy = { target, size, tape, withdraw: () => false };
    this.#copies.add(copy);
    this.#bytes += copy.size;
    const { requestId } = subject;
    const capture = stream?.wanted(requestId) ?? 0;
    const job = { target, protocol, body, requestId, unitField, capture };
    const settle = (result: Mirrored): void => {
      this.#forget(copy);
      this.#settle(target.model, result, { subject, stable, tape });
      if (stream !== null && result.kind === 'answer') noteAnswer(stream, result, subject);
    };
    copy.withdraw = this.#offload.submit(job, (result) => {
      if (result.kind === 'decoded') void scoreMirrored(target, result, requestId, capture).then(settle);
      else settle(result);
    });
  }

  /**
   * Gets ready for copies to these versions and to no others, before the first comes: a candidate that takes a second to
   * load would have a second's copies waiting.
   */
  follow(mirrors: readonly LoadedVersion[]): void {
    this.#mirrors = mirrors;
    for (const copy of this.#copies) {
      if (mirrors.includes(copy.target) || !copy.withdraw()) continue;
      this.#forget(copy);
      this.#drop(copy.target, copy.tape);
    }
    this.#offload.retain(mirrors, mirrors);
  }

  close(): Promise<void> {
    return this.#offload.close();
  }

  #forget(copy: Copy): void {
    this.#copies.delete(copy);
    this.#bytes -= copy.size;
  }

  #drop({ model }: LoadedVersion, tape: Tape | null): void {
    this.#metrics.shadowOf(model).dropped++;
    tape?.dropped();
  }

  /** Whatever the candidate refuses, stable has found well formed: it is the candidate that failed. */
  #settle(model: string, result: Mirrored, noted: Pick<Copied, 'subject' | 'stable' | 'tape'>): void {
    const { subject, stable, tape } = noted;
    this.#metrics.shadowOf(model).mirrored++;
    tape?.pair(subject, result.kind === 'answer' ? result.first : null, stable);
  }
}

/** What the candidate has answered: with the same hash as stable's answer, so that both are captured or neither is. */
function noteAnswer(
  stream: CaptureStream,
  { rows, captured }: Extract<Mirrored, { kind: 'answer' }>,
  { requestId, arm, unit, segment }: Subject,
): void {
  stream.noteExtracted(rows, captured, requestId, performance.now(), {
    about: (_, named) => ({
      ...{ requestId, arm, segment, role: 'shadow', millis: Number.NaN },
      unit: unitHashOf(unit ?? named),
    }),
  });
}

const unitHashOf = (unit: string | null): string | null => (unit === null ? null : unitHash(unit));

/** Whether a request is among the share that is copied: by its id, and so by nothing that happened to it. */
export const isMirrored = ({ percent, seed }: Mirror, requestId: string): boolean =>
  percent >= 100 || (murmur3(requestId, seed) / 2 ** 32) * 100 < percent;
