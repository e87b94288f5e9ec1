import { type ColumnNeed, FINITE } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';
import type { LabelSet } from './tensor.ts';

/**
 * `transform` of one label column to indicators, int64 `[N, columns]`: `positive` in the column of its class, `negative`
 * elsewhere and for a label that is not known. Two classes share one column, which is the second's.
 */
export interface LabelBinarizerStep extends StepBase {
  readonly kind: 'label-binarizer';
  readonly classes: LabelSet;
  readonly positive: number;
  readonly negative: number;
}

/** Index of the class of each column; of a single class, whose column is always negative, one that none has. */
export const indicatedClasses = ({ classes }: LabelBinarizerStep): readonly number[] =>
  classes.values.length <= 2 ? [1] : [...classes.values.keys()];

function labelNeed({ classes: { type, values } }: LabelBinarizerStep): ColumnNeed {
  const column = type === 'string' || type === 'bool' ? { type } : { type: 'number' as const, ...FINITE };
  return { ...column, categories: values, unknown: 'ignore', nullable: false, used: true };
}

export const LABEL_BINARIZER_STEPS: StepDescriptions<LabelBinarizerStep> = {
  'label-binarizer': {
    ...NUMERIC_TRANSFORMER,
    needs: (step) => [labelNeed(step)],
    width: (step) => indicatedClasses(step).length,
    outputs: (step) => [{ name: 'transform', dtype: 'int64', shape: [-1, indicatedClasses(step).length] }],
    form: 'labels',
    rounding: 'none',
  },
};
