import type { Outputs } from '../../../model/batch.ts';
import type { CatBoostHead, CatBoostStep } from '../../../model/catboost.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { prepareLabels } from '../labels.ts';
import { argmaxRows, binaryProbabilities, expit } from '../links.ts';

/** Answers from raw values `[rows, dimensions]`, which it may hand on. */
type AnswerRaw = (raw: Float64Array, rows: number) => Outputs;
type Head<K extends CatBoostHead['kind']> = Extract<CatBoostHead, { kind: K }>;

/** Makes the last stage of a model ready. */
export function prepareCatBoostHead({ head, dimensions }: CatBoostStep): AnswerRaw {
  if (head.kind === 'regression') return regression(head, dimensions);
  if (head.kind === 'labels') return severalLabels(dimensions);
  return head.link === 'sigmoid' ? twoClasses(head) : manyClasses(head, dimensions);
}

const numbers = (data: Float64Array, rows: number, width: number): Tensor => ({
  dtype: 'float64',
  shape: [rows, width],
  data,
});

function regression({ link }: Head<'regression'>, dimensions: number): AnswerRaw {
  const shape = (rows: number): number[] => (dimensions === 1 ? [rows] : [rows, dimensions]);
  const answer = (data: Float64Array, rows: number): Tensor => ({
    dtype: 'float64',
    shape: shape(rows),
    data,
  });
  if (link === 'identity') return (raw, rows) => ({ predict: answer(raw, rows) });
  const linked =
    link === 'exp'
      ? (raw: Float64Array) => raw.map(Math.exp)
      : (raw: Float64Array) => raw.map((value, i) => (i % 2 === 0 ? value : Math.exp(2 * value)));
  return (raw, rows) => ({ predict: answer(linked(raw), rows), RawFormulaVal: answer(raw, rows) });
}

function severalLabels(dimensions: number): AnswerRaw {
  return (raw, rows) => ({
    predict: {
      dtype: 'int64',
      shape: [rows, dimensions],
      data: BigInt64Array.from(raw, (value) => (value > 0 ? 1n : 0n)),
    },
    predict_proba: numbers(raw.map(expit), rows, dimensions),
    RawFormulaVal: numbers(raw, rows, dimensions),
  });
}

function twoClasses({ classes, threshold }: Head<'classes'>): AnswerRaw {
  const take = prepareLabels(classes);
  return (raw, rows) => {
    const indices = new Int32Array(rows);
    for (let row = 0; row < rows; row++) indices[row] = raw[row]! > threshold ? 1 : 0;
    return {
      predict: take(indices),
      predict_proba: numbers(binaryProbabilities(raw, rows, 1), rows, 2),
      RawFormulaVal: { dtype: 'float64', shape: [rows], data: raw },
    };
  };
}

function manyClasses({ classes, link, dimensionClass }: Head<'classes'>, dimensions: number): AnswerRaw {
  const take = prepareLabels(classes);
  const width = classes.values.length;
  const inOrder = width === dimensions && dimensionClass.every((place, i) => place === i);
  return (given, rows) => {
    const raw = inOrder ? given : byClass(given, rows, dimensionClass, width);
    return {
      predict: take(argmaxRows(raw, rows, width)),
      predict_proba: numbers(link === 'softmax' ? softmaxOf(raw, width) : raw.map(expit), rows, width),
      RawFormulaVal: numbers(raw, rows, width),
    };
  };
}

/** Raw values by class: -∞ where no dimension is of it. */
function byClass(raw: Float64Array, rows: number, places: Int32Array, width: number): Float64Array {
  const out = new Float64Array(rows * width).fill(Number.NEGATIVE_INFINITY);
  const dimensions = places.length;
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < dimensions; k++) out[row * width + places[k]!] = raw[row * dimensions + k]!;
  return out;
}

/** The maximum of a row subtracted, then its exponentials divided by their sum, from the first to the last. */
function softmaxOf(raw: Float64Array, width: number): Float64Array {
  const out = new Float64Array(raw.length);
  for (let from = 0; from < raw.length; from += width) {
    const to = from + width;
    let most = raw[from]!;
    for (let k = from + 1; k < to; k++) if (raw[k]! > most) most = raw[k]!;
    let sum = 0;
    for (let k = from; k < to; k++) sum += out[k] = Math.exp(raw[k]! - most);
    for (let k = from; k < to; k++) out[k]! /= sum;
  }
  return out;
}
