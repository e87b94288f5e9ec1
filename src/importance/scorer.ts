import type { Refusal } from '../explain/sampling/plan-choice.ts';
import type { ColumnBatch } from '../model/batch.ts';
import type { OutputSpec, Signature } from '../model/signature.ts';
import type { LabelSet } from '../model/tensor.ts';
import type { MetricMeasurement } from '../monitor/accuracy/metrics/metric-measurement.ts';
import { canonicalLabel } from '../text/label.ts';
import { type AnsweringEngine, eachAnswer, numbersAnswered } from './model-answers.ts';
import { type Scoring, scoringRule } from './scoring.ts';
import { classIndices, classTruth, type LabelColumn, numberTruth } from './truth.ts';

/** What is scored, by which labels of its rows. */
export interface LabelledModel {
  readonly engine: AnsweringEngine;
  readonly signature: Signature;
  readonly labels: LabelColumn;
}

/** The score of a batch; higher is better. */
export type Scorer = (batch: ColumnBatch) => Promise<number>;

/** What an estimator of scikit-learn is scored by where nothing is said: accuracy of classes, R² of numbers. */
export const usualScoring = ({ classes }: Signature): Scoring => (classes === null ? 'r2' : 'accuracy');

/** Of float32 probabilities, as scikit-learn keeps them off 0 and 1. */
const EPSILON32 = 2 ** -23;
/** What a model that answers one probability is scored by. */
const TWO_CLASSES: LabelSet = { type: 'int', values: [0, 1] };

/**
 * Scores batches of as many rows as there are labels. Errors: INPUT_INVALID for a label that is none, what `refuse` makes where the
 * model does not answer what the score is of, or the labels tell nothing.
 */
export function scorerOf(name: Scoring, model: LabelledModel, refuse: Refusal): Scorer {
  const { signature, engine, labels } = model;
  const rule = scoringRule(name);
  const weight = new Float64Array(labels.values.length).fill(1);
  const told = ({ value }: MetricMeasurement): number => {
    if (Number.isFinite(value)) return rule.sign * value;
    throw refuse(
      `${name} says nothing of these rows: their labels do not vary, or lack a class`,
      'Give rows with labels of every class, or that vary; or another --scoring',
    );
  };
  if (rule.of === 'numbers') {
    const output = numberOutput(signature, name, refuse);
    const truth = numberTruth(labels);
    return async (batch) => {
      const predicted = await numbersAnswered(engine, batch, output.name);
      return told(rule.measure({ task: 'regression', truth, predicted, weight }));
    };
  }
  const classes = signature.classes ?? TWO_CLASSES;
  const truth = classTruth(labels, classes);
  const names = classes.values.map(String);
  if (rule.of === 'labels') {
    const predict = labelReader(model, name, refuse);
    return async (batch) => {
      const predicted = await predict(batch);
      return told(
        rule.measure({ task: 'multiclass', classes: names, truth, predicted, probabilities: null, weight }),
      );
    };
  }
  if (rule.of === 'probabilities') {
    const read = probabilityReader(model, name, refuse);
    const predicted = new Int32Array(truth.length);
    return async (batch) => {
      const probabilities = await read(batch);
      return told(
        rule.measure({ task: 'multiclass', classes: names, truth, predicted, probabilities, weight }),
      );
    };
  }
  if (names.length !== 2)
    throw refuse(
      `${name} is of two classes, and it has ${names.length}`,
      'Give --scoring accuracy, roc_auc_ovr or neg_log_loss',
    );
  const read = positiveReader(model, name, rule.of === 'decision', refuse);
  const isSecond = Float64Array.from(truth);
  return async (batch) => {
    const score = await read(batch);
    return told(rule.measure({ task: 'binary', truth: isSecond, predicted: isSecond, score, weight }));
  };
}

const isFloat = ({ dtype }: OutputSpec): boolean => dtype.startsWith('float');
const isOneNumber = ({ shape }: OutputSpec): boolean =>
  shape.length === 1 || (shape.length === 2 && shape[1] === 1);

function numberOutput({ outputs, classes }: Signature, name: Scoring, refuse: Refusal): OutputSpec {
  const output = outputs.find(
    (spec) => isFloat(spec) && isOneNumber(spec) && spec.parts === undefined && spec.classes === undefined,
  );
  if (classes === null && output !== undefined) return output;
  throw classes === null
    ? refuse(`${name} is of one number a row, and it answers none`, 'Explain a model that answers one number')
    : refuse(`${name} is of numbers, and it answers classes`, 'Give --scoring accuracy');
}

/** Answered labels as indices of classes. */
function labelReader({ engine, signature }: LabelledModel, name: Scoring, refuse: Refusal) {
  const { classes, outputs } = signature;
  const output = outputs.find(
    (spec) =>
      spec.shape.length === 1 && spec.classes !== undefined && !/decision|raw|margin/i.test(spec.name),
  );
  if (classes === null || output === undefined)
    throw refuse(`${name} is of classes, and it answers no labels`, 'Give --scoring r2 or roc_auc');
  const indices = classIndices(classes);
  return async (batch: ColumnBatch): Promise<Int32Array> => {
    const predicted = new Int32Array(batch.rows);
    let row = 0;
    await eachAnswer(engine, batch, output.name, ({ data }) => {
      for (const label of data) predicted[row++] = indices.get(canonicalLabel(String(label))) ?? -1;
    });
    return predicted;
  };
}

/** A probability for each class, row after row. */
function probabilityReader(
  model: LabelledModel,
  name: Scoring,
  refuse: Refusal,
): (batch: ColumnBatch) => Promise<Float64Array> {
  const { engine, signature } = model;
  const { classes, outputs } = signature;
  if (classes === null) {
    const output = numberOutput(signature, name, refuse);
    return async (batch) => {
      const positive = await numbersAnswered(engine, batch, output.name);
      if (positive.some((p) => !(p >= 0 && p <= 1)))
        throw refuse(`${name} is of probabilities, and ${output.name} is none`, 'Give --scoring r2');
      return Float64Array.from({ length: 2 * batch.rows }, (_, k) =>
        k % 2 === 1 ? positive[k >> 1]! : 1 - positive[k >> 1]!,
      );
    };
  }
  const output = outputs.find(
    (spec) =>
      isFloat(spec) &&
      spec.parts === undefined &&
      spec.shape.length === 2 &&
      spec.shape[1] === classes.values.length &&
      /proba/i.test(spec.name),
  );
  if (output === undefined)
    throw refuse(`${name} is of probabilities, and it answers none`, 'Give --scoring accuracy');
  if (name !== 'neg_log_loss' || output.dtype !== 'float32')
    return (batch) => numbersAnswered(engine, batch, output.name);
  return async (batch) =>
    (await numbersAnswered(engine, batch, output.name)).map((p) =>
      Math.min(1 - EPSILON32, Math.max(EPSILON32, p)),
    );
}

/** What grows with the chance of the second class: `decision_function` where it will do and there is one, else its probability. */
function positiveReader(
  model: LabelledModel,
  name: Scoring,
  isDecision: boolean,
  refuse: Refusal,
): (batch: ColumnBatch) => Promise<Float64Array> {
  const { engine, signature } = model;
  const decision = signature.outputs.find(
    (spec) => spec.name === 'decision_function' && isOneNumber(spec) && isFloat(spec),
  );
  if (isDecision && decision !== undefined) return (batch) => numbersAnswered(engine, batch, decision.name);
  const read = probabilityReader(model, name, refuse);
  return async (batch) => (await read(batch)).filter((_, k) => k % 2 === 1);
}
