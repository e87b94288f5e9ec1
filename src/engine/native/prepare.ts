import type { ModelStep } from '../../model/step.ts';
import { ADABOOST_PREPARERS } from './adaboost.ts';
import { prepareCalibrated } from './calibration.ts';
import { prepareCatBoost } from './catboost/ensemble.ts';
import { CENTRE_PREPARERS } from './centres.ts';
import { COUNT_SKETCH_PREPARERS } from './count-sketch.ts';
import { DENSE_LAYERS_PREPARERS } from './dense-layers.ts';
import { DISTRIBUTION_PREPARERS } from './distribution.ts';
import { preparePredictions } from './ensemble.ts';
import type { StepPreparers } from './evaluator.ts';
import { FOURIER_FEATURES_PREPARERS } from './fourier-features.ts';
import { GAUSSIAN_PREPARERS } from './gaussian.ts';
import { GAUSSIAN_PROCESS_PREPARERS } from './gaussian-process.ts';
import { prepareIsolationForest } from './isolation-forest.ts';
import { ISOTONIC_PREPARERS } from './isotonic.ts';
import { ITERATIVE_IMPUTATION_PREPARERS } from './iterative-imputation.ts';
import { KERNEL_DENSITY_PREPARERS } from './kernel-density.ts';
import { LABEL_BINARIZER_PREPARERS } from './label-binarizer.ts';
import { MULTI_OUTPUT_PREPARERS } from './multi-output.ts';
import { MULTICLASS_PREPARERS } from './multiclass.ts';
import { prepareCategoricalNb } from './naive-bayes.ts';
import { KNN_IMPUTATION_PREPARERS } from './neighbors/knn-imputation.ts';
import { LABEL_PROPAGATION_PREPARERS } from './neighbors/label-propagation.ts';
import { LOCAL_OUTLIER_PREPARERS } from './neighbors/local-outlier.ts';
import { NEIGHBORS_PREPARERS } from './neighbors/neighbors.ts';
import { preparePmml } from './pmml/prepare.ts';
import { POLYNOMIAL_PREPARERS } from './polynomial.ts';
import { COMMON_PREPARERS, preparingWith } from './prepare-common.ts';
import { PROJECTING_PREPARERS } from './projecting.ts';
import { QUADRATIC_PREPARERS } from './quadratic.ts';
import { SPARSE_CODING_PREPARERS } from './sparse-coding.ts';
import { prepareStacking } from './stacking.ts';
import { SUPPORT_VECTOR_PREPARERS } from './support-vectors.ts';
import { TEXT_PREPARERS } from './text/prepare.ts';
import { TOPIC_PREPARERS } from './topics.ts';
import { prepareVoting } from './voting.ts';
import { WRAPPED_PREDICTOR_PREPARERS } from './wrapped-predictor.ts';

/** What makes every kind of step ready; the compiler asks for every kind of the union. */
const PREPARERS: StepPreparers<ModelStep> = {
  ...COMMON_PREPARERS,
  ...LABEL_BINARIZER_PREPARERS,
  ...ISOTONIC_PREPARERS,
  ...TEXT_PREPARERS,
  ...SUPPORT_VECTOR_PREPARERS,
  ...GAUSSIAN_PROCESS_PREPARERS,
  'categorical-nb': prepareCategoricalNb,
  ...QUADRATIC_PREPARERS,
  ...CENTRE_PREPARERS,
  ...KERNEL_DENSITY_PREPARERS,
  ...DENSE_LAYERS_PREPARERS,
  ...TOPIC_PREPARERS,
  ...COUNT_SKETCH_PREPARERS,
  ...FOURIER_FEATURES_PREPARERS,
  ...SPARSE_CODING_PREPARERS,
  ...ITERATIVE_IMPUTATION_PREPARERS,
  ...PROJECTING_PREPARERS,
  catboost: prepareCatBoost,
  ...DISTRIBUTION_PREPARERS,
  ...POLYNOMIAL_PREPARERS,
  pmml: preparePmml,
  predictions: preparePredictions,
  voting: prepareVoting,
  calibrated: prepareCalibrated,
  ...MULTICLASS_PREPARERS,
  ...MULTI_OUTPUT_PREPARERS,
  ...WRAPPED_PREDICTOR_PREPARERS,
  ...KNN_IMPUTATION_PREPARERS,
  ...LABEL_PROPAGATION_PREPARERS,
  ...LOCAL_OUTLIER_PREPARERS,
  ...NEIGHBORS_PREPARERS,
  stacking: prepareStacking,
  'isolation-forest': prepareIsolationForest,
  ...ADABOOST_PREPARERS,
  ...GAUSSIAN_PREPARERS,
};

export const prepareStep = preparingWith(PREPARERS);
