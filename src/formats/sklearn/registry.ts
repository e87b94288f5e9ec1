import { readPickledCatBoost } from '../catboost/pickled.ts';
import {
  readCounts,
  readMatrixCodes,
  readOrdinalCodes,
  readTargetCodes,
  readTargetMeans,
} from '../category-encoders/readers.ts';
import { FEATURE_ENGINE_FAMILIES } from '../feature-engine/families.ts';
import { readBooster, readLgbmModel } from '../lightgbm/pickled.ts';
import { readDataFrameMapper } from '../sklearn-pandas/mapper.ts';
import { SKLEARN2PMML_FAMILIES } from '../sklearn2pmml/families.ts';
import { readXgbModel, readXgboostBooster } from '../xgboost/pickled.ts';
import { ADABOOST_FAMILIES } from './adaboost.ts';
import { BAGGING_FAMILIES } from './bagging.ts';
import { CALIBRATION_FAMILIES } from './calibration.ts';
import { CENTRE_FAMILIES } from './centres.ts';
import {
  readColumnTransformer,
  readFeatureUnion,
  readImbalancedPipeline,
  readPipeline,
} from './composition.ts';
import { COUNT_SKETCH_FAMILIES } from './count-sketch.ts';
import { CROSS_DECOMPOSITION_FAMILIES } from './cross-decomposition.ts';
import { DECOMPOSITION_FAMILIES } from './decomposition.ts';
import { DENSE_LAYERS_FAMILIES } from './dense-layers.ts';
import { DISCRIMINANT_FAMILIES } from './discriminant.ts';
import { DISTRIBUTION_FAMILIES } from './distribution.ts';
import { readDummyClassifier, readDummyRegressor } from './dummy.ts';
import { readLabelEncoder, readOneHotEncoder, readOrdinalEncoder, readTargetEncoder } from './encoding.ts';
import { type Family, family, library } from './family.ts';
import { readForest } from './forest.ts';
import { FOURIER_FEATURES_FAMILIES } from './fourier-features.ts';
import { readFunctionTransformer } from './function.ts';
import { GAUSSIAN_FAMILIES } from './gaussian.ts';
import { readGradientBoosting } from './gradient-boosting.ts';
import { readHistGradientBoosting } from './hist-gradient-boosting.ts';
import { readMissingIndicator, readSimpleImputer } from './imputation.ts';
import { ISOLATION_FAMILIES } from './isolation-forest.ts';
import { ISOTONIC_FAMILIES } from './isotonic.ts';
import { ITERATIVE_IMPUTATION_FAMILIES } from './iterative-imputation.ts';
import { KERNEL_DENSITY_FAMILIES } from './kernel-density.ts';
import { KERNEL_FAMILIES } from './kernel-methods.ts';
import { KNN_IMPUTATION_FAMILIES } from './knn-imputation.ts';
import { LABEL_BINARIZER_FAMILIES } from './label-binarizer.ts';
import { LABEL_PROPAGATION_FAMILIES } from './label-propagation.ts';
import {
  readLinearRegressor,
  readLogisticRegression,
  readRansac,
  readRidgeClassifier,
  readScoringClassifier,
  readSgdClassifier,
} from './linear.ts';
import { LOCAL_OUTLIER_FAMILIES } from './local-outlier.ts';
import { MULTI_OUTPUT_FAMILIES } from './multi-output.ts';
import { MULTICLASS_FAMILIES } from './multiclass.ts';
import { NAIVE_BAYES_FAMILIES } from './naive-bayes.ts';
import { NEIGHBORS_FAMILIES } from './neighbors.ts';
import { POLYNOMIAL_FAMILIES } from './polynomial.ts';
import { RADIUS_NEIGHBORS_FAMILIES } from './radius-neighbors.ts';
import type { Reader } from './reading.ts';
import {
  readMaxAbsScaler,
  readMinMaxScaler,
  readNormalizer,
  readRobustScaler,
  readStandardScaler,
} from './scaling.ts';
import { readSearch } from './search.ts';
import { SELECTION_FAMILIES } from './selection.ts';
import { SPARSE_CODING_FAMILIES } from './sparse-coding.ts';
import { SPLINE_FAMILIES } from './spline.ts';
import { STACKING_FAMILIES } from './stacking.ts';
import { SUPPORT_VECTOR_FAMILIES } from './support-vectors.ts';
import { TEXT_FAMILIES } from './text.ts';
import { TOPIC_FAMILIES } from './topics.ts';
import { readTree } from './tree.ts';
import { VOTING_FAMILIES } from './voting.ts';
import { WRAPPED_PREDICTOR_FAMILIES } from './wrapped-predictor.ts';

