import type { AdaBoostStep, WeightedMedianStep } from '../../model/step.ts';
import type { Matrix } from '../../model/tensor.ts';
import { allocateCells } from './block.ts';
import { prepareMembers, sideBySide, weightedSums } from './ensemble.ts';
import { type EvaluatorContext, refuseShape, type StepEvaluator, type StepPreparers } from './evaluator.ts';
import { prepareLabels } from './labels.ts';
import { argmaxRows, numpyRowSum, softmaxRows } from './links.ts';

/** Least probability whose logarithm is taken (`_samme_proba`). */
const LEAST = 2 ** -52;

/** Sums of the terms of all members over the sum of their weights, and softmax of them. */
function prepareAdaBoost(step: AdaBoostStep, context: EvaluatorContext): StepEvaluator {
  const { members, classes } = step;
  const count = classes.values.length;
  const answers = prepareMembers(members, context);
  const termsOf = prepareTerms(step, count);
  const take = prepareLabels(classes);
  return {
    outputs: (input) => {
      const { rows } = input;
      const terms = answers(input).map((answer, i) => termsOf(answer, i));
      const scores = weightedSums(step, terms, null, count);
      for (let k = 0; k < scores.length; k++) scores[k]! /= step.divisor;
      const decision = count === 2 ? differences(scores, rows) : scores;
      return {
        predict: take(count === 2 ? positives(decision) : argmaxRows(scores, rows, count)),
        predict_proba: {
          dtype: 'float64',
          shape: [rows, count],
          data: softmaxRows(exponents(decision, rows, count), rows, count),
        },
        decision_function: { dtype: 'float64', shape: count === 2 ? [rows] : [rows, count], data: decision },
      };
    },
  };
}

/** `s₁ - s₀` of each row. */
function differences(scores: Float64Array, rows: number): Float64Array {
  const out = allocateCells(rows);
  for (let row = 0; row < rows; row++) out[row] = -scores[row * 2]! + scores[row * 2 + 1]!;
  return out;
}

function positives(decision: Float64Array): Int32Array {
  const out = new Int32Array(decision.length);
  for (let row = 0; row < out.length; row++) out[row] = decision[row]! > 0 ? 1 : 0;
  return out;
}

/** What softmax is taken of. */
function exponents(decision: Float64Array, rows: number, count: number): Float64Array {
  if (count !== 2) return decision.map((score) => score / (count - 1));
  const out = allocateCells(rows * 2);
  for (let row = 0; row < rows; row++) {
    out[row * 2] = -decision[row]! / 2;
    out[row * 2 + 1] = decision[row]! / 2;
  }
  return out;
}

function prepareTerms(step: AdaBoostStep, count: number): (answer: Matrix, member: number) => Matrix {
  const { terms, members } = step;
  if (terms.kind === 'terms') return (answer) => answer;
  if (terms.kind === 'logs') return (answer) => logTerms(step, answer, count);
  for (const weights of [terms.hits, terms.misses])
    if (weights.length !== members.length)
      refuseShape(step, 'estimator_weights_', weights.length, members.length);
  return ({ rows, data }, member) => {
    const out = allocateCells(rows * count).fill(terms.misses[member]!);
    for (let row = 0; row < rows; row++) out[row * count + data[row]!] = terms.hits[member]!;
    return { rows, cols: count, data: out };
  };
}

function logTerms(step: AdaBoostStep, { rows, cols, data }: Matrix, count: number): Matrix {
  if (cols !== count) refuseShape(step, 'classes_', cols, count);
  const out = data.map((p) => Math.log(Math.max(p, LEAST)));
  for (let base = 0; base < out.length; base += count) {
    const mean = (1 / count) * numpyRowSum(out, base, count);
    for (let k = base; k < base + count; k++) out[k] = (count - 1) * (out[k]! - mean);
  }
  return { rows, cols: count, data: out };
}

/** The median of what the members answer, each counted by its weight (`_get_median_predict`). */
function prepareWeightedMedian(step: WeightedMedianStep, context: EvaluatorContext): StepEvaluator {
  const { weights } = step;
  const answers = prepareMembers(step.members, context);
  const order = new Int32Array(weights.length);
  const numbers = new Float64Array(weights.length);
  return {
    outputs: (input) => {
      const { rows, cols, data } = sideBySide(answers(input), input.rows);
      if (cols !== weights.length) refuseShape(step, 'estimator_weights_', weights.length, cols);
      const predict = allocateCells(rows);
      for (let row = 0; row < rows; row++) {
        numbers.set(data.subarray(row * cols, (row + 1) * cols));
        predict[row] = medianOf(numbers, weights, order);
      }
      return { predict: { dtype: 'float64', shape: [rows], data: predict } };
    },
  };
}

function medianOf(numbers: Float64Array, weights: Float64Array, order: Int32Array): number {
  for (let k = 0; k < order.length; k++) order[k] = k;
  order.sort((a, b) => numbers[a]! - numbers[b]! || a - b);
  let total = 0;
  for (const k of order) total += weights[k]!;
  let sum = 0;
  for (const k of order) {
    sum += weights[k]!;
    if (sum >= 0.5 * total) return numbers[k]!;
  }
  return numbers[order[0]!]!;
}

export const ADABOOST_PREPARERS: StepPreparers<AdaBoostStep | WeightedMedianStep> = {
  adaboost: prepareAdaBoost,
  'weighted-median': prepareWeightedMedian,
};
