import type { Batch } from '../../model/batch.ts';
import type { ModelContent } from '../../model/description.ts';
import { signatureOfModel } from '../../model/signature-of.ts';
import type { ModelStep } from '../../model/step.ts';
import type { StepBase } from '../../model/step-base.ts';

/** A small model with rows and answers worked out by hand from the formulas. */
export interface ContractModel {
  readonly name: string;
  readonly content: Extract<ModelContent, { kind: 'steps' }>;
  readonly batch: Batch;
  readonly expected: Readonly<Record<string, readonly (number | string | bigint)[]>>;
  /** Batches that must be refused, with the details the error must hold. */
  readonly refused: readonly { readonly problem: string; readonly batch: Batch; readonly details: object }[];
}

const base = (
  path: string,
  features: number | null,
  featureNames: readonly string[] | null = null,
): StepBase => ({
  origin: { path, class: 'contract', offset: 0 },
  features,
  featureNames,
});

const contentOf = (root: ModelStep): ContractModel['content'] => ({
  kind: 'steps',
  root,
  signature: signatureOfModel(root),
});

const matrix = (width: number, ...cells: number[]): Batch => ({
  kind: 'matrix',
  rows: cells.length / width,
  width,
  data: Float64Array.from(cells),
});

/** Two trees of one split each: x0 ≤ 0.5 and x1 ≤ 2; the answer is the mean of their leaves. */
const forest: ModelStep = {
  ...base('', 2, ['a', 'b']),
  kind: 'tree-ensemble',
  arena: {
    roots: Int32Array.of(0, 3),
    left: Int32Array.of(1, -1, -1, 4, -1, -1),
    right: Int32Array.of(2, -1, -1, 5, -1, -1),
    feature: Int32Array.of(0, -1, -1, 1, -1, -1),
    threshold: Float64Array.of(0.5, 0, 0, 2, 0, 0),
    missingLeft: new Uint8Array(6),
    zeroMissing: null,
    categorical: null,
    setOffsets: Uint32Array.of(0),
    bitsets: new Uint32Array(0),
    knownBitsets: new Uint32Array(0),
    categories: 'uint8-or-missing',
    values: Float64Array.of(0, 0, 1, 0, 0.25, 0.75, 0, 0, 0.5, 0.5, 0.25, 0.75),
    valueWidth: 2,
  },
  input: 'float32',
  split: 'le',
  acceptsMissing: false,
  scores: 2,
  target: null,
  base: { kind: 'constant', scores: new Float64Array(2) },
  sums: 'float64',
  aggregate: 'mean',
  head: { kind: 'vote', groups: [{ type: 'string', values: ['no', 'yes'] }], stride: 2 },
};

const classifier: ModelStep = {
  ...base('', 2),
  kind: 'pipeline',
  steps: [
    {
      name: 'scaler',
      step: {
        ...base('steps.scaler', 2),
        kind: 'standard-scaler',
        mean: Float64Array.of(1, 2),
        scale: Float64Array.of(2, 4),
      },
    },
    {
      name: 'model',
      step: {
        ...base('steps.model', 2),
        kind: 'linear-classifier',
        coef: { rows: 1, cols: 2, data: Float64Array.of(1, -1) },
        intercept: Float64Array.of(0.5),
        classes: { type: 'int', values: [3, 7] },
        probability: 'sigmoid',
      },
    },
  ],
};

const mixed: ModelStep = {
  ...base('', 2, ['city', 'age']),
  kind: 'column-transformer',
  branches: [
    {
      name: 'city',
      columns: [0],
      scalar: false,
      weight: null,
      step: {
        ...base('transformers.city', 1),
        kind: 'one-hot',
        columns: [
          {
            categories: { type: 'string', values: ['Oslo', 'Rome'] },
            slots: Int32Array.of(0, 1),
            width: 2,
            unknownSlot: -1,
          },
        ],
        unknown: 'error',
      },
    },
    { name: 'age', columns: [1], scalar: false, weight: 2, step: null },
  ],
};

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const CONTRACT_MODELS: readonly ContractModel[] = [
  {
    name: 'a forest',
    content: contentOf(forest),
    batch: matrix(2, 0.5, 2, 0.75, 3, 0, 9),
    expected: { predict: ['no', 'yes', 'no'], predict_proba: [0.75, 0.25, 0.25, 0.75, 0.625, 0.375] },
    refused: [
      { problem: 'a missing value', batch: matrix(2, 1, 1, 1, Number.NaN), details: { row: 1, column: 'b' } },
      { problem: 'rows of another width', batch: matrix(3, 1, 2, 3), details: {} },
    ],
  },
  {
    name: 'a scaled linear classifier',
    content: contentOf(classifier),
    batch: matrix(2, 1, 2, 3, 10, -5, 2),
    expected: {
      predict: [7n, 3n, 3n],
      predict_proba: [0.5, -0.5, -2.5].flatMap((d) => [1 - sigmoid(d), sigmoid(d)]),
      decision_function: [0.5, -0.5, -2.5],
    },
    refused: [{ problem: 'a missing value', batch: matrix(2, Number.NaN, 1), details: { row: 0 } }],
  },
  {
    name: 'encoded strings beside numbers',
    content: contentOf(mixed),
    batch: { kind: 'table', rows: 2, columns: [['Rome', 'Oslo'], Float64Array.of(30, 41)] },
    expected: { transform: [0, 1, 60, 1, 0, 82] },
    refused: [
      {
        problem: 'an unknown category',
        batch: { kind: 'table', rows: 2, columns: [['Rome', 'Bern'], Float64Array.of(1, 2)] },
        details: { row: 1, column: 'city' },
      },
    ],
  },
];
