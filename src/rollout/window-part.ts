/**
 * What one worker has seen of one window of one rollout: a part of the window, sent in pieces of about a second. The
 * window is the sum of its complete parts; a worker that dies or is late makes its part missing, for all arms. Pure.
 */
import type { RecordingSpec } from './route.ts';

/** Bits of what happened to a unit: bit 0 failed, then one for each slow mark, then one for each shift mark. */
export const FAILED_BIT = 1;
export const slowBit = (index: number): number => 2 << index;
export const shiftBit = ({ slow }: Pick<RecordingSpec, 'slow'>, index: number): number =>
  2 << (slow.length + index);
/** Most marks of a recording: pairs keep two sets of bits in 32. */
export const MARKS_MAX = 15;

/** Instead of an arm: both models answered the same input; `flags` are candidate's bits, and stable's shifted by 16. */
export const PAIR_ARM = 255;

/** Units in columns. A unit may come again with more bits: bits are joined. */
export interface UnitColumns {
  /** 64-bit hash of each unit: high and low half. */
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  /** Index of the arm, or PAIR. */
  readonly arm: Uint8Array;
  readonly flags: Uint32Array;
  /** Index into `segments`. */
  readonly segment: Uint8Array;
}

/** Requests that are units of their own, counted by what they have in common. */
export interface AnonymousRequests {
  readonly arm: number;
  readonly flags: number;
  readonly segment: number;
  readonly count: number;
}

/** One answer, to freeze marks from. */
export interface MarkSample {
  readonly millis: number;
  /** First row's score, or null where the model has none. */
  readonly score: number | null;
  readonly label: string | null;
}

/** One answer, to be joined with labels. */
export interface RecordedAnswer {
  readonly requestId: string;
  /** Hash of its unit in hex, or null where the request is the unit. */
  readonly unit: string | null;
  readonly arm: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** First row: its label, or its score in decimal. */
  readonly answer: string;
  /** Value of the segment header; left out where the request has none. */
  readonly segment?: string;
}

/** Piece number `seq` of a part; pieces add up. */
export interface WindowPart {
  readonly rollout: string;
  /** Generation of the route under which it was recorded. */
  readonly generation: number;
  readonly window: number;
  /** Unique among the workers of all replicas, with `epoch` growing when it is started again. */
  readonly worker: string;
  readonly epoch: number;
  /** From 0 within (rollout, generation, window, worker, epoch). */
  readonly seq: number;
  /** The window is over for this worker: no further piece comes. */
  readonly isLast: boolean;
  readonly units: UnitColumns;
  readonly nameless: readonly AnonymousRequests[];
  /** Values of the segment header; index 0 is the absence of one. */
  readonly segments: readonly string[];
  readonly samples: readonly MarkSample[];
  readonly answers: readonly RecordedAnswer[];
  /** Requests by arm and latency: see `latencyBin`. */
  readonly latency: readonly Uint32Array[];
  readonly shadow: ShadowCounts;
}

/** Copies of requests: answered by the candidate (also with an error), and dropped because too many waited. */
export interface ShadowCounts {
  readonly mirrored: number;
  readonly dropped: number;
}

export const LATENCY_BINS = 96;
/** Bin of a latency: four to a doubling, the first ends at 16 µs, the last but one at about
 * three minutes, and the last is open: nothing that is scored may take that long. */
export const latencyBin = (millis: number): number =>
  Math.max(0, Math.min(LATENCY_BINS - 1, Math.ceil(4 * Math.log2(Math.max(millis, 1e-9) / 0.016))));
/** Upper bound of a bin in milliseconds. */
export const latencyBound = (bin: number): number => 0.016 * 2 ** (bin / 4);
