import { murmur3 } from '../bytes/murmur3.ts';
import type { LoadedVersion } from '../registry/version.ts';
import { unitHash } from '../rollout/unit-hash.ts';
import type { CaptureStream } from './capture/capture-stream.ts';
import { type MirroredResult, scoreMirrored } from './external-engine.ts';
import { compactBytes } from './http/body-buffer.ts';
import type { ServingMetrics } from './metrics/serving-metrics.ts';
import type { MirrorTarget } from './prediction/router.ts';
import type { FirstRow } from './recorder/first-row.ts';
import type { MeasuredRequest, WindowRecorder } from './recorder/window-recorder.ts';
import { ScoringPool, type ScoringPoolOptions } from './threads/scoring-pool.ts';

/** Bytes of the bodies of all copies. */
const BYTES_MAX = 16 << 20;
/** Bytes of the largest body that is copied. */
export const SHADOW_BODY_MAX_BYTES = BYTES_MAX;
/** Copies that the thread has at once: on a busy machine it gets its turns seldom, and then has enough to do. */
const AHEAD = 32;
/** Longest rest after the candidate has ended its thread. */
const REST_MAX = 10_000;

export interface ShadowRunnerOptions {
  readonly metrics: ServingMetrics;
  /** Module whose `loadBundle` the thread uses, instead of the registry's. */
  readonly loader?: string | undefined;
  /** A candidate that takes longer over one copy has failed it. */
  readonly maxMillis: number;
  /** What memory the thread may take. */
  readonly memory?: ScoringPoolOptions['memory'];
  /** Copies at once; one more is dropped. */
  readonly maxCopies: number;
}

/** A request that stable has answered, or failed. */
export interface ShadowedRequest {
  readonly protocol: string;
  /** Its body, which nobody changes any more; null where it is too large to be copied. */
  readonly body: Uint8Array | null;
  /** Bytes of it that are text where others follow, or null. */
  readonly textBytes: number | null;
  readonly unitField: string | null;
  readonly subject: MeasuredRequest;
  /** First row of stable's answer; null where it failed. */
  readonly stable: FirstRow | null;
  /** Where the pair is noted, or null where nothing is measured. */
  readonly windowRecorder: WindowRecorder | null;
}

/** A copy that has not been answered; its body is with the job alone. */
interface Copy {
  readonly target: LoadedVersion;
  readonly size: number;
  readonly windowRecorder: WindowRecorder | null;
  /** Takes it back, and says whether it could. */
  withdraw: () => boolean;
}

/**
 * Copies of requests for candidates that answer nobody, made when stable's answers are out. They are scored in a thread
 * of their own, so that a candidate that throws, hangs or ends its thread touches no answer. Latency is not compared
 * here: the copies wait in a queue and their thread yields to the others, so that it says nothing about the candidate.
 */
export class ShadowRunner {
  readonly #metrics: ServingMetrics;
  readonly #pool: ScoringPool;
  readonly #maxCopies: number;
  readonly #copies = new Set<Copy>();
  /** Versions that get copies. */
  #mirrors: readonly LoadedVersion[] = [];
  #bytes = 0;

  constructor({ metrics, loader, maxMillis, maxCopies, memory }: ShadowRunnerOptions) {
    this.#metrics = metrics;
    this.#maxCopies = maxCopies;
    const bounds = { maxQueue: maxCopies, maxMillis, maxRest: REST_MAX };
    this.#pool = new ScoringPool({ threads: 1, ahead: AHEAD, loader, memory, ...bounds });
  }

  /** Copies a request to the candidate, or drops it where too much waits or the candidate has gone meanwhile. */
  copy(
    { target, stream }: MirrorTarget,
    { protocol, body: given, textBytes, unitField, subject, stable, windowRecorder }: ShadowedRequest,
  ): void {
    const body = given && compactBytes(given);
    const size = body?.buffer.byteLength ?? 0;
    const hasRoom = this.#copies.size < this.#maxCopies && this.#bytes + size <= BYTES_MAX;
    if (body === null || !hasRoom || !this.#mirrors.includes(target)) {
      this.#drop(target, windowRecorder);
      return;
    }
    const copy: Copy = { target, size, windowRecorder, withdraw: () => false };
    this.#copies.add(copy);
    this.#bytes += copy.size;
    const { requestId } = subject;
    const capture = stream?.wanted(requestId) ?? 0;
    const job = { target, protocol, body, textBytes, requestId, unitField, capture };
    const settle = (result: MirroredResult): void => {
      this.#forget(copy);
      this.#settle(target.model, result, { subject, stable, windowRecorder });
      if (stream !== null && result.kind === 'answer') noteAnswer(stream, result, subject);
    };
    copy.withdraw = this.#pool.submit(job, (result) => {
      if (result.kind === 'decoded') void scoreMirrored(target, result, requestId, capture).then(settle);
      // A copy is explained to nobody: it does not come back half done.
      else if (result.kind !== 'scored') settle(result);
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
      this.#drop(copy.target, copy.windowRecorder);
    }
    this.#pool.retain(mirrors, mirrors);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  #forget(copy: Copy): void {
    this.#copies.delete(copy);
    this.#bytes -= copy.size;
  }

  #drop({ model }: LoadedVersion, windowRecorder: WindowRecorder | null): void {
    this.#metrics.shadowOf(model).dropped++;
    windowRecorder?.dropped();
  }

  /** Whatever the candidate refuses, stable has found well formed: it is the candidate that failed. */
  #settle(
    model: string,
    result: MirroredResult,
    noted: Pick<ShadowedRequest, 'subject' | 'stable' | 'windowRecorder'>,
  ): void {
    const { subject, stable, windowRecorder } = noted;
    this.#metrics.shadowOf(model).mirrored++;
    windowRecorder?.pair(subject, result.kind === 'answer' ? result.first : null, stable);
  }
}

/** What the candidate has answered: with the same hash as stable's answer, so that both are captured or neither is. */
function noteAnswer(
  stream: CaptureStream,
  { rows, captured }: Extract<MirroredResult, { kind: 'answer' }>,
  { requestId, arm, unit, segment }: MeasuredRequest,
): void {
  stream.noteExtracted(rows, captured, requestId, performance.now(), {
    about: (_, named) => ({
      ...{ requestId, arm, segment, role: 'shadow', millis: Number.NaN, notes: null },
      unit: unitHashOf(unit ?? named),
    }),
  });
}

const unitHashOf = (unit: string | null): string | null => (unit === null ? null : unitHash(unit));

/** Whether a request is among the share that is copied: by its id, and so by nothing that happened to it. */
export const isMirrored = ({ percent, seed }: MirrorTarget, requestId: string): boolean =>
  percent >= 100 || (murmur3(requestId, seed) / 2 ** 32) * 100 < percent;
