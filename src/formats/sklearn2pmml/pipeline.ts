import type { ModelStep, PipelineStep } from '../../model/step.ts';
import { arrayItemsOf, toText } from '../sklearn/arrays.ts';
import { readPipeline } from '../sklearn/composition.ts';
import type { EstimatorView } from '../sklearn/view.ts';

/**
 * PMMLPipeline: `predict` is that of a pipeline, and what it has beside (transformers of predictions, rows to verify) belongs to
 * other methods and to its PMML. Its columns are those of training (`active_fields`) where its first step knows none.
 */
export function readPmmlPipeline(view: EstimatorView): PipelineStep | null {
  const step = readPipeline(view);
  const fields = arrayItemsOf(view.get('active_fields'))?.map(toText);
  if (step === null || step.featureNames !== null || !fields?.every((field) => field !== null)) return step;
  if (step.features !== null && step.features !== fields.length) return step;
  return { ...step, features: fields.length, featureNames: fields };
}

/** Alias and MultiAlias: other names of columns, for PMML. */
export const readAlias = (view: EstimatorView): ModelStep | null =>
  view.has('transformer_') ? view.step('transformer_') : view.step('transformer');

/** SelectorProxy and EstimatorProxy: what they hold, with members beside for PMML. */
export const readSelectorProxy = (view: EstimatorView): ModelStep | null => view.step('selector');
export const readEstimatorProxy = (view: EstimatorView): ModelStep | null => view.step('estimator');
