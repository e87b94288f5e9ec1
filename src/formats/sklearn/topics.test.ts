import { expect, test } from 'vitest';
import { objectionTo, readAs } from './testing/read.ts';
import { floats, int } from './testing/values.ts';
import { TOPIC_FAMILIES } from './topics.ts';

const read = (attributes: Record<string, unknown>) =>
  readAs(TOPIC_FAMILIES, 'LatentDirichletAllocation', attributes);
const topics = floats([1, 2, 3, 4], [2, 2]);
const single = { ...topics, dtype: { ...topics.dtype, itemSize: 4 } };
const fitted = { exp_dirichlet_component_: topics, doc_topic_prior_: 0.5 };

test('the options of the inference are the defaults of the library where the file does not say', () => {
  expect(read(fitted)).toMatchObject({ prior: 0.5, iterations: 100, tolerance: 1e-3 });
});

test.each([
  [{ exp_dirichlet_component_: floats([], [0, 2]) }, 'exp_dirichlet_component_', 'MODEL_INVALID'],
  [{ exp_dirichlet_component_: single }, 'exp_dirichlet_component_', 'MODEL_UNSUPPORTED'],
  [{ max_doc_update_iter: int(1_000_000) }, 'max_doc_update_iter', 'MODEL_UNSUPPORTED'],
  [{ max_doc_update_iter: int(-1) }, 'max_doc_update_iter', 'MODEL_INVALID'],
  [{ doc_topic_prior_: 'even' }, 'doc_topic_prior_', 'MODEL_INVALID'],
])('%o is refused', (attributes, field, code) => {
  expect(() => read({ ...fitted, ...attributes })).toThrowError(objectionTo(field, code));
});
