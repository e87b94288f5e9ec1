import type { ModelDescription } from '../model/description.ts';

/**
 * The model with the names of columns that the folder around it states, where it keeps none of its own and takes as many; any
 * other is left as it is. Pure.
 */
export function withStatedColumns(
  description: ModelDescription,
  columns: readonly string[],
): ModelDescription {
  const { content, notes } = description;
  if (content === null || content.signature.form !== 'table') return description;
  const { signature } = content;
  if (signature.columns.length !== columns.length || signature.columns.some(({ named }) => named))
    return description;
  const named = signature.columns.map((column, i) => ({
    ...column,
    name: columns[i] ?? column.name,
    named: true,
  }));
  const text = 'Its columns are called as the signature of the folder says; the model keeps no names';
  return {
    ...description,
    content: { ...content, signature: { ...signature, columns: named } },
    notes: [...notes, { level: 'info', text }],
  };
}
