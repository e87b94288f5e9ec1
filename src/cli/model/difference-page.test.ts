import { expect, test } from 'vitest';
import type { DifferenceView } from '../../control/contents-schemas.ts';
import { differencePage } from './difference-page.ts';

const SAME: DifferenceView = {
  ...{ model: 'churn', from: 1, to: 2, signature: { breaking: [], compatible: [] }, facts: [], packages: [] },
  ...{ rowMicros: { before: 1.2345, after: null }, checks: [], steps: [], omittedSteps: 0 },
  ...{ answers: null, unanswered: 'One of them runs with Python' },
};

test('a page says of each part that nothing differs, and why nothing was asked', () => {
  expect(differencePage(SAME)).toBe(`churn@2 beside churn@1

Answers to the same rows
  One of them runs with Python

For callers
  nothing changes

Steps
  none differs

File and libraries
  the same

Cost of a row
  1.23 µs → not known`);
});

test('answers, steps and files are told with both values', () => {
  const page = differencePage({
    ...SAME,
    signature: { breaking: ['input "age" is gone'], compatible: ['input "fee" is new'] },
    facts: [{ name: 'library', before: 'scikit-learn 1.5', after: 'scikit-learn 1.6' }],
    steps: [
      {
        ...{ path: 'clf', class: 'sk.LogisticRegression', change: 'changed' },
        facts: [{ name: 'C', isLearned: false, before: '1.0', after: '2.0' }],
      },
      { path: 'old', class: 'sk.Scaler', change: 'removed', facts: [] },
    ],
    answers: {
      ...{ rows: 200, of: 'golden', refusedBefore: 0, refusedAfter: 3, worst: [] },
      outputs: [{ output: 'predict_proba', differing: 50, largest: 0.1, mean: 0.0123456789 }],
    },
    unanswered: null,
  });
  expect(page).toContain('  200 rows: golden rows\n  ANSWER         DIFFER  SHARE  MEAN       LARGEST\n');
  expect(page).toContain('  predict_proba  50      25 %   0.0123457  0.1');
  expect(page).toContain('  3 rows the newer one refuses');
  expect(page).toContain('  ✗ input "age" is gone\n  ✓ input "fee" is new');
  expect(page).toContain('  clf (LogisticRegression): changed\n    C  1.0  →  2.0\n  old (Scaler): removed');
  expect(page).toContain('  library  scikit-learn 1.5  →  scikit-learn 1.6');
});
