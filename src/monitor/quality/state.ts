/** What data quality keeps of a feature and of a version between two looks. Pure. */

import { type ClockState, NO_CLOCK } from './clock.ts';
import type { RepeatsState } from './repeats.ts';
import { NO_RUN, type RunState } from './runs.ts';

/** What is counted of a feature. Rows are numbers of rows; −1: there was none. */
export interface FeatureQuality {
  readonly misfits: number;
  readonly misfit: number;
  readonly beyond: number;
  /** Of those: so far beyond that they are as good as impossible. */
  readonly far: number;
  readonly firstBeyond: number;
  readonly firstFar: number;
  readonly missing: number;
  readonly unseen: number;
  readonly firstUnseen: number;
  readonly run: RunState;
}

export interface QualityState {
  readonly schema: 1;
  readonly rows: number;
  readonly features: readonly FeatureQuality[];
  readonly repeats: RepeatsState;
  /** The worst window that is over: share of repetitions, its rows, and where it began. */
  readonly repeated: { readonly share: number; readonly rows: number; readonly since: number };
  readonly windowBegan: number;
  readonly clock: ClockState;
}

const NONE: FeatureQuality = {
  misfits: 0,
  misfit: -1,
  beyond: 0,
  far: 0,
  firstBeyond: -1,
  firstFar: -1,
  missing: 0,
  unseen: 0,
  firstUnseen: -1,
  run: NO_RUN,
};

export const noQuality = (features: number): QualityState => ({
  schema: 1,
  rows: 0,
  features: Array.from({ length: features }, () => NONE),
  repeats: { bits: 0, seen: [] },
  repeated: { share: 0, rows: 0, since: 0 },
  windowBegan: 0,
  clock: NO_CLOCK,
});
