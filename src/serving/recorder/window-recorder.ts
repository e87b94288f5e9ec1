import { elementAt } from '../../core/element-at.ts';
import type { Clock } from '../../core/ports.ts';
import { addAt } from '../../core/vector.ts';
import type { RecordingSpec, Route, RouteRole } from '../../rollout/route.ts';
import { hashHex, unitHalves } from '../../rollout/unit-hash.ts';
import {
  type AnonymousRequests,
  FAILED_BIT,
  LATENCY_BINS,
  latencyBin,
  type MarkSample,
  PAIR_ARM,
  type RecordedAnswer,
  type WindowPart,
} from '../../rollout/window-part.ts';
import { AnswerSample } from './answer-sample.ts';
import type { FirstRow } from './first-row.ts';
import { isSegment, SegmentIndex } from './segment-index.ts';
import { shiftFlags, slowFlags } from './threshold-flags.ts';
import { WindowClock } from './window-clock.ts';
import { WindowUnits } from './window-units.ts';

/** Longest time, in milliseconds, that requests under way are waited for once the rollout has let go of its endpoint. */
const DRAIN_MAX = 30_000;
/** Samples a second. */
const SAMPLES_MAX = 256;

/** Who is measured: one request. */
export interface MeasuredRequest {
  readonly arm: number;
  readonly role: RouteRole | null;
  /** Id of its unit, or null where the request is the unit. */
  readonly unit: string | null;
  /** Value of the segment header. */
  readonly segment: string | null;
  readonly requestId: string;
}

export type SendPart = (part: WindowPart) => void;

export interface WindowRecorderOptions {
  readonly worker: string;
  readonly epoch: number;
  readonly send: SendPart;
  readonly clock: Clock;
  /** A unit has been noted for the first time in a window. */
  readonly onUnit: () => void;
}

/**
 * What one worker notes under one generation of a route, window by window. Nothing here waits, and everything is bounded:
 * units by the table, the rest by what a second can bring.
 */
export class WindowRecorder {
  readonly #options: WindowRecorderOptions;
  readonly #recording: RecordingSpec;
  readonly #generation: number;
  readonly #windows: WindowClock;
  readonly #units = new WindowUnits();
  /** Counts by arm, segment and flags in one number. */
  #nameless = new Map<number, number>();
  #segments = new SegmentIndex();
  #samples: MarkSample[] = [];
  readonly #answers = new AnswerSample();
  #sampleSecond = Number.NEGATIVE_INFINITY;
  #sampled = 0;
  #latency: Uint32Array[];
  #mirrored = 0;
  #dropped = 0;
  #seq = 0;
  /** Whether there is something to send. */
  #isDirty = false;
  #isOver = false;
  /** Requests that were chosen for and have not ended, and whether they are all that is waited for. */
  #inFlight = 0;
  #isDraining = false;

  constructor({ generation }: Route, recording: RecordingSpec, options: WindowRecorderOptions) {
    this.#options = options;
    this.#recording = recording;
    this.#generation = generation;
    this.#windows = new WindowClock(recording, options.clock);
    this.#latency = this.#noLatency();
  }

  get recording(): RecordingSpec {
    return this.#recording;
  }

  /** Whether the last piece has been sent. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Milliseconds until the window is over. */
  get left(): number {
    return this.#windows.left;
  }

