import { needsNumbers } from './column-need.ts';
import { numberSpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';

/** A line through points, `x` ascending; beyond the first and the last of them `outOfBounds` decides. */
export interface IsotonicCurve {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The value at the end, NaN, or a refused row. A single point has no bounds: it is the value everywhere. */
  readonly outOfBounds: 'clip' | 'nan' | 'raise';
}

/** `predict` and `transform`, both `[N]`: linear interpolation between the points (`scipy.interpolate.interp1d`). */
export interface IsotonicStep extends StepBase {
  readonly kind: 'isotonic';
  readonly curve: IsotonicCurve;
}

export const ISOTONIC_STEPS: StepDescriptions<IsotonicStep> = {
  isotonic: {
    ...PREDICTOR,
    needs: needsNumbers,
    outputs: () => [numberSpec('predict', null), numberSpec('transform', null)],
    rounding: 'same',
    tried: ({ curve }) => [curve.x],
  },
};
