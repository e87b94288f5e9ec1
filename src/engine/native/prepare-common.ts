import type { ModelStep } from '../../model/step.ts';
import { prepareArithmetic } from './arithmetic.ts';
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
import { SCALING_PREPARERS } from './scaling.ts';
import { prepareTreeEnsemble } from './tree/ensemble.ts';

/** What most models are made of. The evaluators of other steps are loaded with the first model that has one. */
export const COMMON_PREPARERS = {
  ...COMPOSITION_PREPARERS,
  ...SCALING_PREPARERS,
  ...ENCODING_PREPARERS,
  'simple-imputer': prepareSimpleImputer,
  'value-domain': prepareValueDomain,
  function: prepareFunction,
  arithmetic: prepareArithmetic,
  ...DECOMPOSITION_PREPARERS,
  ...LINEAR_BOOSTER_PREPARERS,
  ...LINEAR_PREPARERS,
  'multinomial-nb': prepareMultinomialNb,
  'tree-ensemble': prepareTreeEnsemble,
  dummy: prepareDummy,
} satisfies Partial<StepPreparers<ModelStep>>;

/**
 * Makes a step and everything below it ready.
 * names: the step's input columns, for messages. Throws MODEL_UNSUPPORTED or MODEL_INVALID naming the field.
 */
export type PrepareStep = (step: ModelStep, names: readonly string[]) => StepEvaluator;

/** Makes steps ready of which the table has every kind. */
export function preparingWith(preparers: Partial<StepPreparers<ModelStep>>): PrepareStep {
  const prepareStep: PrepareStep = (step, names) => {
    const prepare = preparers[step.kind] as (step: ModelStep, context: EvaluatorContext) => StepEvaluator;
    const evaluator = prepare(step, { names, prepare: prepareStep });
    return step.refusesMissing ? refusingMissing(evaluator, names) : evaluator;
  };
  return prepareStep;
}

/** Whether a model can do without the code of rare steps. */
export function isCommon(step: ModelStep): boolean {
  if (!Object.hasOwn(COMMON_PREPARERS, step.kind)) return false;
  return stepsIn(step).every(isCommon);
}

/** The steps that one holds. */
function stepsIn(step: ModelStep): readonly ModelStep[] {
  switch (step.kind) {
    case 'pipeline':
      return step.steps.map((named) => named.step);
    case 'column-transformer':
    case 'feature-union':
      return step.branches.flatMap((branch) => branch.step ?? []);
    case 'tree-ensemble':
      return step.base.kind === 'estimator' ? [step.base.step] : [];
    default:
      return [];
  }
}
