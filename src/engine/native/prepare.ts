import type { ModelStep } from '../../model/step.ts';
import { prepareArithmetic } from './arithmetic.ts';
import { prepareCatBoost } from './catboost/ensemble.ts';
import { COMPOSITION_PREPARERS } from './composition.ts';
import { DECOMPOSITION_PREPARERS } from './decomposition.ts';
import { prepareValueDomain } from './domain.ts';
import { prepareDummy } from './dummy.ts';
import { ENCODING_PREPARERS } from './encoding.ts';
import type { EvaluatorContext, StepEvaluator, StepPreparers } from './evaluator.ts';
import { prepareFunction } from './function.ts';
import { prepareSimpleImputer } from './imputation.ts';
import { LINEAR_PREPARERS } from './linear.ts';
import { LINEAR_BOOSTER_PREPARERS } from './linear-booster.ts';
import { refusingMissing } from './missing.ts';
import { prepareMultinomialNb } from './naive-bayes.ts';
import { preparePmml } from './pmml/prepare.ts';
import { SCALING_PREPARERS } from './scaling.ts';
import { prepareCountVectorizer } from './text/count.ts';
import { prepareTfidf } from './text/tfidf.ts';
import { prepareTreeEnsemble } from './tree/ensemble.ts';

/** What makes every kind of step ready; the compiler asks for every kind of the union. */
const PREPARERS: StepPreparers<ModelStep> = {
  ...COMPOSITION_PREPARERS,
  ...SCALING_PREPARERS,
  ...ENCODING_PREPARERS,
  'simple-imputer': prepareSimpleImputer,
  'value-domain': prepareValueDomain,
  function: prepareFunction,
  arithmetic: prepareArithmetic,
  'count-vectorizer': prepareCountVectorizer,
  tfidf: prepareTfidf,
  ...DECOMPOSITION_PREPARERS,
  ...LINEAR_BOOSTER_PREPARERS,
  ...LINEAR_PREPARERS,
  'multinomial-nb': prepareMultinomialNb,
  'tree-ensemble': prepareTreeEnsemble,
  catboost: prepareCatBoost,
  dummy: prepareDummy,
  pmml: preparePmml,
};

/**
 * Makes a step and everything below it ready.
 * names: the step's input columns, for messages. Throws MODEL_UNSUPPORTED or MODEL_INVALID naming the field.
 */
export function prepareStep(step: ModelStep, names: readonly string[]): StepEvaluator {
  const prepare = PREPARERS[step.kind] as (step: ModelStep, context: EvaluatorContext) => StepEvaluator;
  const evaluator = prepare(step, { names, prepare: prepareStep });
  return step.refusesMissing ? refusingMissing(evaluator, names) : evaluator;
}
