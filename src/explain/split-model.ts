import type { ModelStep, PipelineStep } from '../model/step.ts';

/** A model as what prepares its columns and what predicts from them. */
export interface SplitModel {
  /** Null where columns reach the predictor as they are. */
  readonly before: PipelineStep | null;
  readonly predictor: ModelStep;
}

/** The last step of a model, through pipelines in pipelines, and all before it. */
export function splitModel(root: ModelStep): SplitModel {
  if (root.kind === 'projecting-predictor') return splitModel(root.predictor);
  if (root.kind !== 'pipeline') return { before: null, predictor: root };
  const last = root.steps.at(-1);
  if (last === undefined) return { before: null, predictor: root };
  const inner = splitModel(last.step);
  const steps = [...root.steps.slice(0, -1), ...(inner.before?.steps ?? [])];
  return { before: steps.length === 0 ? null : { ...root, steps }, predictor: inner.predictor };
}
