/** Rows of a batch as people write them. Pure. */
import { elementAt } from '../../core/element-at.ts';
import type { Batch } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import { type JsonValue, tensorToJson } from '../../serving/rows/outputs-to-json.ts';

/**
 * The rows of a batch: by the names of the columns where the file knows them, else lists; a bare value where there is one column.
 * Missing cells are null.
 */
export function jsonRows(batch: Batch, signature: Signature): readonly JsonValue[] {
  if (batch.kind === 'tensors' || signature.form === 'tensors') return tensorRows(batch);
  const cell = cellsOf(batch);
  const { columns } = signature;
  const width = batch.kind === 'matrix' ? batch.width : batch.columns.length;
  const isNamed = columns.length === width && columns.every(({ named }) => named);
  const isTrue = columns.map(({ type }) => type === 'bool');
  const told = (row: number, column: number): JsonValue => {
    const value = cell(row, column);
    return isTrue[column] === true && typeof value === 'number' ? value !== 0 : value;
  };
  return Array.from({ length: batch.rows }, (_, row): JsonValue => {
    if (signature.form !== 'table') return told(row, 0);
    if (!isNamed) return Array.from({ length: width }, (__, column) => told(row, column));
    return Object.fromEntries(columns.map(({ name }, column) => [name, told(row, column)]));
  });
}

function cellsOf(
  batch: Exclude<Batch, { readonly kind: 'tensors' }>,
): (row: number, column: number) => JsonValue {
  const plain = (value: number | string | null | undefined): JsonValue => {
    if (typeof value !== 'number') return value ?? null;
    if (Number.isFinite(value)) return value;
    return Number.isNaN(value) ? null : String(value);
  };
  if (batch.kind === 'matrix') return (row, column) => plain(batch.data[row * batch.width + column]);
  return (row, column) => plain(elementAt(batch.columns, column)[row]);
}

function tensorRows(batch: Batch): readonly JsonValue[] {
  if (batch.kind !== 'tensors') return [];
  const whole = Object.entries(batch.tensors).map(([name, tensor]) => [name, tensorToJson(tensor)] as const);
  return Array.from({ length: batch.rows }, (_, row) =>
    Object.fromEntries(whole.map(([name, value]) => [name, partOf(value, row)])),
  );
}

/** What a list holds at a place; what is no list is whole. */
export const partOf = (value: JsonValue | undefined, place: number): JsonValue =>
  Array.isArray(value) ? (value[place] ?? null) : (value ?? null);

/** Items of a list that are told. */
const ITEMS = 40;

/** A value whose lists, however deep, are cut. */
export function shortenedJson(value: JsonValue, most = ITEMS): JsonValue {
  if (Array.isArray(value)) {
    const told = value.slice(0, most).map((item: JsonValue) => shortenedJson(item, most));
    return value.length > most ? [...told, `… ${value.length - most} more`] : told;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const told = entries.slice(0, most).map(([key, inner]) => [key, shortenedJson(inner, most)]);
  return Object.fromEntries(entries.length > most ? [...told, ['…', `${entries.length - most} more`]] : told);
}
