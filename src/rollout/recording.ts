/** Closed windows written as the recording that `rollout replay` reads: one line, one window. Pure. */
import { armJson } from './collect/window-json.ts';
import { type CopiedUnits, type DistinctCounts, NO_ARM_COUNTS } from './recorded-window.ts';
import type { ClosedWindow } from './strategy-machine.ts';

/** Counts of some units of a line. */
export interface RecordedCounts {
  readonly units: number;
  readonly failures: number;
  readonly over: Readonly<Record<string, number>>;
  readonly shifted: Readonly<Record<string, number>>;
  readonly atRisk: Readonly<Record<string, number>>;
  readonly labels?: { readonly units: number; readonly failures: number };
}

/** One arm of a line. */
export interface RecordedArm extends RecordedCounts {
  readonly newcomers?: RecordedCounts;
  readonly assigned?: number;
  readonly distinct?: Omit<DistinctCounts, 'over'> & { readonly over: Readonly<Record<string, number>> };
}

/** One line: see `parseWindow`. */
export interface RecordingLine {
  readonly rollout: string;
  readonly window: number;
  /** ISO 8601. */
  readonly start: string;
  readonly stage: number;
  /** Candidate's share of units, 0 to 1. */
  readonly weight: number;
  readonly arms: { readonly candidate: RecordedArm; readonly stable: RecordedArm };
  readonly pairs: number;
  readonly paired: Readonly<
    Record<string, { readonly candidateOnly: number; readonly stableOnly: number; readonly both: number }>
  >;
  readonly copies?: CopiedUnits;
}

/** The line of a window with two arms, candidate first; of an experiment with more, arm 0 against arm 1. */
export function recordingLine(window: ClosedWindow, start: string): RecordingLine {
  const { rollout, window: index, stage, shares, arms, pairs, paired, copies } = window;
  return {
    rollout,
    window: index,
    start,
    stage,
    weight: Math.min(1, shares[0] ?? 0),
    arms: { candidate: armJson(arms[0] ?? NO_ARM_COUNTS), stable: armJson(arms[1] ?? NO_ARM_COUNTS) },
    pairs,
    paired: Object.fromEntries(paired),
    ...(copies === null ? {} : { copies }),
  };
}
