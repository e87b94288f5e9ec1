import type { ModelStep } from '../../model/step.ts';
import type { LabelSet } from '../../model/tensor.ts';
import { notFitted } from '../failure.ts';
import { isType } from '../pickle/value.ts';
import { toNumber } from '../sklearn/arrays.ts';
import { show } from '../sklearn/show.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import { iterationsOf, type LightgbmModel, readModelText } from './model-text.ts';
import { boosterSteps } from './steps.ts';

/** A pickled `Booster`: its state holds the text that `save_model` would write, with every iteration of training. */
export function readBooster(view: EstimatorView): ModelStep {
  return stepsOf(view, view, null);
}

/**
 * LGBMClassifier, LGBMRegressor, LGBMRanker: the answers of their booster; a classifier's through the labels of its
 * `_le`. A function of the user's own as the objective makes raw scores of all of them (`LGBMModel.predict`).
 */
export function readLgbmModel(view: EstimatorView): ModelStep {
  const booster = view.get('_Booster');
  if (booster === undefined || booster === null) throw notFitted(view.origin, '_Booster');
  if (view.child('_Booster').has('_handle')) refuseEarlyStop(view);
  const isClassifier = view.className === 'LGBMClassifier';
  const ownObjective = isCallable(view.get('_objective')) || isCallable(view.get('objective'));
  const classes = isClassifier && !ownObjective ? classesOf(view) : null;
  return stepsOf(view, view.child('_Booster'), classes);
}

const isCallable = (value: ReturnType<EstimatorView['get']>): boolean =>
  isType(value, 'global') || isType(value, 'object');

function classesOf(view: EstimatorView): LabelSet {
  const encoder = view.get('_le');
  return encoder === undefined || encoder === null
    ? view.labels('_classes')
    : view.child('_le').labels('classes_');
}

/** From version 4 on wrappers hand their parameters to `predict`, where this one leaves trees out row by row. */
function refuseEarlyStop(view: EstimatorView): void {
  const value = view.get('pred_early_stop');
  if (value !== undefined && value !== null && toNumber(value) !== 0)
    throw view.unsupported('pred_early_stop', show(value), 'False is');
}

function stepsOf(view: EstimatorView, booster: EstimatorView, classes: LabelSet | null): ModelStep {
  return boosterSteps(modelOf(booster), { ...view.base(), featureNames: null }, { classes });
}

function modelOf(view: EstimatorView): LightgbmModel {
  // `handle` up to 3.3, `_handle` from 4.0 on.
  const text = view.get('_handle', 'handle');
  if (text === undefined || text === null) throw notFitted(view.origin, '_handle');
  if (typeof text !== 'string') throw view.invalid('_handle', show(text), 'the text of a model');
  const what = `the text of ${view.origin.path || 'the booster'}`;
  const { budget } = view.reading;
  budget.charge(text.length, what, view.origin.offset);
  // Where training stopped early, `predict` takes the iterations up to the best one.
  const best = toNumber(view.get('best_iteration') ?? null) ?? 0;
  const { iterations } = view.reading;
  const model = readModelText(new TextEncoder().encode(text), what, budget, iterations ?? best);
  view.chosenIterations(iterationsOf(model));
  return model;
}
