import type { LatentDirichletStep } from '../../model/topics.ts';
import { type Family, family } from './family.ts';
import { show } from './show.ts';
import type { EstimatorView } from './view.ts';

/** Turns of the inference for a document, each as costly as a projection on all topics. */
const MAX_ITERATIONS = 1000;

/** LatentDirichletAllocation. Fitted on float32 numbers it settles by float32 sums, a turn earlier or later. */
function readLatentDirichlet(view: EstimatorView): LatentDirichletStep {
  const field = 'exp_dirichlet_component_';
  const array = view.array(field);
  if (array.dtype.itemSize < 8) throw view.unsupported(field, show(array), 'topics in float64 are');
  const words = view.matrix(field);
  if (words.rows === 0) throw view.invalid(field, 'no topic', 'one or more');
  const iterations = view.count('max_doc_update_iter', 100);
  if (iterations > MAX_ITERATIONS)
    throw view.unsupported('max_doc_update_iter', String(iterations), `up to ${MAX_ITERATIONS} are`);
  return {
    kind: 'latent-dirichlet',
    ...view.base(words.cols),
    words,
    prior: view.number('doc_topic_prior_'),
    iterations,
    tolerance: view.number('mean_change_tol', 1e-3),
  };
}

export const TOPIC_FAMILIES: readonly Family[] = [
  family('decomposition', readLatentDirichlet, 'LatentDirichletAllocation'),
];
