import type { Calibration, Calibrator } from '../../model/calibration.ts';
import type { CalibratedStep } from '../../model/step.ts';
import type { Matrix } from '../../model/tensor.ts';
import { allocateCells, checkNumbers } from './block.ts';
import { prepareMembers, weightedSums } from './ensemble.ts';
import { type EvaluatorContext, refuseShape, type StepEvaluator } from './evaluator.ts';
import { prepareCurve } from './isotonic.ts';
import { prepareLabels } from './labels.ts';
import { argmaxRows, divideRow, expit, numpyRowSum, softmaxRows } from './links.ts';

/** Probabilities just above 1 are 1 (`_CalibratedClassifier.predict_proba`). */
const SLIGHTLY_ABOVE = 1 + 1e-5;
/** Keeps the logarithm of a probability of 0 finite (`_convert_to_logits`). */
const EPS = 1e-12;

/** Mean of the members' calibrated probabilities, summed in their order. */
export function prepareCalibrated(step: CalibratedStep, context: EvaluatorContext): StepEvaluator {
  const classes = step.classes.values.length;
  const answers = prepareMembers(step.members, context);
  const calibrate = step.calibrations.map((one) => prepareCalibration(step, one, classes));
  const take = prepareLabels(step.classes);
  return {
    outputs: (input) => {
      const { rows } = input;
      const parts = answers(input).map((scores, i) => calibrate[i]!(scores));
      const data = weightedSums(step, parts, null, classes);
      for (let k = 0; k < data.length; k++) data[k]! /= parts.length;
      return {
        predict: take(argmaxRows(data, rows, classes)),
        predict_proba: { dtype: 'float64', shape: [rows, classes], data },
      };
    },
  };
}

type Calibrate = (scores: Matrix) => Matrix;

function prepareCalibration(step: CalibratedStep, calibration: Calibration, classes: number): Calibrate {
  const probabilities =
    calibration.kind === 'temperature'
      ? prepareTemperature(step, calibration, classes)
      : prepareColumns(step, calibration, classes);
  return (scores) => {
    const data = probabilities(scores);
    for (let k = 0; k < data.length; k++) if (data[k]! > 1 && data[k]! <= SLIGHTLY_ABOVE) data[k] = 1;
    return { rows: scores.rows, cols: classes, data };
  };
}

type Columns = Extract<Calibration, { kind: 'columns' }>;
type Temperature = Extract<Calibration, { kind: 'temperature' }>;

function prepareColumns(
  step: CalibratedStep,
  { places, calibrators }: Columns,
  classes: number,
): (scores: Matrix) => Float64Array {
  const curves = calibrators.map(prepareCalibrator);
  const refuses = calibrators.some(({ kind }) => kind === 'isotonic');
  return (scores) => {
    const { rows, cols, data } = scores;
    if (cols !== places.length) refuseShape(step, 'calibrators', places.length, cols);
    if (refuses) checkNumbers({ kind: 'dense', ...scores }, ['score'], 'refused');
    const out = allocateCells(rows * classes);
    for (let row = 0; row < rows; row++) {
      const base = row * classes;
      for (let k = 0; k < cols; k++) out[base + places[k]!] = curves[k]!(data[row * cols + k]!);
      if (classes === 2) out[base] = 1 - out[base + 1]!;
      else normalise(out, base, classes);
    }
    return out;
  };
}

function prepareCalibrator(calibrator: Calibrator): (score: number) => number {
  if (calibrator.kind === 'sigmoid') {
    const { slope, offset } = calibrator;
    return (score) => expit(-(slope * score + offset));
  }
  const at = prepareCurve(calibrator.curve);
  return (score) => at(score) ?? Number.NaN;
}

function normalise(out: Float64Array, base: number, classes: number): void {
  const sum = numpyRowSum(out, base, classes);
  if (sum === 0) out.fill(1 / classes, base, base + classes);
  else divideRow(out, base, classes, sum);
}

function prepareTemperature(
  step: CalibratedStep,
  { inverse, scores: kind }: Temperature,
  classes: number,
): (scores: Matrix) => Float64Array {
  const wanted = classes === 2 ? 1 : classes;
  const logit =
    kind === 'decisions' ? (score: number) => score : (probability: number) => Math.log(probability + EPS);
  return (scores) => {
    const { rows, cols, data } = scores;
    if (cols !== wanted) refuseShape(step, 'calibrators', wanted, cols);
    checkNumbers({ kind: 'dense', ...scores }, ['score'], 'refused');
    const logits = allocateCells(rows * classes);
    if (classes !== 2) for (let k = 0; k < logits.length; k++) logits[k] = inverse * logit(data[k]!);
    else
      for (let row = 0; row < rows; row++) {
        const score = data[row]!;
        logits[row * 2] = inverse * logit(kind === 'decisions' ? -score : 1 - score);
        logits[row * 2 + 1] = inverse * logit(score);
      }
    return softmaxRows(logits, rows, classes);
  };
}
