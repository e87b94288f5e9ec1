import { describe, expect, test } from 'vitest';
import {
  graphAnswers,
  graphOf,
  keptRuns,
  keptTensor,
  networkFixtures,
} from '../../files/testing/network-fixtures.ts';
import type { Tensor } from '../../model/tensor.ts';

/** float32 within 1e-5 of the framework, relative to the number or to the largest one beside it; everything else the same. */
function expectClose(name: string, actual: Tensor, wanted: Tensor): void {
  expect({ name, dtype: actual.dtype, shape: actual.shape }).toEqual({
    name,
    dtype: wanted.dtype,
    shape: wanted.shape,
  });
  if (!wanted.dtype.startsWith('float')) {
    expect(Array.from(actual.data as ArrayLike<unknown>, String)).toEqual(
      Array.from(wanted.data as ArrayLike<unknown>, String),
    );
    return;
  }
  const [values, targets] = [actual.data as Float32Array, wanted.data as Float32Array];
  const scale = targets.filter(Number.isFinite).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [i, target] of targets.entries()) {
    const value = values[i] ?? Number.NaN;
    if (Object.is(value, target)) continue;
    const most = 1e-5 * Math.abs(target) + 2e-6 * scale;
    if (!(Math.abs(value - target) <= most))
      expect.fail(`${name}[${i}] is ${value}, Keras answers ${target}`);
  }
}

/** Where the largest number of each row along the last axis is. */
function argmax({ data, shape }: Tensor): number[] {
  const width = shape.at(-1) ?? 1;
  const values = data as Float32Array;
  return Array.from({ length: values.length / width }, (_, row) => {
    const part = values.subarray(row * width, (row + 1) * width);
    return part.indexOf(part.reduce((most, value) => Math.max(most, value)));
  });
}

describe('models that Keras saved', () => {
  test.each(networkFixtures('keras'))('$release/$name answers what Keras answers', async (fixture) => {
    const content = graphOf(fixture.path);
    for (const { inputs, outputs } of keptRuns(fixture)) {
      const answer = await graphAnswers(content, inputs);
      expect(Object.keys(answer)).toEqual(Object.keys(outputs));
      for (const [key, json] of Object.entries(outputs)) {
        const [actual, wanted] = [answer[key] as Tensor, keptTensor(json)];
        expectClose(key, actual, wanted);
        if (wanted.dtype === 'float32' && (wanted.shape.at(-1) ?? 1) > 1)
          expect(argmax(actual)).toEqual(argmax(wanted));
      }
    }
  });
});
