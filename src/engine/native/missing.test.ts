import { expect, test } from 'vitest';
import type { FunctionStep } from '../../model/function.ts';
import type { TreeEnsembleStep } from '../../model/step.ts';
import type { RowBlock } from './block.ts';
import { prepareStep } from './prepare.ts';

const base = {
  origin: { path: '', class: 'sklearn', offset: 0 },
  features: null,
  featureNames: null,
};
const rowsOf = (...cells: number[]): RowBlock => ({
  kind: 'dense',
  rows: 1,
  cols: cells.length,
  data: Float64Array.from(cells),
});

test('a step that checks its input refuses what is missing and what is infinite', () => {
  const checked: FunctionStep = { ...base, kind: 'function', function: 'arctan', refusesMissing: true };
  const { transform } = prepareStep(checked, ['a', 'b']);
  expect(() => transform!(rowsOf(1, Number.NaN))).toThrow('column "b": expected a value, got a missing one');
  expect(() => transform!(rowsOf(-Infinity, 1))).toThrow('column "a": expected a finite number');
  expect(transform!(rowsOf(1, 2))).toMatchObject({ rows: 1, cols: 2 });
});

test('boosting of the release that took no missing values takes no infinities, as scikit-learn 0.21', () => {
  const trees: TreeEnsembleStep = {
    ...base,
    kind: 'tree-ensemble',
    features: 1,
    arena: {
      roots: Int32Array.of(0),
      left: Int32Array.of(-1),
      right: Int32Array.of(-1),
      feature: Int32Array.of(0),
      threshold: Float64Array.of(0),
      missingLeft: new Uint8Array(1),
      zeroMissing: null,
      categorical: null,
      setOffsets: Uint32Array.of(0),
      bitsets: new Uint32Array(),
      knownBitsets: new Uint32Array(),
      categories: 'uint8-or-missing',
      values: Float64Array.of(7),
      valueWidth: 1,
    },
    input: 'float64',
    split: 'le',
    acceptsMissing: false,
    scores: 1,
    target: null,
    base: { kind: 'constant', scores: new Float64Array(1) },
    sums: 'float64',
    aggregate: 'sum',
    head: { kind: 'regression', link: 'identity', flat: true },
  };
  expect(() => prepareStep(trees, ['a']).outputs!(rowsOf(Infinity))).toThrow('expected a finite number');
  const taking = prepareStep({ ...trees, acceptsMissing: true }, ['a']);
  expect(taking.outputs!(rowsOf(Infinity))['predict']).toMatchObject({ data: Float64Array.of(7) });
});
