import type { StepOrigin } from '../step-base.ts';
import type { PmmlType, PmmlValue } from './value.ts';

/** What every model element states. Results of a classification are one number a class, in the order of `classes`. */
export interface PmmlModelBase {
  readonly origin: StepOrigin;
  readonly task: 'regression' | 'classification' | 'clustering';
  /** `x-mathContext="float"` of JPMML's exporters: sums are rounded to float32 one by one. */
  readonly float32: boolean;
  readonly classes: readonly PmmlValue[];
  readonly target: PmmlTarget;
}

/** `Target`: bounds, then rescaling, then rounding; and what is answered where nothing is predicted. */
export interface PmmlTarget {
  readonly type: PmmlType;
  readonly min: number;
  readonly max: number;
  readonly factor: number;
  readonly constant: number;
  readonly cast: 'round' | 'ceiling' | 'floor' | null;
  readonly defaultValue: number | null;
  /** By class; null where the document states none. */
  readonly priors: Float64Array | null;
}
