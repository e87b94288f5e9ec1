import type { ColumnSpec, Signature } from '../../../model/signature.ts';
import type { TargetVersion } from '../../protocol.ts';

/** Signatures of several kinds, for tests of converters. */
export const column = (name: string, more: Partial<ColumnSpec> = {}): ColumnSpec => ({
  name,
  named: true,
  type: 'number',
  nullable: true,
  ...more,
});

export const target = (signature: Signature, model = 'm', version = 3): TargetVersion => ({
  model,
  version,
  manifest: { signature, framework: { name: 'scikit-learn', version: '1.9.1' } } as TargetVersion['manifest'],
});

const outputs: Signature['outputs'] = [
  { name: 'predict', dtype: 'int64', shape: [-1] },
  { name: 'predict_proba', dtype: 'float64', shape: [-1, 2] },
];

type Table = Exclude<Signature, { form: 'tensors' }>;

/** `a`, `b` numbers, `c` text. */
export const MIXED: Table = {
  form: 'table',
  columns: [column('a'), column('b'), column('c', { type: 'string' })],
  outputs,
  classes: null,
};

/** Three numbers without names. */
export const NUMBER_COLUMNS: Table = {
  form: 'table',
  columns: ['x0', 'x1', 'x2'].map((name) => column(name, { named: false })),
  outputs,
  classes: null,
};

/** Triton's `simple`: two tensors of 16 integers a row, their sum and difference. */
export const SIMPLE: Signature = {
  form: 'tensors',
  tensors: ['INPUT0', 'INPUT1'].map((name) => ({ name, dtype: 'int32', shape: [-1, 16] })),
  outputs: ['OUTPUT0', 'OUTPUT1'].map((name) => ({ name, dtype: 'int32', shape: [-1, 16] })),
  classes: null,
};
