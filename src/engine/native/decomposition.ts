import type { PcaStep } from '../../model/decomposition.ts';
import type { Matrix } from '../../model/tensor.ts';
import type { DenseBlock } from './block.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { prepareProduct } from './product.ts';

/** `(x - mean) · componentsᵀ / scale`; the mean is projected once and subtracted after, as scikit-learn does. */
function preparePca(step: PcaStep, { names }: EvaluatorContext): StepEvaluator {
  const { rows: cols, cols: features } = step.components;
  if (step.mean !== null && step.mean.length !== features)
    refuseShape(step, 'mean_', step.mean.length, features);
  const product = prepareProduct(step.components, step.mean && projected(step.components, step.mean), names);
  const { scale } = step;
  return {
    transform: (input) => {
      checkWidth(input, features);
      const data = product(input);
      if (scale !== null) for (let k = 0; k < data.length; k++) data[k]! /= scale[k % cols]!;
      return { kind: 'dense', rows: input.rows, cols, data };
    },
  };
}

/** -(components · mean), one number a component. */
function projected(components: Matrix, mean: Float64Array): Float64Array {
  const block: DenseBlock = { kind: 'dense', rows: 1, cols: mean.length, data: mean };
  return prepareProduct(components, null, [])(block).map((value) => -value);
}

export const DECOMPOSITION_PREPARERS: StepPreparers<PcaStep> = {
  pca: preparePca,
};