const LINEAR_REGRESSORS = [
  'LinearRegression',
  'Ridge',
  'RidgeCV',
  'Lasso',
  'LassoCV',
  'ElasticNet',
  'ElasticNetCV',
  'Lars',
  'LarsCV',
  'LassoLars',
  'LassoLarsCV',
  'LassoLarsIC',
  'MultiTaskLasso',
  'MultiTaskLassoCV',
  'MultiTaskElasticNet',
  'MultiTaskElasticNetCV',
  'OrthogonalMatchingPursuit',
  'OrthogonalMatchingPursuitCV',
  'BayesianRidge',
  'ARDRegression',
  'HuberRegressor',
  'TheilSenRegressor',
  'QuantileRegressor',
  'SGDRegressor',
  'PassiveAggressiveRegressor',
];

/** Every class read, by the package that has held it from 0.18 on. */
export const FAMILIES: readonly Family[] = [
  family('preprocessing', readStandardScaler, 'StandardScaler'),
  family('preprocessing', readMinMaxScaler, 'MinMaxScaler'),
  family('preprocessing', readMaxAbsScaler, 'MaxAbsScaler'),
  family('preprocessing', readRobustScaler, 'RobustScaler'),
  family('preprocessing', readNormalizer, 'Normalizer'),
  family('preprocessing', readLabelEncoder, 'LabelEncoder'),
  family('preprocessing', readOneHotEncoder, 'OneHotEncoder'),
  family('preprocessing', readOrdinalEncoder, 'OrdinalEncoder'),
  family('preprocessing', readFunctionTransformer, 'FunctionTransformer'),
  family('impute', readSimpleImputer, 'SimpleImputer'),
  family('compose', readColumnTransformer, 'ColumnTransformer'),
  ...DISTRIBUTION_FAMILIES,
  ...POLYNOMIAL_FAMILIES,
  ...SELECTION_FAMILIES,
  ...SPLINE_FAMILIES,
  family('preprocessing', readTargetEncoder, 'TargetEncoder'),
  family('impute', readMissingIndicator, 'MissingIndicator'),
  family('pipeline', readPipeline, 'Pipeline'),
  family('pipeline', readFeatureUnion, 'FeatureUnion'),
  family(
    'model_selection',
    readSearch,
    'GridSearchCV',
    'RandomizedSearchCV',
    'HalvingGridSearchCV',
    'HalvingRandomSearchCV',
  ),
  ...TEXT_FAMILIES,
  family('linear_model', readLinearRegressor, ...LINEAR_REGRESSORS),
  family('linear_model', readLogisticRegression, 'LogisticRegression', 'LogisticRegressionCV'),
  family('linear_model', readRidgeClassifier, 'RidgeClassifier', 'RidgeClassifierCV'),
  family('linear_model', readSgdClassifier, 'SGDClassifier'),
  family('linear_model', readScoringClassifier, 'Perceptron', 'PassiveAggressiveClassifier'),
  family('linear_model', readRansac, 'RANSACRegressor'),
  family('svm', readScoringClassifier, 'LinearSVC'),
  family('svm', readLinearRegressor, 'LinearSVR'),
  ...SUPPORT_VECTOR_FAMILIES,
  ...KERNEL_FAMILIES,
  ...NEIGHBORS_FAMILIES,
  ...KNN_IMPUTATION_FAMILIES,
  ...LABEL_PROPAGATION_FAMILIES,
  ...LOCAL_OUTLIER_FAMILIES,
  ...RADIUS_NEIGHBORS_FAMILIES,
  ...NAIVE_BAYES_FAMILIES,
  ...DISCRIMINANT_FAMILIES,
  ...DENSE_LAYERS_FAMILIES,
  ...GAUSSIAN_FAMILIES,
  family(
    'tree',
    readTree,
    'DecisionTreeClassifier',
    'DecisionTreeRegressor',
    'ExtraTreeClassifier',
    'ExtraTreeRegressor',
  ),
  family(
    'ensemble',
    readForest,
    'RandomForestClassifier',
    'RandomForestRegressor',
    'ExtraTreesClassifier',
    'ExtraTreesRegressor',
  ),
  family('ensemble', readGradientBoosting, 'GradientBoostingClassifier', 'GradientBoostingRegressor'),
  family(
    'ensemble',
    readHistGradientBoosting,
    'HistGradientBoostingClassifier',
    'HistGradientBoostingRegressor',
  ),
  ...DECOMPOSITION_FAMILIES,
  ...CENTRE_FAMILIES,
  ...KERNEL_DENSITY_FAMILIES,
  ...CROSS_DECOMPOSITION_FAMILIES,
  ...TOPIC_FAMILIES,
  ...COUNT_SKETCH_FAMILIES,
  ...FOURIER_FEATURES_FAMILIES,
  ...SPARSE_CODING_FAMILIES,
  ...ITERATIVE_IMPUTATION_FAMILIES,
  family('lightgbm.basic', readBooster, 'Booster'),
  family('lightgbm.sklearn', readLgbmModel, 'LGBMClassifier', 'LGBMRegressor', 'LGBMRanker'),
  family(
    'catboost.core',
    readPickledCatBoost,
    'CatBoost',
    'CatBoostClassifier',
    'CatBoostRegressor',
    'CatBoostRanker',
  ),
  family('xgboost.core', readXgboostBooster, 'Booster'),
  family(
    'xgboost.sklearn',
    readXgbModel,
    'XGBClassifier',
    'XGBRegressor',
    'XGBRanker',
    'XGBRFClassifier',
    'XGBRFRegressor',
  ),
  library('category_encoders', readOrdinalCodes, 'OrdinalEncoder'),
  library(
    'category_encoders',
    readTargetCodes,
    'TargetEncoder',
    'WOEEncoder',
    'JamesSteinEncoder',
    'MEstimateEncoder',
    'QuantileEncoder',
    'GLMMEncoder',
  ),
  library(
    'category_encoders',
    readMatrixCodes,
    'OneHotEncoder',
    'BinaryEncoder',
    'BaseNEncoder',
    'GrayEncoder',
    'HelmertEncoder',
    'SumEncoder',
    'BackwardDifferenceEncoder',
    'PolynomialEncoder',
  ),
  library('category_encoders', readTargetMeans, 'CatBoostEncoder', 'LeaveOneOutEncoder'),
  library('category_encoders', readCounts, 'CountEncoder'),
  ...FEATURE_ENGINE_FAMILIES,
  library('imblearn.pipeline', readImbalancedPipeline, 'Pipeline'),
  library('imblearn.ensemble', readForest, 'BalancedRandomForestClassifier'),
  library('sklearn_pandas', readDataFrameMapper, 'DataFrameMapper'),
  library('sklearn_pandas', readPipeline, 'TransformerPipeline'),
  ...SKLEARN2PMML_FAMILIES,
  family('dummy', readDummyClassifier, 'DummyClassifier'),
  family('dummy', readDummyRegressor, 'DummyRegressor'),
  ...LABEL_BINARIZER_FAMILIES,
  ...ISOTONIC_FAMILIES,
  ...VOTING_FAMILIES,
  ...CALIBRATION_FAMILIES,
  ...MULTICLASS_FAMILIES,
  ...MULTI_OUTPUT_FAMILIES,
  ...WRAPPED_PREDICTOR_FAMILIES,
  ...ISOLATION_FAMILIES,
  ...STACKING_FAMILIES,
  ...BAGGING_FAMILIES,
  ...ADABOOST_FAMILIES,
];

const READERS: ReadonlyMap<string, Reader> = new Map(
  FAMILIES.flatMap(({ module, classes, read }) =>
    classes.map((name): [string, Reader] => [`${module}:${name}`, read]),
  ),
);

/**
 * Reader of a class by its full name. Only package and class name count: modules between them moved with the releases
 * (`sklearn.ensemble.forest` → `._forest`, `sklearn.ensemble.gradient_boosting` → `._gb`), classes never changed package.
 */
export function readerOf(className: string): Reader | null {
  const parts = className.split('.');
  const name = parts.at(-1);
  return READERS.get(`${parts.slice(0, 2).join('.')}:${name}`) ?? READERS.get(`${parts[0]}:${name}`) ?? null;
}
