/** Lines of styled words, cut to a width by what is seen of them. */
import { printable } from '../../output/printable.ts';
import { visibleColumns } from '../../output/table.ts';

export type TextStyle = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
/** Words in a row, each as it is or with a style. */
export type StyledLine = readonly (string | readonly [TextStyle, string])[];
/** A line of these words, for the compiler. */
export const styledLine = (...words: StyledLine): StyledLine => words;
export type ApplyStyle = (style: TextStyle, text: string) => string;

/** A line for the terminal: control characters made harmless, cut with an ellipsis where it is too long. */
export function renderLine(line: StyledLine, width: number, paint: ApplyStyle): string {
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

type Word = StyledLine[number];
const plain = (word: Word): string => (typeof word === 'string' ? word : word[1]);
const as = (word: Word, text: string): Word => (typeof word === 'string' ? text : [word[0], text]);

/** Columns of the names at the left of a frame. */
const MARGIN = 10;

/** A name at the margin and words beside it, broken between words where the line is full. */
export function wrapWords(name: string, words: readonly Word[], width: number, gap = ' '): StyledLine[] {
  const lines: Word[][] = [];
  let left = 0;
  for (const word of words) {
    const { length } = plain(word);
    const last = lines.at(-1);
    if (last === undefined || gap.length + length > left) {
      lines.push([word]);
      left = width - MARGIN - length;
    } else {
      last.push(gap, word);
      left -= gap.length + length;
    }
  }
  return lines.map((line, i) => [(i === 0 ? name : '').padEnd(MARGIN), ...line]);
}

/** The words of a sentence, for `flow`. */
export const wordsOf = (text: string): readonly string[] => text.split(' ');

/**
 * Cells in columns under a head; numbers stand at the right, their names above them. Without room for all, `expendable`
 * ones go, the first named first.
 */
export function alignColumns(
  head: readonly string[],
  rows: readonly (readonly Word[])[],
  width: number,
  expendable: readonly string[] = [],
): StyledLine[] {
  const texts = [head, ...rows.map((row) => row.map((word) => printable(plain(word))))];
  const kept = visibleColumns(texts, width, expendable);
  return aligned(
    head.filter((_, j) => kept.includes(j)),
    rows.map((row) => row.filter((_, j) => kept.includes(j))),
  );
}

function aligned(head: readonly string[], rows: readonly (readonly Word[])[]): StyledLine[] {
  const all = [head.map((name): Word => ['dim', name]), ...rows];
  const cells = (j: number): string[] => all.map((row) => plain(row[j] ?? ''));
  const columns = head.map((_, j) => {
    const [, ...values] = cells(j);
    const width = Math.max(...cells(j).map((text) => text.length));
    return { width, isNumeric: j > 0 && values.some((text) => /^[\d−+]/.test(text)) };
  });
  return all.map((row) =>
    columns.slice(0, row.length).map(({ width, isNumeric }, j) => {
      const word = row[j] ?? '';
      const text = plain(word);
      const cell = isNumeric ? text.padStart(width) : text.padEnd(width);
      return as(word, j === row.length - 1 ? cell.trimEnd() : `${cell}  `);
    }),
  );
}
