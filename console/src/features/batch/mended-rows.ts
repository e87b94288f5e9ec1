/** Rows that somebody puts right in the page: what was typed, as rows for a replay. Pure. */
import type { RejectView } from '../../api/generated/control-api.ts';

type Cells = NonNullable<RejectView['cells']>;

interface RejectEdit {
  readonly reject: RejectView;
  /** What was typed, by column. */
  readonly texts: Readonly<Record<string, string>>;
}

/** By the place of each reject: they stay when others are shown. */
export type Edits = ReadonlyMap<string, RejectEdit>;

/** Names a reject of a run. */
export const placeOf = ({ path, row, line }: Pick<RejectView, 'path' | 'row' | 'line'>): string =>
  JSON.stringify([path, row, line]);

export const cellText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

export function withEdit(edits: Edits, reject: RejectView, column: string, text: string): Edits {
  const place = placeOf(reject);
  return new Map(edits).set(place, { reject, texts: { ...edits.get(place)?.texts, [column]: text } });
}

/** Rows that differ from what they were, whole. */
export function mendedRows(edits: Edits): readonly Cells[] {
  return [...edits.values()].flatMap(({ reject, texts }) => {
    const { cells } = reject;
    if (cells === null) return [];
    const changed = Object.entries(texts).filter(([column, text]) => text !== cellText(cells[column]));
    if (changed.length === 0) return [];
    const isText = reject.line !== null && !reject.raw.startsWith('{');
    return [
      {
        ...cells,
        ...Object.fromEntries(changed.map(([column, text]) => [column, isText ? text : jsonValueOf(text)])),
      },
    ];
  });
}

/** In JSON and Parquet a number is a number: what reads as one, as true, false or null is taken for that. */
function jsonValueOf(text: string): unknown {
  if (text === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? text : value;
  } catch {
    return text;
  }
}

/** Rows in a file, one JSON object a line, or one list of them. Throws what tells which line is none. */
export function rowsInText(text: string): readonly Cells[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const first = lines[0]?.trim() ?? '';
  const rows: readonly unknown[] = first.startsWith('[')
    ? (JSON.parse(text) as readonly unknown[])
    : lines.map(parsedLine);
  return rows.map((row, k) => {
    if (typeof row !== 'object' || row === null || Array.isArray(row))
      throw new Error(`Row ${k + 1} is no JSON object`);
    return { ...row };
  });
}

function parsedLine(line: string, k: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`Line ${k + 1} is no JSON: one object a line is wanted`);
  }
}
