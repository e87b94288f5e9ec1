/** Cells of CSV. Pure. */

/**
 * A cell as RFC 4180 has it: in quotes where it holds a separator, a quote or the end of a line. Nothing is an empty cell; a text
 * without letters is an empty cell in quotes, for a record of it alone would be an empty line.
 */
export function csvCell(text: string | null, separator = ','): string {
  if (text === null) return '';
  const isQuoted = text === '' || /["\r\n]/.test(text) || text.includes(separator);
  return isQuoted ? `"${text.replaceAll('"', '""')}"` : text;
}
