import { elementAt } from '../../core/element-at.ts';
import type { Calibration, Calibrator } from '../../model/calibration.ts';
import type { CalibratedStep, Member } from '../../model/step.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { answerSpec, askedMember, baseAround, type HeldPredictor, widthOf } from './ensemble.ts';
import { type Family, family } from './family.ts';
import { readCurve } from './isotonic.ts';
import type { EstimatorView } from './view.ts';

/** CalibratedClassifierCV: classifiers fitted on folds, or one for all, each with its calibrators. */
function readCalibrated(view: EstimatorView): CalibratedStep | null {
  const classes = view.labels('classes_');
  const items = view.items('calibrated_classifiers_');
  if (items.length === 0) throw view.invalid('calibrated_classifiers_', 'empty', 'at least one');
  const parts = items.map((item, i) => {
    const path = view.pathTo(`calibrated_classifiers_[${i}]`);
    return readPart(view.reading.view(item, path, view.release), classes, i);
  });
  if (!parts.every((part) => part !== null)) return null;
  return {
    kind: 'calibrated',
    ...baseAround(
      view,
      parts.map(({ member }) => member),
    ),
    classes,
    members: parts.map(({ member }) => member),
    calibrations: parts.map(({ calibration }) => calibration),
  };
}

interface CalibratedPart {
  readonly member: Member;
  readonly calibration: Calibration;
}

/** `_CalibratedClassifier`: `estimator` was `base_estimator` before 1.2, `calibrators` had an underscore before 0.24. */
function readPart(view: EstimatorView, classes: LabelSet, index: number): CalibratedPart | null {
  const step = view.step(view.has('estimator') ? 'estimator' : 'base_estimator');
  if (step === null) return null;
  const method = view.choice('method', ['sigmoid', 'isotonic', 'temperature']);
  const calibrators = view
    .items('calibrators', 'calibrators_')
    .map((item, i) => view.reading.view(item, view.pathTo(`calibrators[${i}]`), view.release));
  const { member, places } = scoresOf(view, { name: String(index), step }, classes, method === 'temperature');
  if (method === 'temperature')
    return { member, calibration: temperatureOf(view, calibrators, member, places) };
  if (calibrators.length !== places.length)
    throw view.invalid('calibrators', `${calibrators.length} calibrators`, `${places.length}, one a column`);
  return { member, calibration: { kind: 'columns', places, calibrators: calibrators.map(readCalibrator) } };
}

/**
 * What a classifier is asked, and the class of each column: `decision_function` where it has one. With a temperature it was
 * fitted on the places of classes.
 */
function scoresOf(
  view: EstimatorView,
  held: HeldPredictor,
  classes: LabelSet,
  encoded: boolean,
): { readonly member: Member; readonly places: readonly number[] } {
  const method = answerSpec(held.step, 'decision_function') === null ? 'predict_proba' : 'decision_function';
  const known = answerSpec(held.step, 'predict')?.classes ?? null;
  const isPair = classes.values.length === 2;
  const from = isPair && method === 'predict_proba' ? 1 : 0;
  const member = askedMember(view, held, method, { from });
  if (answerSpec(held.step, method)?.dtype === 'float32')
    throw view.unsupported(
      method,
      'in float32, which NumPy 1 calibrates in float32, NumPy 2 in float64',
      'float64 is',
    );
  const all: readonly unknown[] = encoded ? [...classes.values.keys()] : classes.values;
  const places = isPair ? [1] : (known?.values ?? []).map((label) => all.indexOf(label));
  if (known === null || (!encoded && known.type !== classes.type) || places.includes(-1))
    throw view.invalid('estimator.classes_', 'others than the classes of all', 'some of them');
  if (known.values.length < Math.min(3, classes.values.length))
    throw view.unsupported(
      'estimator.classes_',
      `${known.values.length} of ${all.length} classes`,
      'three are',
    );
  const width = widthOf(view, member);
  if (width !== places.length)
    throw view.unsupported(method, `${width} columns`, `${places.length}, one a class, are`);
  return { member, places };
}

function temperatureOf(
  view: EstimatorView,
  calibrators: readonly EstimatorView[],
  { method }: Member,
  places: readonly number[],
): Calibration {
  if (calibrators.length !== 1) throw view.invalid('calibrators', `${calibrators.length} of them`, 'one');
  if (places.some((place, k) => place !== k && places.length > 1))
    throw view.unsupported('estimator.classes_', 'some of the classes', 'all are');
  return {
    kind: 'temperature',
    inverse: elementAt(calibrators, 0).number('beta_'),
    scores: method === 'predict_proba' ? 'probabilities' : 'decisions',
  };
}

function readCalibrator(view: EstimatorView): Calibrator {
  switch (view.className) {
    case '_SigmoidCalibration':
      return { kind: 'sigmoid', slope: view.number('a_'), offset: view.number('b_') };
    case 'IsotonicRegression':
      return { kind: 'isotonic', curve: clippedCurve(view) };
    default:
      throw view.unsupported(
        'the class',
        view.origin.class,
        '_SigmoidCalibration and IsotonicRegression are',
      );
  }
}

function clippedCurve(view: EstimatorView) {
  const curve = readCurve(view);
  if (curve.outOfBounds !== 'clip') throw view.unsupported('out_of_bounds', curve.outOfBounds, "'clip' is");
  return curve;
}

export const CALIBRATION_FAMILIES: readonly Family[] = [
  family('calibration', readCalibrated, 'CalibratedClassifierCV'),
];
