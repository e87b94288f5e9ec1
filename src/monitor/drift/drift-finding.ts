/** What a drift detector has found. Pure. */

export const DRIFT_KINDS = [
  'drift.numeric',
  'drift.categorical',
  'drift.null',
  'drift.unseen',
  'drift.multivariate',
] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

export interface DriftEffect {
  /** What it is measured in: PSI, or the change of a share (0.02 = 2 percentage points). */
  readonly unit: 'psi' | 'share';
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface DriftFinding {
  /** Null where it is about several features at once. */
  readonly feature: string | null;
  /** `input` or `output`. */
  readonly side: 'input' | 'output';
  readonly kind: DriftKind;
  readonly effect: DriftEffect;
  /** Natural logarithm of the e-value, and of what it must reach under the budget. */
  readonly evidence: { readonly log: number; readonly threshold: number };
  /** Rows of the window in which it is seen; it ends with the last row that was added. */
  readonly rows: number;
  /** Rows of the reference and of the window in each bin. */
  readonly reference: readonly number[];
  readonly current: readonly number[];
}

/** What a detector demands; see `docs/monitoring.md`. */
export interface DriftOptions {
  /** False drift alarms a row that are accepted for the whole model: 1e-5. */
  readonly falseAlarms: number;
  /** Least PSI, at the lower bound of the effect, per feature. @default {0.05} */
  readonly minimumPsi: number;
  /** Least change of the share of nulls, or of unseen categories. @default {0.02} */
  readonly minimumShare: number;
}
export const DRIFT_DEFAULTS: DriftOptions = { falseAlarms: 1e-5, minimumPsi: 0.05, minimumShare: 0.02 };
