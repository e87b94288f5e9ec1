/** What is in a version, as the API tells it. */
import type {
  CertificateView,
  ContentsView,
  DifferenceView,
  GoldenView,
} from '../../../control/contents-schemas.ts';
import type { TreePart } from '../../../outline/outline-schemas.ts';

export const CERTIFICATE_SHOWN: CertificateView = {
  ...{ file: 'churn.joblib', digest: 'ab'.repeat(32), size: 21_000, sideFiles: [], format: 'joblib' },
  ...{ framework: 'scikit-learn 1.6.1', runtime: 'native', rowMicros: 4.2 },
  signature: {
    ...{ form: 'table', isOpen: false, omittedInputs: 0 },
    inputs: [
      {
        ...{ name: 'plan', type: 'string', isNamed: true, nullable: false, isIgnored: false },
        ...{ categories: 2, firstCategories: ['basic', 'pro'], unknown: 'error' },
      },
    ],
    outputs: [{ name: 'predict', type: 'string [N]', classes: 2, firstClasses: ['leaves', 'stays'] }],
  },
  verification: {
    ...{ proof: 'engines-agree', goldenOf: null, rows: 4000, cells: 12_000, differingBits: 3, seed: 7 },
    worst: { output: 'predict_proba', row: 3, column: 1, left: 0.5, right: 0.51, relative: 0.02 },
  },
  ...{ hasGolden: false, hasReference: true, hasReasons: false, background: null, choices: [] },
  ...{ joined: null, origin: null, example: { plan: 'pro' }, environment: null },
};

export const CONTENTS_SHOWN: ContentsView = {
  outline: {
    ...{ format: 'joblib', framework: 'scikit-learn 1.6.1', compression: null, omittedSteps: 0 },
    steps: [
      {
        ...{ id: 0, parent: null, name: '', kind: 'tree-ensemble', class: 'RandomForestClassifier' },
        ...{ arrangement: 'chain', columns: null, width: null, omitted: 0 },
        parameters: [{ name: 'max_depth', value: '3', mark: null }],
        learned: [{ name: 'arena', value: '10 trees, 90 nodes', mark: 'a1' }],
      },
    ],
    ensembles: [{ step: 0, name: '', class: 'RandomForestClassifier', trees: 10, nodes: 90 }],
    ...{ linear: [], graph: null, notes: [{ level: 'info', text: 'written by joblib 1.4' }] },
  },
  imports: [
    { module: 'sklearn', from: 'distribution', distribution: 'scikit-learn', names: ['sklearn.tree.Tree'] },
  ],
  ...{ runs: [{ name: 'os.system', how: 'called', offset: 12 }], packages: [] },
};

export const TREE_SHOWN: TreePart = {
  ...{ step: 0, tree: 1, trees: 10, targets: ['leaves', 'stays'], path: ['plan ≤ 0.5: yes'] },
  nodes: [
    {
      ...{
        id: 1,
        parent: null,
        when: null,
        takesMissing: false,
        asks: null,
        threshold: null,
        values: [0.2, 0.8],
        omittedValues: 0,
      },
      ...{ share: 0.4, nodes: 0, depth: 0, isFolded: false },
    },
  ],
};

export const GOLDEN_SHOWN: GoldenView = {
  ...{ rows: 2, of: 'given', tolerance: { rtol: 1e-9, atol: 1e-12 }, unanswered: null, next: '1' },
  items: [
    {
      ...{ row: 0, input: { plan: 'pro' }, expected: { predict: 'stays' } },
      ...{ answered: { predict: 'stays' }, deviation: 0 },
    },
  ],
};

export const DIFFERENCE_SHOWN: DifferenceView = {
  ...{ model: 'churn', from: 1, to: 2, signature: { breaking: [], compatible: ['input "age" is new'] } },
  facts: [{ name: 'library', before: 'scikit-learn 1.5', after: 'scikit-learn 1.6.1' }],
  rowMicros: { before: 4, after: 5 },
  checks: [{ name: 'self-test', before: { ok: true, detail: 'it answers' }, after: null }],
  steps: [
    {
      ...{ path: 'clf', class: 'RandomForestClassifier', change: 'changed' },
      facts: [{ name: 'max_depth', isLearned: false, before: '3', after: '4' }],
    },
  ],
  ...{ omittedSteps: 0, packages: [], unanswered: null },
  answers: {
    ...{ rows: 20, of: 'golden', refusedBefore: 0, refusedAfter: 1 },
    outputs: [{ output: 'predict_proba', differing: 3, largest: 0.1, mean: 0.01 }],
    worst: [
      {
        input: { plan: 'pro' },
        answers: [{ output: 'predict_proba', before: [0.5, 0.5], after: [0.4, 0.6], distance: 0.1 }],
      },
    ],
  },
};
