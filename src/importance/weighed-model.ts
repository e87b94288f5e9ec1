import type { ExplainedModel } from '../explain/explained-model.ts';
import { unfitOf } from '../explain/explained-output.ts';
import type { ColumnBatch } from '../model/batch.ts';

/** Says what is being done, and which share of it is. */
export type ImportanceProgress = (text: string, share: number) => void;

/** A model whose columns are weighed, and the rows that it is asked about. */
export interface WeighedModel extends ExplainedModel {
  readonly rows: ColumnBatch;
  readonly onProgress: ImportanceProgress;
}

/** Names of the columns of a model. Throws EXPLANATION_UNFIT where it has none. */
export function columnsOfModel(model: Pick<ExplainedModel, 'name' | 'content'>): readonly string[] {
  const { signature } = model.content;
  const names = signature.form === 'tensors' ? [] : signature.columns.map((column) => column.name);
  if (names.length > 0) return names;
  throw unfitOf(model)('its rows have no columns of their own', 'Explain a model whose rows have columns');
}
