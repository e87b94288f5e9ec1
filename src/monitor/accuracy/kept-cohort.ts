import type { AccuracyPolicy } from '../policy/policy.ts';
import type { CohortBody } from './cohort.ts';
import type { Maturity } from './labels/maturity.ts';
import type { AccuracyReference } from './reference.ts';

/** A cohort as it is kept. */
export interface KeptCohort {
  readonly version: number;
  readonly from: number;
  readonly to: number;
  readonly revision: number;
  readonly computedAt: number;
  readonly body: CohortBody;
}

export interface Standing {
  readonly endpoint: string;
  readonly model: string;
  readonly policy: AccuracyPolicy;
  /** False alarms that are accepted: so many a span. */
  readonly falseAlarms: { readonly count: number; readonly span: number };
  readonly maturity: Maturity;
  readonly reference: AccuracyReference | null;
  /** Of one version, oldest first. */
  readonly cohorts: readonly KeptCohort[];
  /** `−3.1 points, 62 % from os=ios-4.2, 9 % of traffic`, where it is known. */
  readonly attribution: string | null;
  readonly now: number;
}

export interface Lateness {
  readonly cohort: KeptCohort;
  /** Labels there, and those that should be there by now. */
  readonly labelled: number;
  readonly expected: number;
}
