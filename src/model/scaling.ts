import { type ColumnNeeds, FINITE, needsElementwise, needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { fittedWidth, NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';

/** `(x - mean) / scale`; a null part is skipped (with_mean / with_std false). NaN passes through in all scalers. */
export interface StandardScalerStep extends StepBase {
  readonly kind: 'standard-scaler';
  readonly mean: Float64Array | null;
  readonly scale: Float64Array | null;
}

/** `x * scale + min`, then clipped to `clip` where not null. */
export interface MinMaxScalerStep extends StepBase {
  readonly kind: 'min-max-scaler';
  readonly scale: Float64Array;
  readonly min: Float64Array;
  readonly clip: readonly [number, number] | null;
}

/** `x / scale`, then clipped to [-1, 1] where `clip`. */
export interface MaxAbsScalerStep extends StepBase {
  readonly kind: 'max-abs-scaler';
  readonly scale: Float64Array;
  readonly clip: boolean;
}

/** `(x - center) / scale`; a null part is skipped. */
export interface RobustScalerStep extends StepBase {
  readonly kind: 'robust-scaler';
  readonly center: Float64Array | null;
  readonly scale: Float64Array | null;
}

/** Each row divided by its norm; a zero norm divides by 1. `max` is max |x|. */
export interface NormalizerStep extends StepBase {
  readonly kind: 'normalizer';
  readonly norm: 'l1' | 'l2' | 'max';
  /** Norms below it divide by 1 too: 10 ε (2⁻⁵² · 10) for dense rows from scikit-learn 1.0; absent before. */
  readonly negligible?: number;
}

export type ScalingStep =
  | StandardScalerStep
  | MinMaxScalerStep
  | MaxAbsScalerStep
  | RobustScalerStep
  | NormalizerStep;

/** NaN passes through, an infinity is refused. */
const SCALER = {
  ...NUMERIC_TRANSFORMER,
  needs: (_step: unknown, width: number, out: ColumnNeeds | null): ColumnNeeds =>
    needsElementwise(width, out).map((need) => ({ ...need, ...FINITE })),
  width: fittedWidth,
  rounding: 'same',
} as const;

export const SCALING_STEPS: StepDescriptions<ScalingStep> = {
  'standard-scaler': SCALER,
  'min-max-scaler': SCALER,
  'max-abs-scaler': SCALER,
  'robust-scaler': SCALER,
  normalizer: { ...NUMERIC_TRANSFORMER, needs: needsNumbers, width: 'kept', rounding: 'sum' },
};
