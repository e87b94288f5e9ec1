import type { PcaStep } from '../model/decomposition.ts';
import { type StepCompiler, type StepCompilers, withinTolerance } from './compiler.ts';
import { affine } from './linear.ts';
import { acceptedMatrix } from './refusal.ts';
import { matrix } from './stream.ts';

/** `(x - mean) · componentsᵀ / scale`, centred before the projection: the more accurate of the two orders. */
const pca: StepCompiler<PcaStep> = {
  emit(context, step, input) {
    const { g } = context;
    const { rows, cols } = step.components;
    const x = acceptedMatrix(context, input, step, 'finite');
    const centred = step.mean === null ? x : g.add('Sub', [x, g.float64(step.mean, [1, cols])]);
    const projected = affine(context, centred, step.components, new Float64Array(rows));
    const value =
      step.scale === null ? projected : g.add('Div', [projected, g.float64(step.scale, [1, rows])]);
    return { stream: matrix(value, rows) };
  },
  certify: () => withinTolerance('a dot product, whose order BLAS and onnxruntime choose'),
};

export const DECOMPOSITION_COMPILERS: StepCompilers<PcaStep> = {
  pca,
};
