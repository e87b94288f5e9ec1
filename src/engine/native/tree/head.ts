import { elementAt } from '../../../core/element-at.ts';
import { assertNever } from '../../../core/errors.ts';
import type { TreeEnsembleStep } from '../../../model/step.ts';
import type { Tensor } from '../../../model/tensor.ts';
import type { TreeHead } from '../../../model/tree.ts';
import { allocateCells } from '../block.ts';
import { refuseShape } from '../evaluator.ts';
import { prepareLabels, stackLabels } from '../labels.ts';
import { argmaxRows, binaryProbabilities, logSumExpRows, softmaxRows } from '../links.ts';
import { prepareBooster } from './booster.ts';
import type { AnswerScores } from './scores.ts';

type Head<K extends TreeHead['kind']> = Extract<TreeHead, { kind: K }>;

/** Makes the last stage of an ensemble ready. */
export function prepareHead(step: TreeEnsembleStep): AnswerScores {
  const { head } = step;
  switch (head.kind) {
    case 'regression':
      return regression(step, head);
    case 'vote':
      return vote(step, head);
    case 'boosted':
      return head.link === 'sigmoid' ? boostedBinary(step, head) : boostedClasses(step, head);
    case 'booster':
      return prepareBooster(step, head);
    default:
      return assertNever(head);
  }
}

function regression({ scores: width }: TreeEnsembleStep, { link, flat }: Head<'regression'>): AnswerScores {
  return (scores, rows) => {
    const data = link === 'exp' ? scores.map(Math.exp) : scores;
    return { predict: { dtype: 'float64', shape: flat ? [rows] : [rows, width], data } };
  };
}

function vote(step: TreeEnsembleStep, head: Head<'vote'>): AnswerScores {
  const { groups } = head;
  const stride = head.stride | 0;
  if (groups.length * stride !== step.scores)
    refuseShape(step, 'scores', step.scores, groups.length * stride);
  for (const { values } of groups)
    if (values.length > stride) refuseShape(step, 'classes_', values.length, stride);
  const takers = groups.map((labels) => ({ labels, take: prepareLabels(labels) }));
  const [one, ...others] = takers;
  const only =
    one !== undefined && others.length === 0 && one.labels.values.length === stride ? one.take : null;
  return (scores, rows) => {
    if (only !== null) {
      const predict = only(argmaxRows(scores, rows, stride));
      return { predict, predict_proba: { dtype: 'float64', shape: [rows, stride], data: scores } };
    }
    const labels = takers.map(({ labels: { values }, take }, group) =>
      take(argmaxRows(scores, rows, values.length, step.scores, group * stride)),
    );
    const proba = groups.map(({ values }, group): Tensor => {
      const data = groupOf(scores, rows, step.scores, group * stride, values.length);
      return { dtype: 'float64', shape: [rows, values.length], data };
    });
    if (groups.length === 1) return { predict: elementAt(labels, 0), predict_proba: elementAt(proba, 0) };
    return { predict: stackLabels(labels, elementAt(groups, 0)), predict_proba: proba };
  };
}

function groupOf(
  scores: Float64Array,
  rows: number,
  stride: number,
  from: number,
  width: number,
): Float64Array {
  const data = allocateCells(rows * width);
  for (let row = 0; row < rows; row++)
    data.set(scores.subarray(row * stride + from, row * stride + from + width), row * width);
  return data;
}

function boostedBinary(
  step: TreeEnsembleStep,
  { classes, factor, positiveAtZero }: Head<'boosted'>,
): AnswerScores {
  if (classes.values.length > 2) refuseShape(step, 'classes_', classes.values.length, 2);
  // 0 where training saw a single class.
  const positive = classes.values.length - 1;
  if (step.scores !== 1) refuseShape(step, 'scores', step.scores, 1);
  const take = prepareLabels(classes);
  return (scores, rows) => {
    const indices = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const score = scores[row]!;
      indices[row] = score > 0 || (positiveAtZero && score === 0) ? positive : 0;
    }
    return {
      predict: take(indices),
      predict_proba: { dtype: 'float64', shape: [rows, 2], data: binaryProbabilities(scores, rows, factor) },
      decision_function: { dtype: 'float64', shape: [rows], data: scores },
    };
  };
}

function boostedClasses(step: TreeEnsembleStep, { classes, link }: Head<'boosted'>): AnswerScores {
  const width = step.scores;
  if (classes.values.length !== width) refuseShape(step, 'classes_', classes.values.length, width);
  const take = prepareLabels(classes);
  const probabilities = link === 'softmax' ? softmaxRows : logSumExpRows;
  return (scores, rows) => ({
    predict: take(argmaxRows(scores, rows, width)),
    predict_proba: { dtype: 'float64', shape: [rows, width], data: probabilities(scores, rows, width) },
    decision_function: { dtype: 'float64', shape: [rows, width], data: scores },
  });
}
