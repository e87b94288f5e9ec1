import type { Outputs } from '../../model/batch.ts';
import { type ConstantPredictorStep, membersOfOneVsRest } from '../../model/multiclass.ts';
import type { OneVsOneStep, OneVsRestStep, OutputCodeStep } from '../../model/step.ts';
import type { Matrix, Tensor } from '../../model/tensor.ts';
import { allocateCells } from './block.ts';
import { prepareMembers, sideBySide } from './ensemble.ts';
import { type EvaluatorContext, refuseShape, type StepEvaluator, type StepPreparers } from './evaluator.ts';
import { prepareLabels } from './labels.ts';
import { argmaxRows, divideRow, numpyRowSum } from './links.ts';

function prepareConstant({ value }: ConstantPredictorStep): StepEvaluator {
  const answer = (rows: number): Tensor => ({
    dtype: 'float64',
    shape: [rows],
    data: allocateCells(rows).fill(value),
  });
  return {
    outputs: ({ rows }) => {
      const pairs = allocateCells(rows * 2).map((_, k) => (k % 2 === 0 ? 1 - value : value));
      return {
        predict: answer(rows),
        predict_proba: { dtype: 'float64', shape: [rows, 2], data: pairs },
        decision_function: answer(rows),
      };
    },
  };
}

/** Every classifier answers once; its scores, decisions and probabilities are columns of one matrix each. */
function prepareOneVsRest(step: OneVsRestStep, context: EvaluatorContext): StepEvaluator {
  const { scores, decisions, probabilities } = step;
  const answers = prepareMembers(membersOfOneVsRest(step), context);
  const predict = preparePrediction(step);
  const count = scores.length;
  const { length: decided } = decisions ?? [];
  return {
    outputs: (input) => {
      const { rows } = input;
      const parts = answers(input);
      const columns = (from: number): Matrix => sideBySide(parts.slice(from, from + count), rows);
      const outputs: Record<string, Tensor> = { predict: predict(columns(0)) };
      if (probabilities !== null) outputs['predict_proba'] = probabilitiesOf(step, columns(count + decided));
      if (decisions !== null) {
        const { cols, data } = columns(count);
        const shape = cols === 1 ? [rows] : [rows, cols];
        outputs['decision_function'] = { dtype: 'float64', shape, data };
      }
      return outputs;
    },
  };
}

function preparePrediction(step: OneVsRestStep): (scores: Matrix) => Tensor {
  const { classes, threshold, isMultilabel, ties } = step;
  if (isMultilabel)
    return ({ rows, cols, data }) => ({
      dtype: 'int64',
      shape: [rows, cols],
      data: BigInt64Array.from(data.subarray(0, rows * cols), (score) => (score > threshold ? 1n : 0n)),
    });
  const take = prepareLabels(classes);
  if (step.scores.length === 1) {
    const positive = classes.values.length - 1;
    return ({ rows, data }) =>
      take(Int32Array.from({ length: rows }, (_, row) => (data[row]! > threshold ? positive : 0)));
  }
  const largest = ties === 'first' ? argmaxRows : lastLargest;
  return ({ rows, cols, data }) => take(largest(data, rows, cols));
}

/** Index of the largest of each row, the highest on ties. */
function lastLargest(scores: Float64Array, rows: number, cols: number): Int32Array {
  const out = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const base = row * cols;
    let best = 0;
    for (let k = 1; k < cols; k++) if (scores[base + k]! >= scores[base + best]!) best = k;
    out[row] = best;
  }
  return out;
}

/** Of one classifier `[1 - p, p]`; divided by the sum of the row unless it may have several labels. */
function probabilitiesOf({ isMultilabel, zeroSums }: OneVsRestStep, columns: Matrix): Tensor {
  const { rows } = columns;
  const { cols, data } = columns.cols === 1 ? withRest(columns) : columns;
  if (!isMultilabel)
    for (let base = 0; base < rows * cols; base += cols) {
      const sum = numpyRowSum(data, base, cols);
      if (sum !== 0 || zeroSums === 'nan') divideRow(data, base, cols, sum);
    }
  return { dtype: 'float64', shape: [rows, cols], data };
}

