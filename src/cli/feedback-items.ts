import { CsvError, parse } from 'csv-parse/sync';
import type { FeedbackItem } from '../control/port.ts';
import { PlimsollError } from '../core/errors.ts';

const COLUMNS = ['endpoint', 'requestId', 'unit', 'label', 'metric', 'value', 'time'] as const;
type Column = (typeof COLUMNS)[number];
const isColumn = (name: string): name is Column => COLUMNS.some((column) => column === name);
/** Most mistakes that are named. */
const PROBLEMS_MAX = 20;

/**
 * Items of a file of JSON Lines or CSV; `endpoint` is that of the items that name none. What an item may hold is judged
 * by the control plane. Throws INPUT_INVALID that names every line that is no item.
 */
export function itemsOf(
  text: string,
  kind: 'jsonl' | 'csv',
  endpoint: string | undefined,
): readonly FeedbackItem[] {
  const problems: string[] = [];
  const rows = kind === 'csv' ? csvRows(text, problems) : jsonRows(text, problems);
  const items = rows.map(({ line, item }) => {
    const whole = endpoint === undefined ? item : { endpoint, ...item };
    if (whole['endpoint'] === undefined) problems.push(`line ${line} names no endpoint`);
    return whole as unknown as FeedbackItem;
  });
  if (problems.length === 0) return items;
  const more = problems.length > PROBLEMS_MAX ? `; and ${problems.length - PROBLEMS_MAX} more` : '';
  throw new PlimsollError('INPUT_INVALID', {
    problem: `${problems.slice(0, PROBLEMS_MAX).join('; ')}${more}`,
  });
}

interface Row {
  readonly line: number;
  readonly item: Readonly<Record<string, unknown>>;
}

function jsonRows(text: string, problems: string[]): Row[] {
  return text.split('\n').flatMap((source, i): Row[] => {
    if (source.trim() === '') return [];
    const item = parsed(source);
    if (typeof item === 'object' && item !== null && !Array.isArray(item))
      return [{ line: i + 1, item: { ...item } }];
    problems.push(`line ${i + 1} is no JSON object`);
    return [];
  });
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

/** An empty cell is a key that is left out. */
function csvRows(text: string, problems: string[]): Row[] {
  const [header = [], ...records] = csvRecords(text, problems);
  const unknown = header.filter((name) => !isColumn(name));
  if (unknown.length > 0)
    problems.push(`the first line has ${JSON.stringify(unknown[0])}, wanted some of ${COLUMNS.join(', ')}`);
  return records.map((record, i) => ({
    line: i + 2,
    item: Object.fromEntries(
      record.flatMap((cell, j) => (cell === '' ? [] : [[header[j], cellValue(header[j], cell)]])),
    ),
  }));
}

function csvRecords(text: string, problems: string[]): readonly (readonly string[])[] {
  try {
    return parse(text, { skip_empty_lines: true }) as string[][];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    problems.push(error.message);
    return [];
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Ids stay texts, whatever they look like; labels are compared as texts of the model's own labels. */
const cellValue = (column: string | undefined, cell: string): unknown =>
  column === 'value' && NUMBER.test(cell) ? Number(cell) : cell;
