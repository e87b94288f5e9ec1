/** What data quality keeps of a feature and of a version between two looks. Pure. */

import type { DuplicateCounterState } from './duplicate-counter.ts';
import { NO_ROW_TIMES, type RowTimesState } from './row-times.ts';
import { NO_VALUE_RUN, type ValueRun } from './value-runs.ts';

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
  readonly run: ValueRun;
}

export interface QualityState {
  readonly schema: 1;
  readonly rows: number;
  readonly features: readonly FeatureQuality[];
  readonly repeats: DuplicateCounterState;
  /** The worst window that is over: share of repetitions, its rows, and where it began. */
  readonly repeated: { readonly share: number; readonly rows: number; readonly since: number };
  readonly windowBegan: number;
  readonly clock: RowTimesState;
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
  run: NO_VALUE_RUN,
};

export const emptyQualityState = (features: number): QualityState => ({
  schema: 1,
  rows: 0,
  features: Array.from({ length: features }, () => NONE),
  repeats: { bits: 0, seen: [] },
  repeated: { share: 0, rows: 0, since: 0 },
  windowBegan: 0,
  clock: NO_ROW_TIMES,
});
