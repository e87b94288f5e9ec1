import type { ModelStep } from '../../model/step.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { notFitted } from '../failure.ts';
import { toNumber } from '../sklearn/arrays.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import { type BoosterModel, outputsOfBooster } from './booster.ts';
import { roundsOfBooster } from './ensemble.ts';
import { readBoosterBytes } from './read-booster.ts';
import { stepsOfBooster } from './steps.ts';
import { bestRounds, wrapperUse } from './wrapper.ts';

/** A pickled `xgboost.core.Booster`: its state holds the buffer of the library. All trees are used, where nothing else was chosen. */
export function readXgboostBooster(view: EstimatorView): ModelStep {
  const model = modelOf(view);
  const rounds = view.chosenIterations(roundsOfBooster(model)) ?? undefined;
  return stepsOfBooster(model, baseOf(view, model), { rounds });
}

/**
 * XGBClassifier, XGBRegressor, XGBRanker and the random forests: the answers of their booster up to its best iteration, a
 * classifier's as labels and probabilities.
 */
export function readXgbModel(view: EstimatorView): ModelStep {
  const handle = view.get('_Booster');
  if (handle === undefined || handle === null) throw notFitted(view.origin, '_Booster');
  const booster = view.child('_Booster');
  const model = modelOf(booster);
  const isClassifier = view.className.endsWith('Classifier');
  const classes = isClassifier ? classesOf(view, model) : null;
  const rounds = view.chosenIterations(roundsOfBooster(model)) ?? roundsOf(view, booster, model);
  const missing = missingOf(view);
  return stepsOfBooster(model, baseOf(view, model), wrapperUse(model, { classes, rounds, missing }));
}

const baseOf = (view: EstimatorView, model: BoosterModel) => ({
  origin: view.origin,
  features: model.features,
  featureNames: model.featureNames,
});

function modelOf(view: EstimatorView): BoosterModel {
  const handle = view.get('handle');
  if (handle === undefined || handle === null) throw notFitted(view.origin, 'handle');
  if (!(handle instanceof Uint8Array)) throw view.invalid('handle', show(handle), 'the buffer of a booster');
  const model = readBoosterBytes(handle, view.reading.budget);
  const version = model.release.text === null ? 'before 1.0' : model.release.text;
  view.reading.writtenBy('xgboost', model.release.text);
  view.reading.note(
    'info',
    `a booster of XGBoost ${version}: ${model.objective}, ${model.booster}, ${model.trees.length} trees`,
  );
  return model;
}

/** Rounds up to the best one: the booster, the wrapper, or an attribute of the model says which. */
function roundsOf(view: EstimatorView, booster: EstimatorView, model: BoosterModel): number | undefined {
  const stated = toNumber(booster.get('best_iteration') ?? view.get('best_iteration') ?? null);
  return bestRounds(model, stated);
}

/** Labels of a classifier: those of its encoder (up to 1.5), its own, or the numbers of its classes. */
function classesOf(view: EstimatorView, model: BoosterModel): LabelSet {
  const encoder = view.get('_le');
  if (encoder !== undefined && encoder !== null) return view.child('_le').labels('classes_');
  const classes = view.get('classes_');
  const labels = classes === undefined || classes === null ? numberedClasses(view) : view.labels('classes_');
  const outputs = outputsOfBooster(model);
  if (outputs > 1 && labels.values.length !== outputs)
    throw view.unsupported(
      'n_classes_',
      `${labels.values.length} for ${outputs} outputs`,
      'one label a row is',
    );
  return labels;
}

const numberedClasses = (view: EstimatorView): LabelSet => ({
  type: 'int',
  values: Array.from({ length: Math.min(view.count('n_classes_'), 100_000) }, (_, k) => k),
});

/** `missing=`, where it is another number than NaN. */
function missingOf(view: EstimatorView): number | null {
  const value = view.get('missing');
  if (value === undefined || value === null) return null;
  const number = toNumber(value);
  if (number === null) throw view.unsupported('missing', show(value), 'a number is');
  return Number.isNaN(number) ? null : Math.fround(number);
}
