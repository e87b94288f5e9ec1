import { needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';
import type { Matrix } from './tensor.ts';

/** `(x - mean) · componentsᵀ`, each column then divided by `scale` where whitened. components: [k, features]. */
export interface PcaStep extends StepBase {
  readonly kind: 'pca';
  readonly mean: Float64Array | null;
  readonly components: Matrix;
  readonly scale: Float64Array | null;
}

export const DECOMPOSITION_STEPS: StepDescriptions<PcaStep> = {
  pca: {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: ({ components }) => components.rows,
    rounding: 'sum',
    tried: ({ mean }) => Array.from(mean ?? [], (value) => [value]),
  },
};
