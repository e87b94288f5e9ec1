import type { Batch } from '../model/batch.ts';
import type { ModelContent } from '../model/description.ts';
import type { ModelStep } from '../model/step.ts';
import { modelEncoding, singleSources } from './encoding.ts';
import type { Explainer, ReadingMethod } from './explanation.ts';
import { linearOf } from './linear-booster.ts';
import { correlatedExplainer, linearExplainer, linearOutputs } from './linear-explainer.ts';
import type { Refusal } from './sampling/plan-choice.ts';
import { splitModel } from './split-model.ts';
import { type ExactRefusal, marginOutputs, summedOutputs, treeExplainer } from './tree-explainer.ts';

/** What is asked of a model whose answers are read as sums. */
export interface ReadingChoice {
  readonly output: string;
  /** The first that fits where it is not said. */
  readonly method: ReadingMethod | undefined;
  readonly background: Batch | null;
  readonly seed: number;
  /** Whether interactions of pairs are asked for. */
  readonly interactions: boolean;
}

type Reading = Omit<Explainer<Batch>, 'output'>;

/**
 * Explains a model by what its file says of it. Null where that is not possible and no method was asked for. Throws what `refuse`
 * makes where one was.
 */
export function exactExplainer(
  content: ModelContent,
  features: readonly string[],
  choice: ReadingChoice,
  refuse: Refusal,
): Reading | null {
  const { method, output, background } = choice;
  const sums = sumOutputs(predictorOf(content));
  const wanted = method ?? (background === null ? 'tree-path-dependent' : null);
  if (content.kind === 'steps' && sums.includes(output)) {
    if (background === null && wanted !== 'tree-path-dependent')
      throw needsBackground(`by ${wanted}`, refuse);
    const found = readSums(content.root, features, choice);
    if (found !== null && !('unfit' in found)) return found;
    if (found !== null && method !== undefined)
      throw refuse(`${found.unfit}, which ${method} does not explain`, OTHER_WAY);
    if (found !== null && background === null) throw needsBackground(`of ${output}`, refuse, found);
  }
  if (method === undefined) return null;
  const isTree = method.startsWith('tree-');
  const kind = predictorOf(content)?.kind;
  if (kind === undefined || sums.length === 0 || isTree !== (kind === 'tree-ensemble' || kind === 'catboost'))
    throw refuse(`${method} explains ${isTree ? 'trees' : 'linear models'}, and it has none`, OTHER_WAY);
  if (!sums.includes(output))
    throw refuse(
      `${method} explains sums, and ${output} is none`,
      `Give --output ${sums[0]}, or choose --method exact or permutation`,
    );
  throw refuse(
    `${method} does not fit how it is made: a column that reaches it is made of several, or it is too large`,
    OTHER_WAY,
  );
}

export const OTHER_WAY = 'Choose --method exact, permutation, kernel or sampling, with --background rows.csv';

/** That attributions are made against other rows. */
export const needsBackground = (what: string, refuse: Refusal, because?: ExactRefusal) =>
  refuse(
    `${because === undefined ? '' : `${because.unfit}, so that `}attributions ${what} are made against other rows`,
    'Give rows of the training data: --background rows.csv',
  );

function readSums(
  root: ModelStep,
  features: readonly string[],
  { method, background, seed, interactions }: ReadingChoice,
): Reading | ExactRefusal | null {
  const encoding = linearOf(modelEncoding(root, features));
  const source = singleSources(encoding.sources);
  const { predictor } = encoding;
  if (source === null) return null;
  const fits = (...methods: readonly ReadingMethod[]): boolean =>
    method === undefined || methods.includes(method);
  if (predictor.kind === 'tree-ensemble' || predictor.kind === 'catboost') {
    if (!fits('tree-path-dependent', 'tree-interventional')) return null;
    const others = method === 'tree-path-dependent' ? null : background;
    return treeExplainer(encoding, predictor, source, features, others, interactions);
  }
  if (predictor.kind !== 'linear-regressor' && predictor.kind !== 'linear-classifier') return null;
  if (background === null) return null;
  if (method === 'linear-correlation-dependent')
    return correlatedExplainer(encoding, predictor, source, features, background, seed);
  return fits('linear-interventional')
    ? linearExplainer(encoding, predictor, source, features, background)
    : null;
}

/** What predicts at the end of a model; null where it has no steps. */
export const predictorOf = (content: ModelContent): ModelStep | null =>
  content.kind === 'steps' ? splitModel(content.root).predictor : null;

/** Names of the output that is a sum, the usual one first. */
export function sumOutputs(predictor: ModelStep | null): readonly string[] {
  if (predictor === null) return [];
  if (predictor.kind === 'tree-ensemble' || predictor.kind === 'catboost') return summedOutputs(predictor);
  if (predictor.kind === 'linear-booster') return marginOutputs(predictor.head);
  if (predictor.kind === 'linear-regressor' || predictor.kind === 'linear-classifier')
    return linearOutputs(predictor);
  return [];
}
