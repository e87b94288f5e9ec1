import { isRecord } from '../../core/record.ts';
import type { ColumnSpec } from '../../model/signature.ts';

/**
 * Columns of the rows that a body holds, for a model whose file does not say how many it takes: as many numbers as the
 * first row has, under the names that the body gives.
 */
export function columnsOfBody(body: unknown, envelopes: readonly string[]): readonly ColumnSpec[] {
  const object = isRecord(body) ? body : {};
  const envelope = envelopes.find((key) => Object.hasOwn(object, key));
  const rows = envelope === undefined ? body : object[envelope];
  if (isRecord(rows) && Array.isArray(rows['data'])) return columnsOf(rows['columns'] ?? rows['data'][0]);
  return columnsOf(Array.isArray(rows) && (Array.isArray(rows[0]) || isRecord(rows[0])) ? rows[0] : rows);
}

/** Columns of one row: a list of cells (or names), an object by column name, or a bare value. */
function columnsOf(row: unknown): readonly ColumnSpec[] {
  const cells = Array.isArray(row) ? (row as readonly unknown[]) : isRecord(row) ? Object.keys(row) : [row];
  const named = isRecord(row) || (cells.length > 0 && cells.every((cell) => typeof cell === 'string'));
  return cells.map((cell, i) => ({
    name: named ? String(cell) : `x${i}`,
    named,
    type: 'number',
    nullable: true,
  }));
}
