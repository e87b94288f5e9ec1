import { expect, test } from 'vitest';
import { readImbalancedPipeline } from './composition.ts';
import { Reading } from './reading.ts';
import { readerOf } from './registry.ts';
import { floats, instance, objects, testReading, tuple } from './testing/values.ts';

const scaler = instance('sklearn.preprocessing._data.MaxAbsScaler', { scale_: floats([2]) });
const sampler = instance('imblearn.over_sampling._smote.base.SMOTE', {});

function stepsOf(...steps: readonly unknown[]) {
  const reading = new Reading(readerOf, testReading().budget);
  const named = steps.map((step, i) => tuple(`step${i}`, step));
  const pipeline = instance('imblearn.pipeline.Pipeline', { steps: objects(...named) });
  const step = readImbalancedPipeline(reading.view(pipeline, '', null));
  return { names: step?.steps.map(({ name }) => name), blockers: reading.blockers };
}

test('samplers of imbalanced-learn are left out, except where nothing comes after', () => {
  expect(stepsOf(sampler, scaler, sampler, scaler).names).toEqual(['step1', 'step3']);
  const { names, blockers } = stepsOf(scaler, sampler);
  expect(names).toBeUndefined();
  expect(blockers).toMatchObject([{ path: 'steps.step1', field: 'the class' }]);
});

test('a class that only looks like a sampler is not left out', () => {
  const own = instance('my.imblearn.over_sampling.Sampler', {});
  expect(stepsOf(own, scaler).blockers).toMatchObject([{ path: 'steps.step0' }]);
});
