import { elementAt } from '../core/element-at.ts';
import type { ChainStep, ModelStep, MultiOutputStep } from '../model/step.ts';
import { labelDType } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import {
  bitExact,
  type CompileContext,
  type CompiledOutput,
  type CompiledStep,
  type StepCompiler,
  type StepCompilers,
} from './compiler.ts';
import { memberValues } from './ensemble.ts';
import { compileUnsupported } from './failure.ts';
import { acceptedMatrix } from './refusal.ts';
import { joinColumnValues, matrix, type StepStream } from './stream.ts';

const NOTE = 'answers side by side; its exactness is that of its predictors';

const multiOutput: StepCompiler<MultiOutputStep> = {
  emit(context, step, input) {
    const { members, classes, probabilities } = step;
    const compiled = members.map(({ step: inner }) => context.compile(inner, input));
    const targets = members.length;
    const outputsOf = (method: string): readonly CompiledOutput[] =>
      compiled.map((one, i) => single(elementAt(members, i).step, one, method));
    const predictions = outputsOf('predict');
    const first = classes?.[0];
    const predict: CompiledOutput = {
      dtype: first === undefined ? 'float64' : labelDType(first),
      shape: [targets],
      value: () =>
        joinColumnValues(
          context.g,
          predictions.map((output) => columnOf(context, output)),
        ),
    };
    return {
      outputs: {
        predict,
        ...(probabilities === null ? {} : { predict_proba: outputsOf('predict_proba') }),
      },
    };
  },
  certify: () => bitExact(NOTE),
};

function single(step: ModelStep, { outputs }: CompiledStep, method: string): CompiledOutput {
  const output = outputs?.[method];
  if (output === undefined || !('value' in output))
    throw compileUnsupported(step, method, 'absent or a list', 'one tensor is');
  return output;
}

const columnOf = ({ g }: CompileContext, { value }: CompiledOutput): ValueName =>
  g.add('Reshape', [value(), g.int64([-1, 1], [2])]);

/** Link after link, each over the columns and what is passed on by those before it. */
const chain: StepCompiler<ChainStep> = {
  emit(context, step, input) {
    const { g } = context;
    const { links, methods } = step;
    const x = acceptedMatrix(context, input, step, 'finite');
    const width = step.features;
    const passed: ValueName[] = [];
    const answers = links.map(({ passed: own, answers: asked }, at) => {
      const stream: StepStream = matrix(
        joinColumnValues(g, [x, ...passed]),
        width === null ? null : width + at,
      );
      const [handedOn, ...values] = memberValues(context, [own, ...asked], stream);
      if (handedOn !== undefined && at < links.length - 1) passed.push(handedOn.value());
      return values;
    });
    const outputs = methods.map((method, k): [string, CompiledOutput] => {
      const value = () =>
        joinColumnValues(
          g,
          links.map((_, target) => {
            const at = links.findIndex((link) => link.target === target);
            return elementAt(elementAt(answers, at), k).value();
          }),
        );
      return [method, { dtype: 'float64', shape: [links.length], value }];
    });
    return { outputs: Object.fromEntries(outputs) };
  },
  certify: () => bitExact(NOTE),
};

export const MULTI_OUTPUT_COMPILERS: StepCompilers<MultiOutputStep | ChainStep> = {
  'multi-output': multiOutput,
  chain,
};
