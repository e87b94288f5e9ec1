import type { ModelStep, NamedStep, PipelineStep } from '../../model/step.ts';
import { rowFormOf } from '../../model/step-inference.ts';
import { isPredictor, isSameStep, isTransformer, misfitOf } from './fit.ts';

/** Transformers whose orders are tried: there are as many orders as the factorial of it says. */
const MAX_TRANSFORMERS = 5;

/** Every order in which all transformers fit one after the other, and the predictor behind the last. */
export function ordersOf(
  transformers: readonly NamedStep[],
  predictor: NamedStep,
): readonly (readonly NamedStep[])[] {
  if (transformers.length > MAX_TRANSFORMERS) return [];
  const found: (readonly NamedStep[])[] = [];
  const extend = (chain: readonly NamedStep[], left: readonly NamedStep[]): void => {
    const last = chain.at(-1);
    if (left.length === 0) {
      if (last === undefined || misfitOf(last, predictor) === null) found.push([...chain, predictor]);
      return;
    }
    for (const next of left)
      if (last === undefined || misfitOf(last, next) === null)
        extend(
          [...chain, next],
          left.filter((other) => other !== next),
        );
  };
  extend([], transformers);
  return found;
}

/** What keeps a chain from being run in this order, or null. */
export function chainMisfit(chain: readonly NamedStep[]): string | null {
  for (const [i, after] of chain.entries()) {
    const before = chain[i - 1];
    const misfit = before === undefined ? null : misfitOf(before, after);
    if (misfit !== null) return misfit;
  }
  return null;
}

/** What `Pipeline(steps)` is, of models that were fitted one by one; one alone is itself. */
export function pipelineOf(chain: readonly [NamedStep, ...NamedStep[]]): ModelStep {
  const [first, ...others] = chain;
  if (others.length === 0) return first.step;
  const pipeline: PipelineStep = {
    kind: 'pipeline',
    origin: { path: '', class: 'sklearn.pipeline.Pipeline', offset: first.step.origin.offset },
    features: first.step.features,
    featureNames: first.step.featureNames,
    steps: chain,
  };
  return pipeline;
}

/** What a model has in it already: transformers that are saved once more beside it would run twice. */
export const holdsStep = (model: ModelStep, part: ModelStep): boolean =>
  model.kind === 'pipeline' &&
  model.steps.some(({ step }) => isSameStep(step, part) || holdsStep(step, part));

export interface PartRoles {
  readonly transformers: readonly NamedStep[];
  /** What ends a chain: everything that predicts. */
  readonly predictors: readonly NamedStep[];
}

export function rolesOf(steps: readonly NamedStep[]): PartRoles {
  const leads = ({ step }: NamedStep): boolean =>
    isTransformer(step) && !isPredictor(step) && rowFormOf(step) !== 'labels';
  return { transformers: steps.filter(leads), predictors: steps.filter((one) => !leads(one)) };
}