function withRest({ rows, data }: Matrix): Matrix {
  const pairs = allocateCells(rows * 2);
  for (let row = 0; row < rows; row++) {
    pairs[row * 2] = 1 - data[row]!;
    pairs[row * 2 + 1] = data[row]!;
  }
  return { rows, cols: 2, data: pairs };
}

/** `_ovr_decision_function`: votes and, squeezed between -1/3 and 1/3, the sums of confidences. */
function prepareOneVsOne(step: OneVsOneStep, context: EvaluatorContext): StepEvaluator {
  const classes = step.classes.values.length;
  const pairs = step.votes.length;
  if (pairs !== (classes * (classes - 1)) / 2) refuseShape(step, 'estimators_', pairs, classes);
  const answers = prepareMembers([...step.votes, ...step.confidences], context);
  const take = prepareLabels(step.classes);
  return {
    outputs: (input): Outputs => {
      const { rows } = input;
      const parts = answers(input);
      const scores = pairScores(parts.slice(0, pairs), parts.slice(pairs), rows, classes);
      if (classes > 2)
        return {
          predict: take(argmaxRows(scores, rows, classes)),
          decision_function: { dtype: 'float64', shape: [rows, classes], data: scores },
        };
      const data = Float64Array.from({ length: rows }, (_, row) => scores[row * 2 + 1]!);
      return {
        predict: take(Int32Array.from(data, (score) => (score > step.threshold ? 1 : 0))),
        decision_function: { dtype: 'float64', shape: [rows], data },
      };
    },
  };
}

function pairScores(
  votes: readonly Matrix[],
  confidences: readonly Matrix[],
  rows: number,
  classes: number,
): Float64Array {
  const scores = allocateCells(rows * classes);
  const sums = allocateCells(rows * classes);
  for (let i = 0, pair = 0; i < classes; i++) {
    for (let j = i + 1; j < classes; j++, pair++) {
      const [vote, confidence] = [votes[pair]!.data, confidences[pair]!.data];
      for (let row = 0; row < rows; row++) {
        const base = row * classes;
        sums[base + i]! -= confidence[row]!;
        sums[base + j]! += confidence[row]!;
        if (vote[row] === 0) scores[base + i]! += 1;
        else if (vote[row] === 1) scores[base + j]! += 1;
      }
    }
  }
  for (let k = 0; k < scores.length; k++) scores[k]! += sums[k]! / (3 * (Math.abs(sums[k]!) + 1));
  return scores;
}

/** The nearest code by ‖c‖² - 2 y·c, the first on ties. */
function prepareOutputCode(step: OutputCodeStep, context: EvaluatorContext): StepEvaluator {
  const { rows: classes, cols: digits, data: codes } = step.codes;
  if (step.classes.values.length !== classes)
    refuseShape(step, 'code_book_', classes, step.classes.values.length);
  if (step.scores.length !== digits) refuseShape(step, 'code_book_', digits, step.scores.length);
  const answers = prepareMembers(step.scores, context);
  const take = prepareLabels(step.classes);
  const nearness = (scores: Float64Array, row: number, code: number): number => {
    let sum = 0;
    for (let k = 0; k < digits; k++) {
      const digit = codes[code * digits + k]!;
      sum += (2 * scores[row * digits + k]! - digit) * digit;
    }
    return sum;
  };
  return {
    outputs: (input) => {
      const { rows } = input;
      const { data } = sideBySide(answers(input), rows);
      const near = allocateCells(rows * classes);
      for (let row = 0; row < rows; row++)
        for (let code = 0; code < classes; code++) near[row * classes + code] = nearness(data, row, code);
      return { predict: take(argmaxRows(near, rows, classes)) };
    },
  };
}

export const MULTICLASS_PREPARERS: StepPreparers<
  ConstantPredictorStep | OneVsRestStep | OneVsOneStep | OutputCodeStep
> = {
  'constant-predictor': prepareConstant,
  'one-vs-rest': prepareOneVsRest,
  'one-vs-one': prepareOneVsOne,
  'output-code': prepareOutputCode,
};
