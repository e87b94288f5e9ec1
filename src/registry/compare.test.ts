import { expect, test } from 'vitest';
import { nextUp } from '../core/float.ts';
import type { Outputs } from '../model/batch.ts';
import { type ComparisonTolerance, compareCells } from './compare.ts';
import { OutputPeaks } from './output-peaks.ts';

const exact = (): ComparisonTolerance => ({ ulps: 0, relative: 0, scaled: 0 });
const close = (): ComparisonTolerance => ({ ulps: 4, relative: 1e-9, scaled: 1e-12 });
const scores = (...data: number[]): Outputs => ({
  predict: { dtype: 'float64', shape: [data.length], data: Float64Array.from(data) },
});

test('compareOutputs() counts one differing bit and fails it where bits must agree', () => {
  const found = compareCells(scores(1, nextUp(2)), scores(1, 2), exact);
  expect(found).toMatchObject({ cells: 2, differingBits: 1, failures: 1, worst: { row: 1, right: 2 } });
});

test('compareOutputs() lets a rounding difference pass where the promise is 1e-9', () => {
  expect(compareCells(scores(1, 2 + 1e-12), scores(1, 2), close)).toMatchObject({
    differingBits: 1,
    failures: 0,
  });
  expect(compareCells(scores(1, 2 + 1e-7), scores(1, 2), close).failures).toBe(1);
});

test('compareOutputs() measures a row that cancels by what other rows of its column came to', () => {
  const peaks = new OutputPeaks().see(scores(-1e20));
  expect(compareCells(scores(16384), scores(0), close, peaks).failures).toBe(0);
  expect(compareCells(scores(16384), scores(0), close).failures).toBe(1);
});

test('compareOutputs() treats NaN as equal to NaN and to nothing else', () => {
  expect(compareCells(scores(NaN), scores(NaN), exact).failures).toBe(0);
  expect(compareCells(scores(0), scores(NaN), close).failures).toBe(1);
});

const labelled = (label: string, ...probabilities: number[]): Outputs => ({
  predict: { dtype: 'string', shape: [1], data: [label] },
  predict_proba: { dtype: 'float64', shape: [1, 2], data: Float64Array.from(probabilities) },
});

test('compareOutputs() lets labels differ only where the scores tie', () => {
  expect(compareCells(labelled('a', 0.5, 0.5), labelled('b', 0.5, 0.5), exact).failures).toBe(0);
  expect(compareCells(labelled('a', 0.2, 0.8), labelled('b', 0.2, 0.8), exact).failures).toBe(1);
});

const clustered = (cluster: number, ...distances: number[]): Outputs => ({
  predict: { dtype: 'int32', shape: [1], data: Int32Array.of(cluster) },
  transform: { dtype: 'float64', shape: [1, distances.length], data: Float64Array.from(distances) },
});

test('compareOutputs() lets clusters differ only where the nearest centres are equally far', () => {
  expect(compareCells(clustered(0, 2, 2, 9), clustered(1, 2, 2, 9), exact).failures).toBe(0);
  expect(compareCells(clustered(0, 2, 9, 9), clustered(1, 2, 9, 9), exact).failures).toBe(1);
});

test('compareOutputs() fails an output that is missing or of another shape', () => {
  expect(compareCells({}, scores(1), exact).failures).toBe(1);
  expect(compareCells(scores(1, 2), scores(1), exact).failures).toBe(1);
});

test('compareOutputs() fails an infinity beside a finite number and beside the other infinity', () => {
  for (const [left, right] of [
    [5, Infinity],
    [Infinity, 5],
    [-Infinity, Infinity],
  ] as const) {
    expect(compareCells(scores(left), scores(right), close).failures).toBe(1);
  }
  expect(compareCells(scores(-Infinity), scores(-Infinity), close).failures).toBe(0);
});

test('compareOutputs() names the cell that failed, not one that differs more within its tolerance', () => {
  const found = compareCells(scores(1e-300, 1000, 1001), scores(1e-290, 1000, 1000), close);
  expect(found).toMatchObject({ failures: 1, worst: { row: 2, left: 1001 } });
});
