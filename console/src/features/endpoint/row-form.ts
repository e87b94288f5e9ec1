/** A row as a form: a text a column, and what it becomes. Pure. */
import type { SignatureColumn } from '../../api/served.ts';

export type RowTexts = Readonly<Record<string, string>>;

/** Columns that a form can have a field for; null where a row is something else, as a text or a tensor. */
export function formColumns(
  signature: { readonly columns?: readonly SignatureColumn[] } | undefined,
  example: unknown,
): readonly SignatureColumn[] | null {
  const columns = signature?.columns ?? [];
  const isRow = typeof example === 'object' && example !== null && !Array.isArray(example);
  return isRow && columns.length > 0 && columns.every(({ named, name }) => named && name in example)
    ? columns
    : null;
}

/** Fields that are in sight at once: of more columns those that are sought. */
export const MOST_FIELDS = 40;

export function columnsInSight(
  columns: readonly SignatureColumn[],
  sought: string,
): { readonly shown: readonly SignatureColumn[]; readonly left: number } {
  const found = columns.filter(({ name }) => name.toLowerCase().includes(sought.trim().toLowerCase()));
  return { shown: found.slice(0, MOST_FIELDS), left: Math.max(0, found.length - MOST_FIELDS) };
}

export const textsOf = (columns: readonly SignatureColumn[], example: unknown): RowTexts =>
  Object.fromEntries(
    columns.map(({ name }) => {
      const value = (example as Readonly<Record<string, unknown>>)[name];
      return [name, value === null || value === undefined ? '' : String(value)];
    }),
  );

/** An empty text is a missing value; what is no number is sent as it is, for the server to say what is wrong with it. */
export const rowOf = (
  columns: readonly SignatureColumn[],
  texts: RowTexts,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(columns.map((column) => [column.name, cellOf(column, texts[column.name] ?? '')]));

function cellOf({ type, categories }: SignatureColumn, text: string): unknown {
  if (text === '') return null;
  const known = categories?.find((one) => String(one) === text);
  if (known !== undefined) return known;
  if (type === 'bool') return text === 'true' ? true : text === 'false' ? false : text;
  if (type === 'string') return text;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}
