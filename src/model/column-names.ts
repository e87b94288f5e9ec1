import type { Signature } from './signature.ts';

/** Names of the columns, where the rows go by them: names that were made up say nothing to a model. */
export const columnNames = (signature: Signature): readonly string[] | null =>
  signature.form !== 'tensors' &&
  signature.columns.length > 0 &&
  signature.columns.every(({ named }) => named)
    ? signature.columns.map(({ name }) => name)
    : null;
