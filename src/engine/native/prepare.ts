import type { ModelStep, StepKind, StepOf } from '../../model/step.ts';
import { prepareColumnTransformer, prepareFeatureUnion, preparePipeline } from './composition.ts';
import { prepareKMeans, preparePca } from './decomposition.ts';
import { prepareDummy } from './dummy.ts';
import { prepareLabelEncoder, prepareOneHot, prepareOrdinal } from './encoding.ts';
import type { EvaluatorContext, StepEvaluator } from './evaluator.ts';
import { prepareFunction } from './function.ts';
import { prepareSimpleImputer } from './imputation.ts';
import { prepareLinearClassifier, prepareLinearRegressor } from './linear.ts';
import { refusingMissing } from './missing.ts';
import { prepareMultinomialNb } from './naive-bayes.ts';
import { SCALING } from './scaling.ts';
import { prepareCountVectorizer } from './text/count.ts';
import { prepareTfidf } from './text/tfidf.ts';
import { prepareTreeEnsemble } from './tree/ensemble.ts';

/** One entry a kind of step: adding a family is one file and one line here. */
const PREPARERS: {
  readonly [K in StepKind]: (step: StepOf<K>, preparation: EvaluatorContext) => StepEvaluator;
} = {
  ...SCALING,
  pipeline: preparePipeline,
  'column-transformer': prepareColumnTransformer,
  'feature-union': prepareFeatureUnion,
  'one-hot': prepareOneHot,
  ordinal: prepareOrdinal,
  'label-encoder': prepareLabelEncoder,
  'simple-imputer': prepareSimpleImputer,
  function: prepareFunction,
  'count-vectorizer': prepareCountVectorizer,
  tfidf: prepareTfidf,
  pca: preparePca,
  'k-means': prepareKMeans,
  'linear-regressor': prepareLinearRegressor,
  'linear-classifier': prepareLinearClassifier,
  'multinomial-nb': prepareMultinomialNb,
  'tree-ensemble': prepareTreeEnsemble,
  dummy: prepareDummy,
};

/**
 * Makes a step and everything below it ready.
 * names: the step's input columns, for messages. Throws MODEL_UNSUPPORTED or MODEL_INVALID naming the field.
 */
export function prepareStep(step: ModelStep, names: readonly string[]): StepEvaluator {
  const prepare = PREPARERS[step.kind] as (step: ModelStep, preparation: EvaluatorContext) => StepEvaluator;
  const evaluator = prepare(step, { names, prepare: prepareStep });
  return step.refusesMissing ? refusingMissing(evaluator, names) : evaluator;
}
