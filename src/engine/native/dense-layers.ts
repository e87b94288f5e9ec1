import type { Outputs } from '../../model/batch.ts';
import {
  type DenseLayer,
  type DenseLayersStep,
  type ElementActivation,
  outputCount,
} from '../../model/dense-layers.ts';
import { allocateCells, type RowBlock } from './block.ts';
import {
  checkWidth,
  type EvaluatorContext,
  refuseShape,
  type StepEvaluator,
  type StepPreparers,
} from './evaluator.ts';
import { prepareLabels } from './labels.ts';
import { argmaxRows, expit, softmaxRows } from './links.ts';
import { prepareProduct, prepareRowProduct } from './product.ts';

/** Changes the first `count` numbers in place. */
type Activate = (values: Float64Array, count: number) => void;

const each =
  (apply: (x: number) => number): Activate =>
  (values, count) => {
    for (let k = 0; k < count; k++) values[k] = apply(values[k]!);
  };

const ACTIVATIONS: { readonly [A in ElementActivation]: Activate } = {
  identity: () => undefined,
  logistic: each(expit),
  tanh: each(Math.tanh),
  relu: each((x) => Math.max(x, 0)),
  exp: each(Math.exp),
};

/** The first layer for all rows at once, as it may be sparse; the others row by row, in two buffers. */
function prepareDenseLayers(step: DenseLayersStep, { names }: EvaluatorContext): StepEvaluator {
  const [first, ...others] = step.layers;
  checkLayers(step);
  const product = prepareProduct(first.weights, first.bias, names);
  const hidden = ACTIVATIONS[step.activation];
  const forward = prepareForward(others, hidden);
  const last = step.output === 'softmax' ? null : ACTIVATIONS[step.output];
  const count = outputCount(step);
  const score = (input: RowBlock): Float64Array => {
    checkWidth(input, first.weights.cols);
    const entered = product(input);
    const left = others.length === 0 ? entered : forward(entered, input.rows);
    if (last === null) return softmaxRows(left, input.rows, count);
    last(left, left.length);
    return left;
  };
  if (step.head.kind === 'columns')
    return { transform: (input) => ({ kind: 'dense', rows: input.rows, cols: count, data: score(input) }) };
  const answer = prepareHead(step);
  return { outputs: (input) => answer(score(input), input.rows) };
}

/** From the first layer's sums `[rows, …]` to the last layer's, fresh. */
function prepareForward(
  layers: readonly DenseLayer[],
  activate: Activate,
): (entered: Float64Array, rows: number) => Float64Array {
  const widest = Math.max(0, ...layers.map(({ weights }) => Math.max(weights.rows, weights.cols)));
  let from = new Float64Array(widest);
  let to = new Float64Array(widest);
  const entry = layers[0]?.weights.cols ?? 0;
  const exit = layers.at(-1)?.weights.rows ?? 0;
  const products = layers.map(({ weights, bias }) => ({
    cols: weights.cols,
    multiply: prepareRowProduct(weights, bias),
  }));
  return (entered, rows) => {
    const out = allocateCells(rows * exit);
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < entry; k++) from[k] = entered[row * entry + k]!;
      for (const { cols, multiply } of products) {
        activate(from, cols);
        multiply(from, 0, to, 0);
        [from, to] = [to, from];
      }
      for (let k = 0; k < exit; k++) out[row * exit + k] = from[k]!;
    }
    return out;
  };
}

function prepareHead(step: DenseLayersStep): (scores: Float64Array, rows: number) => Outputs {
  const { head } = step;
  const count = outputCount(step);
  switch (head.kind) {
    case 'binary': {
      const take = prepareLabels(head.classes);
      const positive = head.classes.values.length - 1;
      return (scores, rows) => ({
        predict: take(Int32Array.from(scores, (score) => (score > 0.5 ? positive : 0))),
        predict_proba: { dtype: 'float64', shape: [rows, 2], data: withComplements(scores) },
      });
    }
    case 'multiclass': {
      const take = prepareLabels(head.classes);
      return (scores, rows) => ({
        predict: take(argmaxRows(scores, rows, count)),
        predict_proba: { dtype: 'float64', shape: [rows, count], data: scores },
      });
    }
    case 'multilabel':
      return (data, rows) => ({
        predict: {
          dtype: 'int64',
          shape: [rows, count],
          data: BigInt64Array.from(data, (score) => (score > head.threshold ? 1n : 0n)),
        },
        [head.scores]: { dtype: 'float64', shape: [rows, count], data },
      });
    default: {
      const flat = head.kind === 'numbers' && head.flat;
      return (data, rows) => ({
        predict: { dtype: 'float64', shape: flat ? [rows] : [rows, count], data },
      });
    }
  }
}

/** Rows `[1 - p, p]`. */
function withComplements(probabilities: Float64Array): Float64Array {
  const out = new Float64Array(probabilities.length * 2);
  for (let row = 0; row < probabilities.length; row++) {
    out[2 * row] = 1 - probabilities[row]!;
    out[2 * row + 1] = probabilities[row]!;
  }
  return out;
}

function checkLayers(step: DenseLayersStep): void {
  const { layers, head } = step;
  layers.forEach(({ weights, bias }, k) => {
    const next = layers[k + 1];
    if (bias.length !== weights.rows) refuseShape(step, `intercepts_[${k}]`, bias.length, weights.rows);
    if (next !== undefined && next.weights.cols !== weights.rows)
      refuseShape(step, `coefs_[${k + 1}]`, next.weights.cols, weights.rows);
  });
  const count = outputCount(step);
  const single = head.kind === 'binary' || (head.kind === 'numbers' && head.flat);
  const wanted = head.kind === 'multiclass' ? head.classes.values.length : single ? 1 : count;
  if (count !== wanted) refuseShape(step, 'the last layer', count, wanted);
}

export const DENSE_LAYERS_PREPARERS: StepPreparers<DenseLayersStep> = { 'dense-layers': prepareDenseLayers };
