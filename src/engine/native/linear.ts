import type { Outputs } from '../../model/batch.ts';
import type { LinearClassifierStep, LinearProbability, LinearRegressorStep } from '../../model/linear.ts';
import type { RowBlock } from './block.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { type LabelTaker, prepareLabels } from './labels.ts';
import { argmaxRows, binaryProbabilities, divideRow, ovrRows, ovrUniformRows, softmaxRows } from './links.ts';
import { prepareProduct } from './product.ts';

/** `predict`: `x · coefᵀ + intercept`, `[N]` or `[N, targets]`. */
function prepareLinearRegressor(step: LinearRegressorStep, { names }: EvaluatorContext): StepEvaluator {
  checkCoefficients(step);
  const product = prepareProduct(step.coef, step.intercept, names);
  return {
    outputs: (input) => {
      checkWidth(input, step.coef.cols);
      const data = product(input);
      const shape = step.flat ? [input.rows] : [input.rows, step.coef.rows];
      return { predict: { dtype: 'float64', shape, data } };
    },
  };
}

/** `predict`, `predict_proba` where the estimator has it, and `decision_function`. */
function prepareLinearClassifier(step: LinearClassifierStep, { names }: EvaluatorContext): StepEvaluator {
  checkCoefficients(step);
  const product = prepareProduct(step.coef, step.intercept, names);
  const take = prepareLabels(step.classes);
  const answer = step.coef.rows === 1 ? binary(step, take) : multiclass(step, take);
  return {
    outputs: (input) => {
      checkWidth(input, step.coef.cols);
      return answer(input, product(input));
    },
  };
}

function checkCoefficients(step: LinearRegressorStep | LinearClassifierStep): void {
  const { rows, cols, data } = step.coef;
  if (data.length !== rows * cols) refuseShape(step, 'coef_', data.length, rows * cols);
  if (step.intercept.length !== rows) refuseShape(step, 'intercept_', step.intercept.length, rows);
}

type Answer = (input: RowBlock, scores: Float64Array) => Outputs;

function binary(step: LinearClassifierStep, take: LabelTaker): Answer {
  if (step.classes.values.length > 2) refuseShape(step, 'classes_', step.classes.values.length, 2);
  // 0 where training saw a single class.
  const positive = step.classes.values.length - 1;
  const proba = step.probability === null ? null : BINARY[step.probability];
  return ({ rows }, data) => {
    const indices = new Int32Array(rows);
    for (let row = 0; row < rows; row++) indices[row] = data[row]! > 0 ? positive : 0;
    const decision_function = { dtype: 'float64', shape: [rows], data } as const;
    if (proba === null) return { predict: take(indices), decision_function };
    return {
      predict: take(indices),
      predict_proba: { dtype: 'float64', shape: [rows, 2], data: proba(data, rows) },
      decision_function,
    };
  };
}

function multiclass(step: LinearClassifierStep, take: LabelTaker): Answer {
  const classes = step.coef.rows;
  if (step.classes.values.length !== classes)
    refuseShape(step, 'classes_', step.classes.values.length, classes);
  const proba = step.probability === null ? null : MULTICLASS[step.probability];
  return ({ rows }, data) => {
    const predict = take(argmaxRows(data, rows, classes));
    const shape = [rows, classes];
    const decision_function = { dtype: 'float64', shape, data } as const;
    if (proba === null) return { predict, decision_function };
    const predict_proba = {
      dtype: 'float64',
      shape: [rows, classes],
      data: proba(data, rows, classes),
    } as const;
    return { predict, predict_proba, decision_function };
  };
}

type Named = Exclude<LinearProbability, null>;

const sigmoidPair = (scores: Float64Array, rows: number): Float64Array =>
  binaryProbabilities(scores, rows, 1);

const BINARY: Record<Named, (scores: Float64Array, rows: number) => Float64Array> = {
  sigmoid: sigmoidPair,
  ovr: sigmoidPair,
  'ovr-uniform': sigmoidPair,
  softmax: (scores, rows) => softmaxRows(mirrored(scores, rows), rows, 2),
  'modified-huber': (scores, rows) => {
    const out = new Float64Array(rows * 2);
    for (let row = 0; row < rows; row++) {
      const positive = (clipUnit(scores[row]!) + 1) / 2;
      out[row * 2] = 1 - positive;
      out[row * 2 + 1] = positive;
    }
    return out;
  },
};

const MULTICLASS: Record<Named, (scores: Float64Array, rows: number, classes: number) => Float64Array> = {
  sigmoid: ovrRows,
  ovr: ovrRows,
  'ovr-uniform': ovrUniformRows,
  softmax: softmaxRows,
  'modified-huber': modifiedHuberRows,
};

/** Rows `[-d, d]`: what an explicit multinomial model of two classes hands to softmax. */
function mirrored(scores: Float64Array, rows: number): Float64Array {
  const out = new Float64Array(rows * 2);
  for (let row = 0; row < rows; row++) {
    const score = scores[row]!;
    out[row * 2] = -score;
    out[row * 2 + 1] = score;
  }
  return out;
}

const clipUnit = (x: number): number => Math.min(Math.max(x, -1), 1);

/** SGDClassifier with modified Huber loss: (clip(d) + 1) / 2, normalised; uniform where every class has zero. */
function modifiedHuberRows(scores: Float64Array, rows: number, classes: number): Float64Array {
  const out = new Float64Array(rows * classes);
  for (let base = 0; base < rows * classes; base += classes) {
    let sum = 0;
    for (let k = base; k < base + classes; k++) {
      const share = (clipUnit(scores[k]!) + 1) / 2;
      out[k] = share;
      sum += share;
    }
    if (sum === 0) out.fill(1 / classes, base, base + classes);
    else divideRow(out, base, classes, sum);
  }
  return out;
}

export const LINEAR_PREPARERS: StepPreparers<LinearRegressorStep | LinearClassifierStep> = {
  'linear-regressor': prepareLinearRegressor,
  'linear-classifier': prepareLinearClassifier,
};
