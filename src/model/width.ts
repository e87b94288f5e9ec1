import { assertNever } from '../core/errors.ts';
import type { ModelStep } from './step.ts';

/**
 * Columns that a step's `transform` gives (its input width for predictors, which end every pipeline), or null where
 * neither the step nor `input` says.
 */
export function transformWidth(step: ModelStep, input: number | null): number | null {
  switch (step.kind) {
    case 'standard-scaler':
    case 'min-max-scaler':
    case 'max-abs-scaler':
    case 'robust-scaler':
    case 'normalizer':
    case 'function':
    case 'ordinal':
    case 'tfidf':
    case 'linear-regressor':
    case 'linear-classifier':
    case 'multinomial-nb':
    case 'tree-ensemble':
    case 'dummy':
      return step.features ?? input;
    case 'label-encoder':
      return 1;
    case 'one-hot':
      return step.columns.reduce((sum, column) => sum + column.width, 0);
    case 'simple-imputer':
      return step.fill.filter((value) => value !== null).length + step.indicators.length;
    case 'count-vectorizer':
      return step.vocabulary.length;
    case 'pca':
      return step.components.rows;
    case 'k-means':
      return step.centers.rows;
    case 'pipeline':
      return step.steps.reduce<number | null>(
        (width, { step: next }) => transformWidth(next, width),
        step.features ?? input,
      );
    case 'column-transformer':
      return sum(
        step.branches.map((branch) =>
          branch.step === null ? branch.columns.length : transformWidth(branch.step, branch.columns.length),
        ),
      );
    case 'feature-union':
      return sum(step.branches.map((branch) => transformWidth(branch.step, step.features ?? input)));
    default:
      return assertNever(step);
  }
}

const sum = (widths: readonly (number | null)[]): number | null =>
  widths.reduce<number | null>(
    (total, width) => (total === null || width === null ? null : total + width),
    0,
  );
