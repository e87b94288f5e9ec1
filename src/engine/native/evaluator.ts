import { PlimsollError } from '../../core/errors.ts';
import type { Outputs } from '../../model/batch.ts';
import type { ModelStep } from '../../model/step.ts';
import { placeOf } from '../../model/step-base.ts';
import type { Tensor } from '../../model/tensor.ts';
import { modelUnsupported } from '../../model/way-past.ts';
import type { RowBlock } from './block.ts';

/** A step made ready: its arrays flattened and closed over. Synchronous; never keeps or changes its input. */
export interface StepEvaluator {
  /** What the next step sees; absent on estimators that only predict. */
  readonly transform?: (input: RowBlock) => RowBlock;
  /** Every output of the estimator, in fresh arrays; absent on transformers, whose one output is `transform`. */
  readonly outputs?: (input: RowBlock) => Outputs;
  /** The leaf of each tree that a row comes to, `[rows, trees]` of int32; absent where there are no trees. */
  readonly leaves?: (input: RowBlock) => Tensor;
  /**
   * 1 for each row whose answer hangs on the order in which the library meets points equally far away, which this engine
   * keeps and a graph cannot; absent where no order matters. Takes rows that it answers.
   */
  readonly undecided?: (input: RowBlock) => Uint8Array;
}

/** What a step is told while it is made ready. */
export interface EvaluatorContext {
  /** Names of the step's input columns, for messages; may be empty. */
  readonly names: readonly string[];
  /** Makes a nested step ready. */
  prepare(step: ModelStep, names: readonly string[]): StepEvaluator;
}

/** What makes the steps of a family ready, one a kind: `S` is the union of its steps. */
export type StepPreparers<S extends ModelStep> = {
  readonly [K in S['kind']]: (
    step: Extract<S, { readonly kind: K }>,
    context: EvaluatorContext,
  ) => StepEvaluator;
};

/** Refuses a step this engine has no evaluator for: which field, what it holds, what would be supported. */
export function refuseStep(step: ModelStep, field: string, found: string, wanted: string): never {
  throw modelUnsupported({ ...placeOf(step.origin), field, found, wanted });
}

/** Refuses a step whose arrays contradict one another. */
export function refuseShape(
  step: Pick<ModelStep, 'origin'>,
  field: string,
  found: number,
  wanted: number,
): never {
  throw new PlimsollError('MODEL_INVALID', { ...placeOf(step.origin), field, found, wanted });
}

/** Refuses input of another width than the step was fitted on. */
export function checkWidth(block: RowBlock, wanted: number): void {
  if (block.cols !== wanted) {
    throw new PlimsollError('INPUT_INVALID', {
      problem: `each row has ${block.cols} columns, ${wanted} wanted`,
    });
  }
}
