import { elementAt } from '../../core/element-at.ts';
import type { Outputs } from '../../model/batch.ts';
import type { ChainStep, ModelStep, MultiOutputStep } from '../../model/step.ts';
import type { Tensor } from '../../model/tensor.ts';
import { allocateCells, createScratch, type DenseBlock, toDense } from './block.ts';
import { prepareMembers, sideBySide } from './ensemble.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseStep,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { stackLabels } from './labels.ts';

/** Each predictor answers once; numbers or labels are joined to columns. */
function prepareMultiOutput(step: MultiOutputStep, context: EvaluatorContext): StepEvaluator {
  const { members, classes, probabilities } = step;
  const evaluators = members.map(({ step: inner }) => {
    const { outputs } = context.prepare(inner, context.names);
    return outputs ?? refuseStep(inner, 'predict', 'absent', 'an estimator that predicts');
  });
  const first = classes?.[0];
  return {
    outputs: (input): Outputs => {
      const answers = evaluators.map((outputs) => outputs(input));
      const columns = answers.map((answer, i) => tensorOf(elementAt(members, i).step, answer, 'predict'));
      if (first === undefined) return { predict: numbersOf(columns, input.rows) };
      const predict = stackLabels(columns, first);
      if (probabilities === null) return { predict };
      const parts = answers.map((answer, i) => tensorOf(elementAt(members, i).step, answer, 'predict_proba'));
      return { predict, predict_proba: parts };
    },
  };
}

function tensorOf(step: ModelStep, outputs: Outputs, method: string): Tensor {
  const output = outputs[method];
  if (output === undefined || !('dtype' in output))
    return refuseStep(step, method, 'absent or a list', 'one tensor');
  return output;
}

function numbersOf(columns: readonly Tensor[], rows: number): Tensor {
  const data = allocateCells(rows * columns.length);
  columns.forEach((column, k) => {
    for (let row = 0; row < rows; row++) data[row * columns.length + k] = Number(column.data[row]);
  });
  return { dtype: 'float64', shape: [rows, columns.length], data };
}

/** Link after link, over columns to which the answer of each is added. */
function prepareChain(step: ChainStep, context: EvaluatorContext): StepEvaluator {
  const { links, methods } = step;
  const targets = links.length;
  const answer = links.map(({ passed, answers }) => prepareMembers([passed, ...answers], context));
  const scratch = createScratch();
  return {
    outputs: (input) => {
      const { rows, cols } = input;
      if (step.features !== null) checkWidth(input, step.features);
      const given = toDense(input, context.names, scratch);
      const answered = methods.map(() => allocateCells(rows * targets));
      let block: DenseBlock = given;
      for (const [at, { target }] of links.entries()) {
        const [passed, ...parts] = answer[at]!(block);
        parts.forEach(({ data }, method) => {
          for (let row = 0; row < rows; row++) answered[method]![row * targets + target] = data[row]!;
        });
        if (at === targets - 1) break;
        const whole = { rows, cols: cols + at, data: block.data };
        block = { kind: 'dense', ...sideBySide([whole, passed!], rows) };
      }
      const tensors = methods.map((name, k): [string, Tensor] => [
        name,
        { dtype: 'float64', shape: [rows, targets], data: answered[k]! },
      ]);
      return Object.fromEntries(tensors);
    },
  };
}

export const MULTI_OUTPUT_PREPARERS: StepPreparers<MultiOutputStep | ChainStep> = {
  'multi-output': prepareMultiOutput,
  chain: prepareChain,
};
