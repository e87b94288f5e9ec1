import { needsNumbers } from './column-need.ts';
import type { PointSearch } from './neighbors.ts';
import { classSpec, labelSpec } from './output-specs.ts';
import type { StepBase } from './step-base.ts';
import { PREDICTOR, type StepDescriptions } from './step-description.ts';
import { type LabelSet, type Matrix, matrixColumns } from './tensor.ts';

/**
 * Shares of classes as the points of training have them, labelled or not (Zhu and Ghahramani, 2002; Zhou et al., 2004):
 * `predict_proba` is Σ weight of the point · its shares over the sum of that, `predict` the first class of the largest.
 */
export interface LabelPropagationStep extends StepBase {
  readonly kind: 'label-propagation';
  readonly kernel: PropagationKernel;
  /** [points, classes] */
  readonly shares: Matrix;
  readonly classes: LabelSet;
}

/** What a point weighs: exp(-gamma ‖x - point‖²), or 1 for the k nearest ones. */
export type PropagationKernel =
  | { readonly kind: 'rbf'; readonly points: Matrix; readonly gamma: number }
  | { readonly kind: 'knn'; readonly search: PointSearch; readonly k: number };

/** Points whose numbers are tried. */
const MAX_TRIED = 24;

export const kernelPoints = (kernel: PropagationKernel): Matrix =>
  kernel.kind === 'rbf' ? kernel.points : kernel.search.points;

export const LABEL_PROPAGATION_STEPS: StepDescriptions<LabelPropagationStep> = {
  'label-propagation': {
    ...PREDICTOR,
    needs: needsNumbers,
    outputs: ({ classes }) => [labelSpec(classes), classSpec('predict_proba', classes)],
    rounding: 'sum',
    tried: ({ kernel }) => matrixColumns(kernelPoints(kernel), MAX_TRIED),
  },
};
