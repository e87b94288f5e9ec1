import { expect, test } from 'vitest';
import type { FunctionStep } from './function.ts';
import type { NormalizerStep, StandardScalerStep } from './scaling.ts';
import type { ColumnTransformerStep, FeatureUnionStep, ModelStep, PipelineStep } from './step.ts';
import { needsOf, roundingOf, transformWidth } from './step-inference.ts';

const base = (features: number | null) => ({
  origin: { path: '', class: 'sklearn.test', offset: 0 },
  features,
  featureNames: null,
});
const scaler: StandardScalerStep = {
  kind: 'standard-scaler',
  ...base(2),
  mean: new Float64Array(2),
  scale: null,
};
const normalizer: NormalizerStep = { kind: 'normalizer', ...base(null), norm: 'l2' };
const ufunc = (name: FunctionStep['function']): FunctionStep => ({
  kind: 'function',
  ...base(null),
  function: name,
});
const chain = (...steps: ModelStep[]): PipelineStep => ({
  kind: 'pipeline',
  ...base(null),
  steps: steps.map((step, i) => ({ name: `s${i}`, step })),
});
const columns = (step: ModelStep | null, weight: number | null): ColumnTransformerStep => ({
  kind: 'column-transformer',
  ...base(2),
  branches: [{ name: 'b', columns: [0, 1], scalar: false, weight, step }],
});
const union = (...steps: ModelStep[]): FeatureUnionStep => ({
  kind: 'feature-union',
  ...base(2),
  branches: steps.map((step, i) => ({ name: `b${i}`, weight: null, step })),
});

test('a chain rounds as its worst step, branches side by side as their worst', () => {
  const identity = ufunc('identity');
  expect(roundingOf(chain(identity, identity))).toBe('none');
  expect(roundingOf(chain(identity, scaler))).toBe('same');
  expect(roundingOf(chain(scaler, ufunc('log1p'), identity))).toBe('link');
  expect(roundingOf(union(ufunc('log1p'), normalizer, identity))).toBe('sum');
  expect(roundingOf(chain())).toBe('none');
});

test('selected columns keep their bits until a weight multiplies them', () => {
  expect(roundingOf(columns(null, null))).toBe('none');
  expect(roundingOf(columns(null, 2))).toBe('same');
  expect(roundingOf(columns(normalizer, 2))).toBe('sum');
});

test('a step that keeps its width learns it from what follows, also at the head of a pipeline', () => {
  expect(needsOf(normalizer, null, null)).toBeNull();
  expect(needsOf(chain(normalizer, chain(ufunc('sqrt'), scaler)), null, null)).toHaveLength(2);
  expect(transformWidth(union(normalizer, scaler), null)).toBe(4);
  expect(transformWidth(union(normalizer), 7)).toBe(2);
  expect(transformWidth(normalizer, null)).toBeNull();
});

test('a union whose branches keep their width takes an equal share of what follows, where there is one', () => {
  const open = (...steps: ModelStep[]): FeatureUnionStep => ({ ...union(...steps), features: null });
  expect(needsOf(chain(open(ufunc('isnan'), normalizer), scaler), null, null)).toHaveLength(1);
  expect(needsOf(chain(open(ufunc('isnan'), normalizer, normalizer), scaler), null, null)).toBeNull();
  expect(needsOf(open(ufunc('isnan'), normalizer), null, null)).toBeNull();
});
