import type { Step, StepKind, StepOf } from '../model/step.ts';
import type { Compiler } from './compiler.ts';
import { columnTransformer, featureUnion, pipeline } from './composition.ts';
import { kMeans, pca } from './decomposition.ts';
import { dummy } from './dummy.ts';
import { labelEncoder, oneHot, ordinal } from './encoding.ts';
import { functionTransformer } from './function.ts';
import { simpleImputer } from './imputation.ts';
import { linearClassifier, linearRegressor } from './linear.ts';
import { multinomialNb } from './naive-bayes.ts';
import { maxAbsScaler, minMaxScaler, normalizer, robustScaler, standardScaler } from './scaling.ts';
import { countVectorizer, tfidf } from './text.ts';
import { treeEnsembleStep } from './tree.ts';

/** The compiler of every kind of step. */
const COMPILERS: { readonly [K in StepKind]: Compiler<StepOf<K>> } = {
  pipeline,
  'column-transformer': columnTransformer,
  'feature-union': featureUnion,
  'standard-scaler': standardScaler,
  'min-max-scaler': minMaxScaler,
  'max-abs-scaler': maxAbsScaler,
  'robust-scaler': robustScaler,
  normalizer,
  'one-hot': oneHot,
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
export const compilerOf = (step: Step): Compiler<Step> => COMPILERS[step.kind] as Compiler<Step>;
