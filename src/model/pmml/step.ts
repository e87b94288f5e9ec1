import type { ColumnNeed } from '../column-need.ts';
import { classSpec, labelSpec, numberSpec } from '../output-specs.ts';
import type { OutputSpec } from '../signature.ts';
import type { StepBase } from '../step-base.ts';
import { PREDICTOR, type StepDescriptions } from '../step-description.ts';
import type { LabelSet } from '../tensor.ts';
import type { PmmlModel } from './models.ts';
import type { PmmlField } from './program.ts';

/** A whole PMML document: its fields, its models, and what of the last model's result is answered. */
export interface PmmlStep extends StepBase {
  readonly kind: 'pmml';
  /** What the document says of each input column. */
  readonly columns: readonly ColumnNeed[];
  readonly fields: readonly PmmlField[];
  /** The last one answers. */
  readonly models: readonly PmmlModel[];
  readonly answer: PmmlAnswer;
  /** `OutputField`s that say more than prediction and probabilities, by name. */
  readonly extras: readonly PmmlExtra[];
}

/** How the prediction is answered: a number, or a label with or without probabilities of all. */
export type PmmlAnswer =
  | { readonly kind: 'number' }
  | { readonly kind: 'label'; readonly labels: LabelSet; readonly probabilities: boolean };

export interface PmmlExtra {
  readonly name: string;
  readonly field: number;
  readonly text: boolean;
}

function outputsOfDocument({ answer, extras }: PmmlStep): readonly OutputSpec[] {
  const own =
    answer.kind === 'number'
      ? [numberSpec('predict', null)]
      : [
          labelSpec(answer.labels),
          ...(answer.probabilities ? [classSpec('predict_proba', answer.labels)] : []),
        ];
  const others = extras.map(
    ({ name, text }): OutputSpec => ({ name, dtype: text ? 'string' : 'float64', shape: [-1] }),
  );
  return [...own, ...others];
}

export const PMML_STEPS: StepDescriptions<PmmlStep> = {
  pmml: {
    ...PREDICTOR,
    needs: ({ columns }) => columns,
    outputs: outputsOfDocument,
    rounding: 'link',
  },
};
