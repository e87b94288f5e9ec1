/** Lines of styled words, cut to a width by what is seen of them. */
import { printable } from '../printable.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
/** Words in a row, each as it is or with a style. */
export type Line = readonly (string | readonly [Style, string])[];
export type Paint = (style: Style, text: string) => string;

/** A line for the terminal: control characters made harmless, cut with an ellipsis where it is too long. */
export function drawn(line: Line, width: number, paint: Paint): string {
  let left = width;
  let text = '';
  for (const [i, word] of line.entries()) {
    const [style, raw] = typeof word === 'string' ? [null, word] : word;
    const clean = printable(raw);
    const fits = clean.length < left || (clean.length === left && i === line.length - 1);
    const shown = fits ? clean : `${clean.slice(0, Math.max(0, left - 1))}…`;
    text += style === null ? shown : paint(style, shown);
    left -= shown.length;
    if (!fits) break;
  }
  return text.trimEnd();
}

/** Cells in columns; a cell that is a number stands at the right of its column. */
export function columns(rows: readonly (readonly (string | readonly [Style, string])[])[]): Line[] {
  const plain = (cell: string | readonly [Style, string]): string =>
    typeof cell === 'string' ? cell : cell[1];
  const width = (j: number): number => Math.max(...rows.map((row) => plain(row[j] ?? '').length));
  return rows.map((row) =>
    row.map((cell, j) => {
      const text = plain(cell);
      const isNumber = /^[\d−+-]/.test(text) && j > 0;
      const padded = `${isNumber ? text.padStart(width(j)) : text.padEnd(width(j))}  `;
      return typeof cell === 'string' ? padded : ([cell[0], padded] as const);
    }),
  );
}
