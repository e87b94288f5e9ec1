import { expect, it } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import { findTargetColumn, referenceOfFile } from './file-reference.ts';
import type { JoinedRows } from './labels/join-labels.ts';

it('takes for the truth what the policy names, the only column that is not read, or one that is called so', () => {
  expect(findTargetColumn('left', ['id', 'left'])).toBe('left');
  expect(findTargetColumn('left', ['id', 'label'])).toBeNull();
  expect(findTargetColumn(null, ['left'])).toBe('left');
  expect(findTargetColumn(null, ['id', 'Label'])).toBe('Label');
  expect(findTargetColumn(null, ['id', 'label', 'target'])).toBeNull();
  expect(findTargetColumn(null, ['id', 'left'])).toBeNull();
  expect(findTargetColumn(null, [])).toBeNull();
});

function rowsOf(count: number): JoinedRows {
  const random = seededRandom(5);
  const chances = Array.from({ length: count }, () => random.next());
  const truth = chances.map((chance) => (random.next() < chance ? 'yes' : 'no'));
  return {
    time: new Float64Array(count),
    requestId: chances.map((_, i) => String(i)),
    row: new Float64Array(count),
    segment: chances.map(() => null),
    weight: new Float64Array(count).fill(1),
    label: truth,
    outputs: {
      predict: chances.map((chance) => (chance > 0.5 ? 'yes' : 'no')),
      predict_proba_no: chances.map((chance) => 1 - chance),
      predict_proba_yes: chances,
    },
    inputs: [],
  };
}

it('measures the rows, learns an estimate of them, and presumes the truth where nobody named it', () => {
  const rows = rowsOf(2000);
  const right = rows.label.filter((label, i) => label === rows.outputs['predict']![i]).length / 2000;
  const policy = { metric: null, positive: null, target: 'left', estimate: true };
  const named = referenceOfFile(rows, policy)!;
  expect(named).toMatchObject({ source: 'file', until: 0, isPresumed: false, rows: 2000 });
  expect(named.value).toBeCloseTo(right, 12);
  expect(named.estimator!.residuals).toHaveLength(10);
  expect(referenceOfFile(rows, { ...policy, target: null })!.isPresumed).toBe(true);
  expect(referenceOfFile(rows, { ...policy, estimate: false })!.estimator).toBeNull();
  // What people send themselves no file has.
  expect(referenceOfFile(rows, { ...policy, metric: 'revenue' })).toBeNull();
});
