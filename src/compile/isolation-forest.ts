import type { IsolationForestStep } from '../model/step.ts';
import { type CompiledOutput, type StepCompiler, withinUlp } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { flat } from './links.ts';
import { once } from './stream.ts';

/** Scores from the depths that the trees add up to. */
export const isolationForest: StepCompiler<IsolationForestStep> = {
  emit(context, { trees, scale, offset }, input) {
    const { g } = context;
    const depths = context.compile(trees, input).outputs?.['predict'];
    if (depths === undefined || !('value' in depths))
      throw compileUnsupported(trees, 'predict', 'missing', 'depths are');
    const scalar = (value: number) => g.float64([value], []);
    const scores = once(() => {
      const share = g.add('Neg', [g.add('Div', [flat(context, depths.value()), scalar(scale)])]);
      return g.add('Neg', [g.add('Pow', [scalar(2), share])]);
    });
    const decision = once(() => g.add('Sub', [scores(), scalar(offset)]));
    const numbers = (value: CompiledOutput['value']): CompiledOutput => ({
      dtype: 'float64',
      shape: [],
      value,
    });
    const predict = () =>
      g.add('Where', [g.add('Less', [decision(), scalar(0)]), g.int64([-1], []), g.int64([1], [])]);
    return {
      outputs: {
        predict: { dtype: 'int64', shape: [], value: predict },
        decision_function: numbers(decision),
        score_samples: numbers(scores),
      },
    };
  },
  certify: () => withinUlp(4, 'depths are sums in the order of the library; then one power of 2'),
};
