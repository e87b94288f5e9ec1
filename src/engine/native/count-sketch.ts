import type { CountSketchStep, SignedHash } from '../../model/count-sketch.ts';
import { allocateCells, checkNumbers, createScratch, refuseCell, toDense } from './block.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from './evaluator.ts';
import { areFinite } from './product.ts';

function prepareCountSketch(step: CountSketchStep, { names }: EvaluatorContext): StepEvaluator {
  const { components, hashes, constant, factor } = step;
  const cols = hashes[0]!.slots.length - (constant === null ? 0 : 1);
  const scratch = createScratch();
  const terms: Float64Array = new Float64Array(hashes[0]!.slots.length).fill(constant ?? 0);
  const first: Float64Array = allocateCells(components);
  const [start, ...others] = hashes.map(prepareCount);
  const factors = others.map((count) => prepareConvolution(count, components));
  return {
    transform: (input) => {
      checkWidth(input, cols);
      const block = toDense(input, names, scratch);
      checkNumbers(block, names, 'refused');
      const data = allocateCells(block.rows * components);
      for (let row = 0; row < block.rows; row++) {
        for (let k = 0; k < cols; k++) terms[k] = factor * block.data[row * cols + k]!;
        start!(terms, first.fill(0));
        let product = first;
        for (const convolve of factors) product = convolve(product, terms);
        if (!areFinite(product))
          refuseCell(
            row,
            names[0] ?? 'x0',
            'the sketch of the row overflows, and Fourier transforms of it are noise',
          );
        data.set(product, row * components);
      }
      return { kind: 'dense', rows: block.rows, cols: components, data };
    },
  };
}

/** Adds the terms of a row to a sketch. */
type Count = ((terms: Float64Array, sketch: Float64Array) => void) & { readonly slots: Int32Array };

const prepareCount = ({ slots, signs }: SignedHash): Count =>
  Object.assign(
    (terms: Float64Array, sketch: Float64Array) => {
      for (let k = 0; k < slots.length; k++) sketch[slots[k]!]! += signs[k]! * terms[k]!;
    },
    { slots: Int32Array.from(new Set(slots)).sort() },
  );

/** The circular convolution with the sketch of a row; only slots that some column is counted in take part. */
function prepareConvolution(
  count: Count,
  components: number,
): (left: Float64Array, terms: Float64Array) => Float64Array {
  const sketch = new Float64Array(components);
  const out = new Float64Array(components);
  return (left, terms) => {
    count(terms, sketch.fill(0));
    out.fill(0);
    for (const slot of count.slots) {
      const weight = sketch[slot]!;
      for (let k = 0; k < components - slot; k++) out[k + slot]! += weight * left[k]!;
      for (let k = components - slot; k < components; k++) out[k + slot - components]! += weight * left[k]!;
    }
    return out;
  };
}

export const COUNT_SKETCH_PREPARERS: StepPreparers<CountSketchStep> = { 'count-sketch': prepareCountSketch };
