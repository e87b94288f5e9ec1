import type { AccuracyPolicy } from '../policy/policy.ts';
import type { AccuracyReference } from './accuracy-reference.ts';
import type { CohortBody } from './cohort.ts';
import type { LabelMaturity } from './labels/label-maturity.ts';

/** A cohort as it is kept. */
export interface StoredCohort {
  readonly version: number;
  readonly from: number;
  readonly to: number;
  readonly revision: number;
  readonly computedAt: number;
  readonly body: CohortBody;
}

export interface AccuracyStatus {
  readonly endpoint: string;
  readonly model: string;
  readonly policy: AccuracyPolicy;
  /** False alarms that are accepted: so many a span. */
  readonly falseAlarms: { readonly count: number; readonly span: number };
  readonly maturity: LabelMaturity;
  readonly reference: AccuracyReference | null;
  /** Of one version, oldest first. */
  readonly cohorts: readonly StoredCohort[];
  /** `−3.1 points, 62 % from os=ios-4.2, 9 % of traffic`, where it is known. */
  readonly attribution: string | null;
  readonly now: number;
}

export interface LabelLateness {
  readonly cohort: StoredCohort;
  /** Labels there, and those that should be there by now. */
  readonly labelled: number;
  readonly expected: number;
}
