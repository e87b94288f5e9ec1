import type { ModelStep } from '../model/step.ts';
import { ADABOOST_COMPILERS } from './adaboost.ts';
import { arithmetic } from './arithmetic.ts';
import { calibrated } from './calibration.ts';
import { catboost } from './catboost.ts';
import { CENTRE_COMPILERS } from './centres.ts';
import type { StepCompiler, StepCompilers } from './compiler.ts';
import { COMPOSITION_COMPILERS } from './composition.ts';
import { COUNT_SKETCH_COMPILERS } from './count-sketch.ts';
import { DECOMPOSITION_COMPILERS } from './decomposition.ts';
import { DENSE_LAYERS_COMPILERS } from './dense-layers.ts';
import { DISTRIBUTION_COMPILERS } from './distribution.ts';
import { valueDomain } from './domain.ts';
import { dummy } from './dummy.ts';
import { ENCODING_COMPILERS } from './encoding.ts';
import { predictions } from './ensemble.ts';
import { FOURIER_FEATURES_COMPILERS } from './fourier-features.ts';
import { functionTransformer } from './function.ts';
import { GAUSSIAN_COMPILERS } from './gaussian.ts';
import { GAUSSIAN_PROCESS_COMPILERS } from './gaussian-process.ts';
import { simpleImputer } from './imputation.ts';
import { isolationForest } from './isolation-forest.ts';
import { ISOTONIC_COMPILERS } from './isotonic.ts';
import { ITERATIVE_IMPUTATION_COMPILERS } from './iterative-imputation.ts';
import { KERNEL_DENSITY_COMPILERS } from './kernel-density.ts';
import { LABEL_BINARIZER_COMPILERS } from './label-binarizer.ts';
import { LINEAR_COMPILERS } from './linear.ts';
import { LINEAR_BOOSTER_COMPILERS } from './linear-booster.ts';
import { MULTI_OUTPUT_COMPILERS } from './multi-output.ts';
import { MULTICLASS_COMPILERS } from './multiclass.ts';
import { NAIVE_BAYES_COMPILERS } from './naive-bayes.ts';
import { KNN_IMPUTATION_COMPILERS } from './neighbors/knn-imputation.ts';
import { LABEL_PROPAGATION_COMPILERS } from './neighbors/label-propagation.ts';
import { LOCAL_OUTLIER_COMPILERS } from './neighbors/local-outlier.ts';
import { NEIGHBORS_COMPILERS } from './neighbors/neighbors.ts';
import { pmml } from './pmml.ts';
import { POLYNOMIAL_COMPILERS } from './polynomial.ts';
import { PROJECTING_COMPILERS } from './projecting.ts';
import { QUADRATIC_COMPILERS } from './quadratic.ts';
import { SCALING_COMPILERS } from './scaling.ts';
import { SPARSE_CODING_COMPILERS } from './sparse-coding.ts';
import { stacking } from './stacking.ts';
import { SUPPORT_VECTOR_COMPILERS } from './support-vectors.ts';
import { TEXT_COMPILERS } from './text.ts';
import { TOPIC_COMPILERS } from './topics.ts';
import { treeEnsembleStep } from './tree.ts';
import { voting } from './voting.ts';
import { WRAPPED_PREDICTOR_COMPILERS } from './wrapped-predictor.ts';

/** The compiler of every kind of step; the TypeScript compiler asks for every kind of the union. */
const COMPILERS: StepCompilers<ModelStep> = {
  ...COMPOSITION_COMPILERS,
  ...SCALING_COMPILERS,
  ...DISTRIBUTION_COMPILERS,
  ...POLYNOMIAL_COMPILERS,
  ...ENCODING_COMPILERS,
  ...LABEL_BINARIZER_COMPILERS,
  ...ISOTONIC_COMPILERS,
  'simple-imputer': simpleImputer,
  'value-domain': valueDomain,
  function: functionTransformer,
  arithmetic,
  ...TEXT_COMPILERS,
  ...DECOMPOSITION_COMPILERS,
  ...CENTRE_COMPILERS,
  ...KERNEL_DENSITY_COMPILERS,
  ...LINEAR_BOOSTER_COMPILERS,
  ...LINEAR_COMPILERS,
  ...SUPPORT_VECTOR_COMPILERS,
  ...GAUSSIAN_PROCESS_COMPILERS,
  ...NAIVE_BAYES_COMPILERS,
  ...QUADRATIC_COMPILERS,
  ...DENSE_LAYERS_COMPILERS,
  ...TOPIC_COMPILERS,
  ...COUNT_SKETCH_COMPILERS,
  ...FOURIER_FEATURES_COMPILERS,
  ...SPARSE_CODING_COMPILERS,
  ...ITERATIVE_IMPUTATION_COMPILERS,
  ...PROJECTING_COMPILERS,
  'tree-ensemble': treeEnsembleStep,
  catboost,
  dummy,
  pmml,
  predictions,
  voting,
  calibrated,
  ...MULTICLASS_COMPILERS,
  ...MULTI_OUTPUT_COMPILERS,
  ...WRAPPED_PREDICTOR_COMPILERS,
  ...KNN_IMPUTATION_COMPILERS,
  ...LABEL_PROPAGATION_COMPILERS,
  ...LOCAL_OUTLIER_COMPILERS,
  ...NEIGHBORS_COMPILERS,
  stacking,
  'isolation-forest': isolationForest,
  ...ADABOOST_COMPILERS,
  ...GAUSSIAN_COMPILERS,
};

/** The compiler that fits a step. */
export const compilerOf = (step: ModelStep): StepCompiler<ModelStep> =>
  COMPILERS[step.kind] as StepCompiler<ModelStep>;