  /** A request that was answered, `millis` after its body was there. */
  answered(subject: MeasuredRequest, millis: number, first: FirstRow): void {
    if (!this.#isOpen()) return;
    const recording = this.#recording;
    this.#measure(subject, millis, shiftFlags(recording, first));
    const isStable = subject.role === 'stable' || subject.role === 'control';
    if (recording.wantsSamples && isStable) this.#sample({ millis, ...first });
    if (recording.wantsAnswers) this.#answer(subject, first);
  }

  /** A request that the version failed. */
  failed(subject: MeasuredRequest, millis: number): void {
    if (this.#isOpen()) this.#measure(subject, millis, FAILED_BIT);
  }

  /**
   * A request whose client left after so long. It counts only where that was beyond a latency mark: the answer would have
   * been slow at the least, and a version that lets its clients wait until they go must not go unseen.
   */
  cancelled(subject: MeasuredRequest, millis: number): void {
    if (slowFlags(this.#recording, millis) !== 0 && this.#isOpen()) this.#measure(subject, millis, 0);
  }

  /** A request that both models answered; null where one failed. Latency is not compared: see `Shadow`. */
  pair(subject: MeasuredRequest, candidate: FirstRow | null, stable: FirstRow | null): void {
    if (!this.#isOpen()) return;
    this.#mirrored++;
    const flags = this.#flagsOf(candidate) | (this.#flagsOf(stable) << 16);
    this.#note(subject, PAIR_ARM, flags >>> 0);
  }

  /** A copy that was not made, because too many waited. */
  dropped(): void {
    if (!this.#isOpen()) return;
    this.#dropped++;
    this.#isDirty = true;
  }

  /** Sends what there is; the last piece where the window is over. */
  flush(): void {
    if (this.#isOpen() && this.#isDirty) this.#send(false);
  }

  /** Sends the last piece of the window; nothing is noted any more. */
  close(): void {
    if (this.#isOpen()) this.finish();
  }

  /** A request has been given to a version, and is noted before it ends. */
  begin(): void {
    this.#inFlight++;
  }

  /** In the turn of the request's last note. */
  end(): void {
    this.#inFlight--;
    if (this.#isDraining && this.#inFlight === 0) setImmediate(() => this.finish());
  }

  /**
   * Nobody is given to a version under this route any more, nor under another one of its rollout: what is under way is
   * noted still, in the window that it is, and then the last piece is sent. So the last harm of a rollout is counted.
   */
  drain(): void {
    if (!this.#isOpen()) return;
    this.#isDraining = true;
    if (this.#inFlight === 0) this.finish();
    else setTimeout(() => this.finish(), DRAIN_MAX).unref();
  }

  /** Sends the last piece now, whatever is under way. */
  finish(): void {
    if (this.#isOver) return;
    this.#send(true);
    this.#isOver = true;
  }

  /** Goes on to a new window where the last is over. */
  #isOpen(): boolean {
    if (this.#isOver) return false;
    if (this.#isDraining || !this.#windows.isOver) return true;
    this.#send(true);
    this.#windows.next();
    this.#units.clear();
    this.#segments = new SegmentIndex();
    this.#seq = 0;
    return true;
  }

  #flagsOf(first: FirstRow | null): number {
    return first === null ? FAILED_BIT : shiftFlags(this.#recording, first);
  }

  #measure(subject: MeasuredRequest, millis: number, flags: number): void {
    addAt(elementAt(this.#latency, subject.arm), latencyBin(millis));
    this.#note(subject, subject.arm, flags | slowFlags(this.#recording, millis));
  }

  #note({ unit, segment }: MeasuredRequest, arm: number, flags: number): void {
    this.#isDirty = true;
    const index = this.#segments.indexOf(segment);
    if (unit === null) {
      const key = (arm * 256 + index) * 2 ** 32 + flags;
      this.#nameless.set(key, (this.#nameless.get(key) ?? 0) + 1);
      return;
    }
    const [high, low] = unitHalves(unit);
    if (this.#units.note(high, low, arm, flags, index)) this.#options.onUnit();
  }

  #sample(sample: MarkSample): void {
    const second = Math.floor(this.#options.clock.monotonic() / 1000);
    if (second !== this.#sampleSecond) [this.#sampleSecond, this.#sampled] = [second, 0];
    if (this.#sampled >= SAMPLES_MAX) return;
    this.#sampled++;
    this.#samples.push(sample);
  }

  #answer({ arm, unit, requestId, segment }: MeasuredRequest, { score, label }: FirstRow): void {
    const answer = label ?? (score === null ? null : String(score));
    if (answer === null) return;
    const { clock } = this.#options;
    const [high, low] = unitHalves(unit ?? requestId);
    const make = (): RecordedAnswer => {
      const named = unit === null ? null : hashHex(high, low);
      const told = isSegment(segment) ? { segment } : {};
      return { requestId, unit: named, arm, at: clock.now(), answer, ...told };
    };
    this.#answers.note(make, low, clock.monotonic());
  }

  #send(isLast: boolean): void {
    const { worker, epoch, send } = this.#options;
    const part: WindowPart = {
      rollout: this.#recording.rollout,
      generation: this.#generation,
      window: this.#windows.index,
      worker,
      epoch,
      seq: this.#seq++,
      isLast,
      units: this.#units.take(),
      nameless: [...this.#nameless].map(namelessOf),
      segments: this.#segments.values,
      samples: this.#samples,
      answers: this.#answers.take(),
      latency: this.#latency,
      shadow: { mirrored: this.#mirrored, dropped: this.#dropped },
    };
    this.#nameless = new Map();
    this.#samples = [];
    this.#latency = this.#noLatency();
    [this.#mirrored, this.#dropped, this.#isDirty] = [0, 0, false];
    send(part);
  }

  #noLatency(): Uint32Array[] {
    return this.#recording.arms.map(() => new Uint32Array(LATENCY_BINS));
  }
}

const namelessOf = ([key, count]: readonly [number, number]): AnonymousRequests => {
  const place = Math.floor(key / 2 ** 32);
  return { arm: place >> 8, flags: key % 2 ** 32, segment: place & 255, count };
};
