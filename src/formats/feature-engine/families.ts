import { readPipeline } from '../sklearn/composition.ts';
import { type Family, library } from '../sklearn/family.ts';
import {
  readArcsin,
  readArcsinh,
  readBoxCox,
  readCaps,
  readIntervals,
  readLogarithm,
  readMeanNormalization,
  readPower,
  readReciprocal,
  readShiftedLogarithm,
  readTreeIntervals,
  readYeoJohnson,
} from './column-formulas.ts';
import { readCategoryNumbers, readDummies, readFrequentCategories, readTreeCodes } from './encoders.ts';
import { readFills, readMissingIndicators } from './imputers.ts';
import { readAggregates, readCycles, readRelations } from './new-columns.ts';
import { readDrop, readWrapper } from './selection.ts';

/** What is read of feature_engine. */
export const FEATURE_ENGINE_FAMILIES: readonly Family[] = [
  library(
    'feature_engine.encoding',
    readCategoryNumbers,
    'OrdinalEncoder',
    'CountFrequencyEncoder',
    'MeanEncoder',
    'WoEEncoder',
  ),
  library('feature_engine.encoding', readTreeCodes, 'DecisionTreeEncoder'),
  library('feature_engine.encoding', readFrequentCategories, 'RareLabelEncoder'),
  library('feature_engine.encoding', readDummies, 'OneHotEncoder'),
  library(
    'feature_engine.imputation',
    readFills,
    'MeanMedianImputer',
    'ArbitraryNumberImputer',
    'EndTailImputer',
    'CategoricalImputer',
  ),
  library('feature_engine.imputation', readMissingIndicators, 'AddMissingIndicator'),
  library(
    'feature_engine.selection',
    readDrop,
    'DropFeatures',
    'DropConstantFeatures',
    'DropDuplicateFeatures',
    'DropCorrelatedFeatures',
    'SmartCorrelatedSelection',
  ),
  library('feature_engine.transformation', readLogarithm, 'LogTransformer'),
  library('feature_engine.transformation', readShiftedLogarithm, 'LogCpTransformer'),
  library('feature_engine.transformation', readPower, 'PowerTransformer'),
  library('feature_engine.transformation', readReciprocal, 'ReciprocalTransformer'),
  library('feature_engine.transformation', readArcsin, 'ArcsinTransformer'),
  library('feature_engine.transformation', readArcsinh, 'ArcSinhTransformer'),
  library('feature_engine.transformation', readBoxCox, 'BoxCoxTransformer'),
  library('feature_engine.transformation', readYeoJohnson, 'YeoJohnsonTransformer'),
  library('feature_engine.scaling', readMeanNormalization, 'MeanNormalizationScaler'),
  library('feature_engine.outliers', readCaps, 'Winsorizer', 'ArbitraryOutlierCapper'),
  library(
    'feature_engine.discretisation',
    readIntervals,
    'EqualWidthDiscretiser',
    'EqualFrequencyDiscretiser',
    'ArbitraryDiscretiser',
  ),
  library('feature_engine.discretisation', readTreeIntervals, 'DecisionTreeDiscretiser'),
  library('feature_engine.pipeline', readPipeline, 'Pipeline'),
  library('feature_engine.creation', readCycles, 'CyclicalFeatures'),
  library('feature_engine.creation', readAggregates, 'MathFeatures'),
  library('feature_engine.creation', readRelations, 'RelativeFeatures'),
  library('feature_engine.wrappers', readWrapper, 'SklearnTransformerWrapper'),
];
