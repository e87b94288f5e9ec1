import type { Outputs } from '../../model/batch.ts';
import {
  type KernelMapStep,
  type KernelRegressorStep,
  type OneClassStep,
  pairCount,
  type SupportVectorClassifierStep,
  type SupportVectorStep,
} from '../../model/support-vectors.ts';
import type { Matrix } from '../../model/tensor.ts';
import { allocateCells, type RowBlock } from './block.ts';
import { type EvaluatorContext, refuseShape, type StepEvaluator, type StepPreparers } from './evaluator.ts';
import { prepareKernelRows } from './kernel.ts';
import { prepareLabels } from './labels.ts';
import { argmaxRows } from './links.ts';
import { coupleProbabilities, pairProbability } from './pair-coupling.ts';

/** Σ coef · k, term by term as libsvm. */
function weighted(values: Float64Array, coef: Float64Array, from: number): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += coef[from + k]! * values[k]!;
  return sum;
}

/** k(x, points) · weightsᵀ + bias, `[N, weights.rows]`. */
function prepareScores(
  step: KernelRegressorStep | KernelMapStep,
  weights: Matrix,
  bias: Float64Array,
  names: readonly string[],
): (input: RowBlock) => Float64Array {
  if (weights.cols !== step.points.rows) refuseShape(step, 'weights', weights.cols, step.points.rows);
  if (bias.length !== weights.rows) refuseShape(step, 'bias', bias.length, weights.rows);
  const kernelRows = prepareKernelRows(step, names);
  return (input) => {
    const data = allocateCells(input.rows * weights.rows);
    kernelRows(input, (row, values) => {
      for (let t = 0; t < weights.rows; t++)
        data[row * weights.rows + t] = weighted(values, weights.data, t * weights.cols) + bias[t]!;
    });
    return data;
  };
}

function prepareKernelRegressor(step: KernelRegressorStep, { names }: EvaluatorContext): StepEvaluator {
  const { coef } = step;
  const scores = prepareScores(step, coef, step.intercept, names);
  return {
    outputs: (input) => {
      const shape = step.flat ? [input.rows] : [input.rows, coef.rows];
      return { predict: { dtype: 'float64', shape, data: scores(input) } };
    },
  };
}

function prepareKernelMap(step: KernelMapStep, { names }: EvaluatorContext): StepEvaluator {
  const scores = prepareScores(step, step.weights, step.bias, names);
  return {
    transform: (input) => ({
      kind: 'dense',
      rows: input.rows,
      cols: step.weights.rows,
      data: scores(input),
    }),
  };
}

/** d of every pair of classes, `[N, pairs]`. */
function prepareDecisions(
  step: SupportVectorClassifierStep,
  names: readonly string[],
): (input: RowBlock) => Float64Array {
  const { coef, counts, intercept, points } = step;
  const pairs = pairCount(counts.length);
  if (coef.cols !== points.rows) refuseShape(step, 'dual_coef_', coef.cols, points.rows);
  if (coef.rows !== counts.length - 1) refuseShape(step, 'dual_coef_', coef.rows, counts.length - 1);
  if (intercept.length !== pairs) refuseShape(step, 'intercept_', intercept.length, pairs);
  const kernelRows = prepareKernelRows(step, names);
  const starts = [0];
  for (const count of counts) starts.push(starts.at(-1)! + count);
  if (starts.at(-1) !== points.rows) refuseShape(step, 'n_support_', starts.at(-1)!, points.rows);
  return (input) => {
    const data = allocateCells(input.rows * pairs);
    let out = 0;
    kernelRows(input, (_row, values) => {
      let pair = 0;
      for (let i = 0; i < counts.length; i++) {
        for (let j = i + 1; j < counts.length; j++) {
          let sum = 0;
          const [ofFirst, ofSecond] = [(j - 1) * coef.cols, i * coef.cols];
          for (let k = starts[i]!; k < starts[i + 1]!; k++) sum += coef.data[ofFirst + k]! * values[k]!;
          for (let k = starts[j]!; k < starts[j + 1]!; k++) sum += coef.data[ofSecond + k]! * values[k]!;
          data[out++] = sum + intercept[pair++]!;
        }
      }
    });
    return data;
  };
}

