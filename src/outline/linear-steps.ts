/** Sums of weighted columns, the heaviest first. Pure. */
import type { ModelStep } from '../model/step.ts';
import type { LabelSet, Matrix } from '../model/tensor.ts';
import { labelAt } from './column-labels.ts';
import type { LinearTarget, OutlineLinear } from './outline-schemas.ts';
import type { PlacedStep } from './steps.ts';

/** Targets that are told, and coefficients of each. */
const TARGETS_MOST = 20;
const COEFFICIENTS_MOST = 100;

interface Sums {
  readonly weights: Matrix;
  readonly intercept: Float64Array;
  readonly classes: LabelSet | null;
}

/** Null where a step is no sum of weighted columns. */
function sumsOf(step: ModelStep): Sums | null {
  switch (step.kind) {
    case 'linear-regressor':
      return { weights: step.coef, intercept: step.intercept, classes: null };
    case 'linear-classifier':
      return { weights: step.coef, intercept: step.intercept, classes: step.classes };
    case 'linear-booster':
      return { weights: step.weights, intercept: step.bias, classes: step.head.classes };
    case 'multinomial-nb':
      // Of binarized cells the weights are those of columns that the reader does not see.
      if (step.threshold !== undefined) return null;
      return { weights: step.featureLogProb, intercept: step.classLogPrior, classes: step.classes };
    default:
      return null;
  }
}

export const linearSteps = (placed: readonly PlacedStep[]): readonly OutlineLinear[] =>
  placed.flatMap((one) => {
    const sums = sumsOf(one.step);
    return sums === null ? [] : [linearStep(one, sums)];
  });

function linearStep(
  { id, name, step, labels }: PlacedStep,
  { weights, intercept, classes }: Sums,
): OutlineLinear {
  const shown = Math.min(TARGETS_MOST, weights.rows);
  return {
    ...{ step: id, name, class: step.origin.class, columns: weights.cols, omitted: weights.rows - shown },
    targets: Array.from({ length: shown }, (_, row): LinearTarget => {
      const own = weights.data.subarray(row * weights.cols, (row + 1) * weights.cols);
      return {
        name: targetName(row, weights.rows, classes),
        intercept: intercept[row] ?? 0,
        coefficients: heaviest(own).map((column) => ({
          column: labelAt(labels, column),
          value: own[column] ?? 0,
        })),
      };
    }),
  };
}

function heaviest(weights: Float64Array): readonly number[] {
  const places = Array.from(weights.keys());
  const size = (place: number): number => Math.abs(weights[place] ?? 0);
  return places.sort((a, b) => size(b) - size(a) || a - b).slice(0, COEFFICIENTS_MOST);
}

/** One sum of two classes is of the second. */
function targetName(row: number, rows: number, classes: LabelSet | null): string {
  if (classes !== null && rows === classes.values.length) return String(classes.values[row]);
  if (classes !== null && rows === 1) return String(classes.values[1] ?? 'score');
  return rows === 1 ? 'answer' : `answer ${row + 1}`;
}
