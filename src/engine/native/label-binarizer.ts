import { elementAt } from '../../core/element-at.ts';
import { indicatedClasses, type LabelBinarizerStep } from '../../model/label-binarizer.ts';
import { columnOf, refuseCell } from './block.ts';
import { prepareLookup } from './categories.ts';
import { categoriesOf } from './encoding.ts';
import { checkWidth, type EvaluatorContext, type StepEvaluator, type StepPreparers } from './evaluator.ts';

/** `transform`: int64 `[N, columns]`; missing labels and fractions, which are no labels, are refused. */
function prepareLabelBinarizer(step: LabelBinarizerStep, { names }: EvaluatorContext): StepEvaluator {
  const find = prepareLookup(categoriesOf(step.classes));
  const [first = 0] = indicatedClasses(step);
  const width = indicatedClasses(step).length;
  const [positive, negative] = [BigInt(step.positive), BigInt(step.negative)];
  return {
    outputs: (input) => {
      checkWidth(input, 1);
      const { rows } = input;
      columnOf(input, 0, names).forEach((cell, row) => {
        if (typeof cell !== 'string' && !Number.isInteger(cell))
          refuseCell(row, elementAt([...names, 'label'], 0), `${cell} is no label`);
      });
      const data = new BigInt64Array(rows * width).fill(negative);
      const found = find(input, 0);
      for (let row = 0; row < rows; row++) {
        const column = found[row]! - first;
        if (column >= 0) data[row * width + column] = positive;
      }
      return { transform: { dtype: 'int64', shape: [rows, width], data } };
    },
  };
}

export const LABEL_BINARIZER_PREPARERS: StepPreparers<LabelBinarizerStep> = {
  'label-binarizer': prepareLabelBinarizer,
};