function prepareClassifier(step: SupportVectorClassifierStep, { names }: EvaluatorContext): StepEvaluator {
  const classes = step.counts.length;
  if (step.classes.values.length !== classes)
    refuseShape(step, 'classes_', step.classes.values.length, classes);
  const pairs = pairCount(classes);
  const decisions = prepareDecisions(step, names);
  const take = prepareLabels(step.classes);
  const probabilities = step.platt === null ? null : prepareProbabilities(step.platt, classes);
  return {
    outputs: (input) => {
      const { rows } = input;
      const pairwise = decisions(input);
      const restwise = step.decision === 'ovr' && classes > 2 ? overRest(pairwise, rows, classes) : null;
      const best =
        step.breakTies && restwise !== null
          ? argmaxRows(restwise, rows, classes)
          : argmaxRows(votesOf(pairwise, rows, classes), rows, classes);
      const answers: Record<string, Outputs[string]> = { predict: take(best) };
      if (probabilities !== null)
        answers['predict_proba'] = {
          dtype: 'float64',
          shape: [rows, classes],
          data: probabilities(pairwise, rows),
        };
      answers['decision_function'] = {
        dtype: 'float64',
        shape: classes === 2 ? [rows] : [rows, restwise === null ? pairs : classes],
        data: restwise ?? (classes === 2 ? pairwise.map((decision) => -decision) : pairwise),
      };
      return answers;
    },
  };
}

/** Votes of libsvm: d > 0 is one for the first class of a pair. */
function votesOf(pairwise: Float64Array, rows: number, classes: number): Float64Array {
  const votes = allocateCells(rows * classes);
  for (let base = 0, at = 0; base < votes.length; base += classes)
    for (let i = 0; i < classes; i++)
      for (let j = i + 1; j < classes; j++) votes[base + (pairwise[at++]! > 0 ? i : j)]!++;
  return votes;
}

/** Votes and, within ±1/3 of them, the sum of the decisions for and against each class. */
function overRest(pairwise: Float64Array, rows: number, classes: number): Float64Array {
  const out = allocateCells(rows * classes);
  const sums = new Float64Array(classes);
  for (let base = 0, at = 0; base < out.length; base += classes) {
    sums.fill(0);
    for (let i = 0; i < classes; i++) {
      for (let j = i + 1; j < classes; j++) {
        const decision = pairwise[at++]!;
        sums[i]! += decision;
        sums[j]! -= decision;
        out[base + (decision < 0 ? j : i)]!++;
      }
    }
    for (let i = 0; i < classes; i++) out[base + i]! += sums[i]! / (3 * (Math.abs(sums[i]!) + 1));
  }
  return out;
}

function prepareProbabilities(
  { a, b }: { readonly a: Float64Array; readonly b: Float64Array },
  classes: number,
): (pairwise: Float64Array, rows: number) => Float64Array {
  const pairs = pairCount(classes);
  const couple = coupleProbabilities(classes);
  const ofPairs = new Float64Array(pairs);
  return (pairwise, rows) => {
    const out = allocateCells(rows * classes);
    for (let row = 0; row < rows; row++) {
      for (let pair = 0; pair < pairs; pair++)
        ofPairs[pair] = pairProbability(pairwise[row * pairs + pair]!, a[pair]!, b[pair]!);
      couple(ofPairs, out, row * classes);
    }
    return out;
  };
}

/** `decision_function`, and what outlier detectors make of it. */
function prepareOneClass(step: OneClassStep, { names }: EvaluatorContext): StepEvaluator {
  const { coef, intercept, offset, points, zeroInside } = step;
  if (coef.length !== points.rows) refuseShape(step, 'dual_coef_', coef.length, points.rows);
  const kernelRows = prepareKernelRows(step, names);
  return {
    outputs: (input) => {
      const { rows } = input;
      const data = allocateCells(rows);
      kernelRows(input, (row, values) => {
        data[row] = weighted(values, coef, 0) + intercept;
      });
      const inside = (decision: number): boolean => (zeroInside ? decision >= 0 : decision > 0);
      const shape = [rows];
      return {
        predict: zeroInside
          ? { dtype: 'int32', shape, data: Int32Array.from(data, (one) => (inside(one) ? 1 : -1)) }
          : { dtype: 'int64', shape, data: BigInt64Array.from(data, (one) => (inside(one) ? 1n : -1n)) },
        decision_function: { dtype: 'float64', shape, data },
        score_samples: { dtype: 'float64', shape, data: data.map((one) => one + offset) },
      };
    },
  };
}

export const SUPPORT_VECTOR_PREPARERS: StepPreparers<SupportVectorStep> = {
  'kernel-regressor': prepareKernelRegressor,
  'kernel-map': prepareKernelMap,
  'support-vector-classifier': prepareClassifier,
  'one-class': prepareOneClass,
};
