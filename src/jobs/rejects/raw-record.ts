/** Records as they stood in their source: which cells they had. Pure. */
import { isRecord } from '../../core/record.ts';

const SEPARATORS = [',', ';', '\t', '|'];

/** The separator that gives a record as many cells as there are columns, else the one that gives most. */
export function separatorOf(raws: readonly string[], width: number): string {
  const exact = SEPARATORS.find((separator) =>
    raws.some((raw) => cellsOfRecord(raw, separator).length === width),
  );
  const most = (separator: string): number =>
    Math.max(...raws.map((raw) => cellsOfRecord(raw, separator).length));
  return exact ?? SEPARATORS.reduce((best, one) => (most(one) > most(best) ? one : best));
}

/** Cells of a record of RFC 4180. */
function cellsOfRecord(raw: string, separator: string): string[] {
  const cells: string[] = [];
  let [cell, quoted] = ['', false];
  for (const char of raw.replace(/\r?\n$/, '')) {
    if (char === '"') quoted = !quoted;
    if (char !== separator || quoted) cell += char;
    else {
      cells.push(cell);
      cell = '';
    }
  }
  return [...cells, cell].map((text) =>
    /^".*"$/s.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text,
  );
}

/** A row by names of columns; null where the record cannot be told apart: `names` are those of a text file with a header. */
export function rowOfRecord(
  { raw, line }: { readonly raw: string; readonly line: number | null },
  names: readonly string[],
): Readonly<Record<string, unknown>> | null {
  if (raw.startsWith('{')) {
    const row = parsedRecord(raw);
    return isRecord(row) ? row : null;
  }
  if (line === null || names.length === 0) return null;
  const cells = cellsOfRecord(raw, separatorOf([raw], names.length));
  return Object.fromEntries(names.map((name, j) => [name, cells[j] ?? '']));
}

/** The key of a row that could not be read as a whole, where its record still shows it. */
export function keyOfRecord(
  letter: { readonly raw: string; readonly line: number | null },
  key: string,
  names: readonly string[],
): string | null {
  const value = rowOfRecord(letter, names)?.[key] ?? null;
  // An empty cell of CSV is a missing value, an empty text of JSON is a text.
  const isMissing = value === null || (value === '' && !letter.raw.startsWith('{'));
  return isMissing ? null : String(value);
}

/** JSON, or null where it is none. */
export function parsedRecord(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
