import { needsNumbers } from './column-need.ts';
import type { StepBase } from './step-base.ts';
import { NUMERIC_TRANSFORMER, type StepDescriptions } from './step-description.ts';
import type { Matrix } from './tensor.ts';

/**
 * Shares of topics in a document of word counts x, by variational inference (Hoffman, Blei, Bach, Online Learning for
 * Latent Dirichlet Allocation, 2010): γ is 1 for every topic and φ = exp(ψ(γ) - ψ(Σγ)) at first, then
 * `γ = prior + φ · ((x / (φ · words + eps)) · wordsᵀ)` over the words that occur, until the mean change of γ is below
 * `tolerance`, at most `iterations` times; `transform`: γ / Σγ. Negative counts are refused.
 */
export interface LatentDirichletStep extends StepBase {
  readonly kind: 'latent-dirichlet';
  /** `exp(E[log β])`: [topics, words]. */
  readonly words: Matrix;
  readonly prior: number;
  readonly iterations: number;
  readonly tolerance: number;
}

export const TOPIC_STEPS: StepDescriptions<LatentDirichletStep> = {
  'latent-dirichlet': {
    ...NUMERIC_TRANSFORMER,
    needs: needsNumbers,
    width: ({ words }) => words.rows,
    rounding: 'sum',
    tried: ({ words }) => Array.from({ length: words.cols }, () => [0, 1, 3]),
  },
};
