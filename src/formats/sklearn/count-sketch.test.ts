import { expect, test } from 'vitest';
import { prepareStep } from '../../engine/native/prepare.ts';
import { COUNT_SKETCH_FAMILIES } from './count-sketch.ts';
import { objectionTo, readAs } from './testing/read.ts';
import { floats, int } from './testing/values.ts';

const read = (attributes: Record<string, unknown>) =>
  readAs(COUNT_SKETCH_FAMILIES, 'PolynomialCountSketch', attributes);
const fitted = {
  indexHash_: floats([0, 2, 1, 1], [2, 2]),
  bitHash_: floats([1, -1, 1, 1], [2, 2]),
  ...{ n_components: int(3), gamma: 4, coef0: int(0) },
};

test('sketches are convolved around the end; a row that overflows is refused', () => {
  const { transform } = prepareStep(read(fitted)!, []);
  const sketch = (...x: readonly number[]) =>
    (transform!({ kind: 'dense', rows: 1, cols: 2, data: Float64Array.from(x) }) as { data: Float64Array })
      .data;
  // (6, 0, -10) with 16 in the second slot.
  expect([...sketch(3, 5)]).toEqual([-160, 96, 0]);
  expect(() => sketch(1e200, 1)).toThrow(/overflows/);
});

test.each([
  [{ indexHash_: floats([0, 3, 1, 1], [2, 2]) }, 'indexHash_', 'MODEL_INVALID'],
  [{ indexHash_: floats([], [0, 2]), bitHash_: floats([], [0, 2]) }, 'indexHash_', 'MODEL_INVALID'],
  [{ bitHash_: floats([1, 1], [1, 2]) }, 'bitHash_', 'MODEL_INVALID'],
  [{ n_components: int(2 ** 24) }, 'n_components', 'MODEL_UNSUPPORTED'],
])('%o is refused', (attributes, field, code) => {
  expect(() => read({ ...fitted, ...attributes })).toThrowError(objectionTo(field, code));
});
