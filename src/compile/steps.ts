import type { ModelStep, StepKind, StepOf } from '../model/step.ts';
import type { StepCompiler } from './compiler.ts';
import { columnTransformer, featureUnion, pipeline } from './composition.ts';
import { kMeans, pca } from './decomposition.ts';
import { dummy } from './dummy.ts';
import { labelEncoder, oneHotCompiler, ordinal } from './encoding.ts';
import { functionTransformer } from './function.ts';
import { simpleImputer } from './imputation.ts';
import { linearClassifier, linearRegressor } from './linear.ts';
import { multinomialNb } from './naive-bayes.ts';
import { maxAbsScaler, minMaxScaler, normalizer, robustScaler, standardScaler } from './scaling.ts';
import { countVectorizer, tfidf } from './text.ts';
import { treeEnsembleStep } from './tree.ts';

/** The compiler of every kind of step. */
const COMPILERS: { readonly [K in StepKind]: StepCompiler<StepOf<K>> } = {
  pipeline,
  'column-transformer': columnTransformer,
  'feature-union': featureUnion,
  'standard-scaler': standardScaler,
  'min-max-scaler': minMaxScaler,
  'max-abs-scaler': maxAbsScaler,
  'robust-scaler': robustScaler,
  normalizer,
  'one-hot': oneHotCompiler,
  ordinal,
  'label-encoder': labelEncoder,
  'simple-imputer': simpleImputer,
  function: functionTransformer,
  'count-vectorizer': countVectorizer,
  tfidf,
  pca,
  'k-means': kMeans,
  'linear-regressor': linearRegressor,
  'linear-classifier': linearClassifier,
  'multinomial-nb': multinomialNb,
  'tree-ensemble': treeEnsembleStep,
  dummy,
};

/** The compiler that fits a step. */
export const compilerOf = (step: ModelStep): StepCompiler<ModelStep> =>
  COMPILERS[step.kind] as StepCompiler<ModelStep>;
