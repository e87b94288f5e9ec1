import { PlimsollError } from '../../core/errors.ts';
import type { Outputs } from '../../model/batch.ts';
import type { Blocker } from '../../model/description.ts';
import type { Step } from '../../model/step.ts';
import { placeOf } from '../../model/step-base.ts';
import type { Block } from './block.ts';

/** A step made ready: its arrays flattened and closed over. Synchronous; never keeps or changes its input. */
export interface Evaluator {
  /** What the next step sees; absent on estimators that only predict. */
  readonly transform?: (input: Block) => Block;
  /** Every output of the estimator, in fresh arrays; absent on transformers, whose one output is `transform`. */
  readonly outputs?: (input: Block) => Outputs;
}

/** What a step is told while it is made ready. */
export interface Preparation {
  /** Names of the step's input columns, for messages; may be empty. */
  readonly names: readonly string[];
  /** Makes a nested step ready. */
  prepare(step: Step, names: readonly string[]): Evaluator;
}

/** Refuses a step this engine has no evaluator for: which field, what it holds, what would be supported. */
export function refuseStep(step: Step, field: string, found: string, wanted: string): never {
  const blocker: Blocker = { ...placeOf(step.origin), field, found, wanted };
  throw new PlimsollError('MODEL_UNSUPPORTED', { ...blocker });
}

/** Refuses a step whose arrays contradict one another. */
export function refuseShape(step: Step, field: string, found: number, wanted: number): never {
  throw new PlimsollError('MODEL_INVALID', { ...placeOf(step.origin), field, found, wanted });
}

/** Refuses input of another width than the step was fitted on. */
export function checkWidth(block: Block, wanted: number): void {
  if (block.cols !== wanted) {
    throw new PlimsollError('INPUT_INVALID', {
      problem: `each row has ${block.cols} columns, ${wanted} wanted`,
    });
  }
}
