import type { PmmlReading } from './reading.ts';
import type { XmlElement } from './xml.ts';

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** A cell of a row of an `InlineTable`: elements are columns, with or without the prefix that the reference to the column has. */
export const cellIn = (row: XmlElement, column: string): XmlElement | undefined =>
  row.children.find(({ name }) => name === column) ??
  row.children.find(({ name }) => localName(name) === localName(column));

/** The text of a cell that has to be there. */
export function cellOf(reading: PmmlReading, row: XmlElement, column: string): string {
  const cell = cellIn(row, column);
  if (cell === undefined) throw reading.invalid(row, column, 'missing', `a cell <${column}>`);
  return cell.text;
}
