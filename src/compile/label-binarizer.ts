import { indicatedClasses, type LabelBinarizerStep } from '../model/label-binarizer.ts';
import type { ValueName } from '../onnx/graph.ts';
import { MISSING_STRING } from '../onnx/missing.ts';
import { bitExact, type CompileContext, type StepCompiler, type StepCompilers } from './compiler.ts';
import { labelIndex } from './encoding.ts';
import { columnAt } from './stream.ts';

/** The index of each label compared with the class of each column, `[N, columns]` int64. */
const labelBinarizer: StepCompiler<LabelBinarizerStep> = {
  emit(context, step, input) {
    const { g } = context;
    const indicated = indicatedClasses(step);
    const value = () => {
      const labels = columnAt(context, input, 0).value();
      refuseOthers(context, step, labels);
      const index = labelIndex(context, step.classes, labels);
      const hit = g.add('Equal', [index, g.int64(indicated, [1, indicated.length])]);
      return g.add('Where', [hit, g.int64([step.positive], []), g.int64([step.negative], [])]);
    };
    return { outputs: { transform: { dtype: 'int64', shape: [indicated.length], value } } };
  },
  certify: () => bitExact('labels are compared'),
};

/** Missing labels and fractions; integers and booleans come as such. */
function refuseOthers(
  { g, refusals }: CompileContext,
  { classes }: LabelBinarizerStep,
  labels: ValueName,
): void {
  if (classes.type === 'string') refusals.where(g.add('Equal', [labels, g.strings([MISSING_STRING], [1])]));
  if (classes.type !== 'float') return;
  refusals.numbers(labels, 'finite');
  refusals.where(g.add('Not', [g.add('Equal', [labels, g.add('Floor', [labels])])]));
}

export const LABEL_BINARIZER_COMPILERS: StepCompilers<LabelBinarizerStep> = {
  'label-binarizer': labelBinarizer,
};
