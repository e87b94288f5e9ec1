import { assertNever } from '../../../core/errors.ts';
import type { BoosterHead, MarginLink } from '../../../model/booster.ts';
import type { TreeEnsembleStep } from '../../../model/step.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { refuseShape } from '../evaluator.ts';
import { prepareLabels } from '../labels.ts';
import { argmaxRows } from '../links.ts';
import type { AnswerScores } from './scores.ts';

/** Numbers after the link, a row's side by side, from margins `[rows, width]`. */
type RowLink = (margins: Float64Array, rows: number, width: number) => Float64Array;
type Round = (value: number) => number;
/** What margins come from. */
type MarginSource = Pick<TreeEnsembleStep, 'origin' | 'scores' | 'sums'>;

const asIs: Round = (value) => value;

/** Margins, what the link makes of them, and for a classifier the labels. */
export function prepareBooster(step: MarginSource, head: BoosterHead): AnswerScores {
  const { scores: width, sums } = step;
  const round = sums === 'float32' ? Math.fround : asIs;
  const link = prepareLink(head.link, round);
  const { divisor = 1 } = head;
  const shapeOf = (rows: number, columns: number): readonly number[] =>
    head.flat && columns === 1 ? [rows] : [rows, columns];
  const tensor = (data: Float64Array, shape: readonly number[]): Tensor =>
    sums === 'float32'
      ? { dtype: 'float32', shape, data: Float32Array.from(data) }
      : { dtype: 'float64', shape, data };
  const classify = head.classes === null ? null : prepareClasses(step, head);
  return (margins, rows) => {
    const linked = link(divisor === 1 ? margins : margins.map((m) => round(m / divisor)), rows, width);
    const margin = tensor(margins, shapeOf(rows, width));
    if (classify === null) {
      const shape = head.link.kind === 'argmax' ? [rows] : shapeOf(rows, width);
      return { predict: tensor(linked, shape), [head.margins]: margin };
    }
    const { labels, chances, classes } = classify(linked, rows);
    return { predict: labels, predict_proba: tensor(chances, [rows, classes]), [head.margins]: margin };
  };
}

interface ClassAnswer {
  readonly labels: Tensor;
  readonly chances: Float64Array;
  readonly classes: number;
}

/** Labels and probabilities of what the link gave. */
function prepareClasses(
  step: MarginSource,
  { classes }: BoosterHead,
): (linked: Float64Array, rows: number) => ClassAnswer {
  const { scores: width, sums } = step;
  if (classes === null) throw new Error('a head without classes');
  const count = classes.values.length;
  const take = prepareLabels(classes);
  if (width > 1 && width !== count) refuseShape(step, 'classes', count, width);
  if (width > 1)
    return (linked, rows) => ({
      labels: take(argmaxRows(linked, rows, width)),
      chances: linked,
      classes: width,
    });
  if (count !== 2) refuseShape(step, 'classes', count, 2);
  const round = sums === 'float32' ? Math.fround : asIs;
  return (linked, rows) => {
    const chances = new Float64Array(2 * rows);
    const indexes = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const positive = linked[row]!;
      chances[2 * row] = round(1 - positive);
      chances[2 * row + 1] = positive;
      indexes[row] = positive > 0.5 ? 1 : 0;
    }
    return { labels: take(indexes), chances, classes: 2 };
  };
}

function prepareLink(link: MarginLink, round: Round): RowLink {
  switch (link.kind) {
    case 'identity':
      return (margins) => margins;
    case 'exp':
      return (margins) => margins.map((margin) => round(Math.exp(margin)));
    case 'log1p-exp':
      return (margins) => margins.map((margin) => round(Math.log1p(round(Math.exp(margin)))));
    case 'signed-square':
      return (margins) => margins.map((margin) => round(round(Math.sign(margin) * margin) * margin));
    case 'hinge':
      return (margins) => margins.map((margin) => (margin > 0 ? 1 : 0));
    case 'argmax':
      return (margins, rows, width) => Float64Array.from(argmaxRows(margins, rows, width));
    case 'sigmoid':
      return (margins) => margins.map((margin) => sigmoidOf(margin, link, round));
    case 'softmax':
      return (margins, rows, width) => softmax(margins, rows, width, round);
    default:
      return assertNever(link);
  }
}

function sigmoidOf(
  margin: number,
  { factor, limit }: Extract<MarginLink, { kind: 'sigmoid' }>,
  round: Round,
): number {
  const exponent = Math.min(-factor * margin, limit);
  return round(1 / round(round(Math.exp(exponent)) + 1));
}

/** `common::Softmax` of XGBoost and of LightGBM: exponentials summed in float64, in their order. */
function softmax(margins: Float64Array, rows: number, width: number, round: Round): Float64Array {
  const out = new Float64Array(rows * width);
  for (let from = 0; from < out.length; from += width) {
    let max = margins[from]!;
    for (let k = from + 1; k < from + width; k++) max = Math.max(max, margins[k]!);
    let sum = 0;
    for (let k = from; k < from + width; k++) {
      out[k] = round(Math.exp(round(margins[k]! - max)));
      sum += out[k]!;
    }
    const divisor = round(sum);
    for (let k = from; k < from + width; k++) out[k] = round(out[k]! / divisor);
  }
  return out;
}
