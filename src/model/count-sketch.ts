import { needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';

/** Where each column is counted, and with which sign: one a column, then one of the constant. */
export interface SignedHash {
  readonly slots: Int32Array;
  readonly signs: Float64Array;
}

/**
 * Tensor Sketch (N. Pham, R. Pagh, Fast and scalable polynomial kernels via explicit feature maps, 2013): the circular
 * convolution of the count sketches of `factor · x`, and of `constant` beside it, one sketch a hash. The library
 * convolves by Fourier transforms, which leave dust where nothing is counted; where a number overflows they leave what
 * depends on the release, so that such a row is refused.
 */
export interface CountSketchStep extends StepBase {
  readonly kind: 'count-sketch';
  readonly factor: number;
  readonly constant: number | null;
  readonly components: number;
  readonly hashes: readonly SignedHash[];
}

export const COUNT_SKETCH_STEPS: StepDescriptions<CountSketchStep> = {
  'count-sketch': {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: ({ components }) => components,
    rounding: 'sum',
  },
};
