import { elementAt } from '../core/element-at.ts';
import type { DummyStep } from '../model/dummy.ts';
import { labelDType } from '../model/tensor.ts';
import type { ValueName } from '../onnx/graph.ts';
import { bitExact, type CompileContext, type CompiledOutput, type StepCompiler } from './compiler.ts';
import { compileUnsupported } from './failure.ts';
import { labelTensor } from './labels.ts';
import { rowCountOf, type StepStream } from './stream.ts';

/** The constant row `[1, width]` (or `[1]`) once a row of the input. */
function repeat({ g }: CompileContext, row: ValueName, rows: ValueName, width: number | null): ValueName {
  const shape = width === null ? rows : g.add('Concat', [rows, g.int64([width], [1])], { axis: 0n });
  return g.add('Expand', [row, shape]);
}

type Classification = Extract<DummyStep, { task: 'classification' }>;

function classify(
  context: CompileContext,
  step: Classification,
  input: StepStream,
): Record<string, CompiledOutput | CompiledOutput[]> {
  const { g } = context;
  const probabilities = step.targets.map(
    ({ probabilities: row }): CompiledOutput => ({
      dtype: 'float64',
      shape: [row.length],
      value: () => repeat(context, g.float64(row, [1, row.length]), rowCountOf(context, input), row.length),
    }),
  );
  const first = elementAt(step.targets, 0);
  const dtype = labelDType(first.classes);
  if (step.targets.some(({ classes }) => classes.type !== first.classes.type)) {
    throw compileUnsupported(step, 'classes_', 'of several types', 'one type of labels is');
  }
  const answers = () =>
    step.targets.map(({ classes, predicted }) =>
      g.add('Gather', [g.constant(labelTensor(classes)), g.int64([predicted], [1])], { axis: 0n }),
    );
  const single = step.targets.length === 1;
  const predict = () =>
    single
      ? repeat(context, elementAt(answers(), 0), rowCountOf(context, input), null)
      : repeat(
          context,
          g.add('Concat', answers(), { axis: 0n }),
          rowCountOf(context, input),
          step.targets.length,
        );
  return {
    predict: { dtype, shape: single ? [] : [step.targets.length], value: predict },
    predict_proba: single ? elementAt(probabilities, 0) : probabilities,
  };
}

/** The same answer for every row. */
export const dummy: StepCompiler<DummyStep> = {
  emit(context, step, input) {
    if (step.task === 'classification') return { outputs: classify(context, step, input) };
    const { values, flat } = step;
    const row = () => context.g.float64(values, flat ? [1] : [1, values.length]);
    const predict: CompiledOutput = {
      dtype: 'float64',
      shape: flat ? [] : [values.length],
      value: () => repeat(context, row(), rowCountOf(context, input), flat ? null : values.length),
    };
    return { outputs: { predict } };
  },
  certify: () => bitExact('a constant'),
};
