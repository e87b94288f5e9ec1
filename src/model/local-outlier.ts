import { needsNumbers } from './column-need.ts';
import type { PointSearch } from './neighbors.ts';
import { numberSpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import { matrixColumns } from './tensor.ts';

/**
 * How much sparser a row's surroundings are than those of its k nearest points (Breunig et al., LOF, 2000). The density of a
 * row is 1 / (mean of max(distance, reach of the point) + 1e-10); `score_samples`: -mean(density of the point / density of
 * the row); `decision_function`: that - offset; `predict`: 1 where it is not below 0, else -1.
 */
export interface LocalOutlierFactorStep extends StepBase {
  readonly kind: 'local-outlier-factor';
  readonly search: PointSearch;
  readonly k: number;
  /** Distance of each point from the k-th of its own neighbours. */
  readonly reach: Float64Array;
  /** Density of each point. */
  readonly density: Float64Array;
  readonly offset: number;
}

/** Points whose numbers are tried. */
const MAX_TRIED = 24;

export const LOCAL_OUTLIER_STEPS: StepDescriptions<LocalOutlierFactorStep> = {
  'local-outlier-factor': {
    ...PREDICTOR,
    needs: needsNumbers,
    outputs: () => [
      { name: 'predict', dtype: 'int64', shape: [-1] },
      numberSpec('decision_function', null),
      numberSpec('score_samples', null),
    ],
    rounding: 'sum',
    tried: ({ search }) => matrixColumns(search.points, MAX_TRIED),
  },
};
