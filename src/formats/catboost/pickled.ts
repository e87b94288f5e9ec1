import type { CatBoostStep } from '../../model/catboost.ts';
import type { EstimatorView } from '../sklearn/view.ts';
import { readCbm } from './cbm.ts';
import { firstTrees } from './first-trees.ts';
import { wrapperNamed } from './head.ts';
import { lossOf, versionOf } from './info.ts';
import { catboostStep } from './step.ts';

/** A pickled CatBoost object: its state holds the model in the library's binary format. */
export function readPickledCatBoost(view: EstimatorView): CatBoostStep {
  const wrapper = wrapperNamed(view.className) ?? 'CatBoost';
  const bytes = view.required('__model');
  if (!(bytes instanceof Uint8Array)) throw view.invalid('__model', 'no bytes', 'a model as bytes');
  const file = readCbm(bytes, view.reading.budget);
  const release = versionOf(file.info);
  view.reading.writtenBy('catboost', release);
  view.reading.note(
    'info',
    `a model of CatBoost${release === null ? '' : ` ${release}`}: ${file.trees.sizes.length} trees, loss ${lossOf(file.info) || 'unknown'}`,
  );
  return firstTrees(catboostStep(file, wrapper, view.origin), view.reading.iterations);
}
