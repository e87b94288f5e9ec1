import { PlimsollError } from '../../core/errors.ts';
import type { Batch, Outputs } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import type { ModelStep } from '../../model/step.ts';
import type { Engine } from '../engine.ts';
import { blockOf, type RowBlock } from './block.ts';
import type { StepEvaluator } from './evaluator.ts';
import type { PrepareStep } from './prepare-common.ts';
import { tensorOf } from './tensor-of.ts';

/** Evaluates a model description directly over flat arrays; answers at once. */
export interface NativeEngine extends Engine {
  readonly id: 'native';
  infer(batch: Batch): Outputs;
  extras(batch: Batch): Outputs;
  close(): void;
}

export interface EvaluatedModel {
  readonly root: ModelStep;
  readonly signature: Signature;
}

/**
 * Makes a model ready: every array flattened and closed over, so that a call does arithmetic only.
 * Throws MODEL_UNSUPPORTED or MODEL_INVALID naming the step and field that stand in the way.
 */
export function nativeEngine({ root, signature }: EvaluatedModel, prepareStep: PrepareStep): NativeEngine {
  const names = signature.form === 'tensors' ? [] : signature.columns.map(({ name }) => name);
  const evaluator = prepareStep(root, names);
  let { leaves, undecided } = evaluator;
  let answer: ((input: RowBlock) => Outputs) | null = answerOf(evaluator, names);
  return {
    id: 'native',
    infer: (batch) => {
      if (answer === null)
        throw new PlimsollError('INTERNAL', { action: 'a prediction', reason: 'the engine is closed' });
      return answer(blockOf(batch));
    },
    extras: (batch) => {
      const { extras: [spec] = [] } = signature;
      return spec === undefined || leaves === undefined ? {} : { [spec.name]: leaves(blockOf(batch)) };
    },
    undecided: (batch) => undecided?.(blockOf(batch)) ?? null,
    close: () => {
      answer = null;
      leaves = undefined;
      undecided = undefined;
    },
  };
}

function answerOf(
  { outputs, transform }: StepEvaluator,
  names: readonly string[],
): (input: RowBlock) => Outputs {
  if (outputs !== undefined) return outputs;
  return (input) => ({ transform: tensorOf(transform === undefined ? input : transform(input), names) });
}
