/** Labels and business values in a file, read as it streams: however long it is, a batch of it is in memory. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { FeedbackItem } from '../../control/port.ts';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { decodeLines, LINE_MAX_CHARS, type LineError } from '../files/lines.ts';

const COLUMNS = ['endpoint', 'requestId', 'unit', 'label', 'metric', 'value', 'time'] as const;
const isColumn = (name: string): boolean => COLUMNS.some((column) => column === name);
/** Most mistakes that are named. */
const PROBLEMS_MAX = 20;
/** Rows of CSV that are handed on together. */
const ROWS = 1000;

export interface FeedbackFile {
  readonly path: string;
  readonly kind: 'jsonl' | 'csv';
  /** Endpoint of the items that name none. */
  readonly endpoint: string | undefined;
}

/** An item and the line that it ends on. */
export interface FeedbackLine {
  readonly line: number;
  readonly item: FeedbackItem;
}

/** Reads all of a file and sends none of it; answers how many items it holds. Throws FEEDBACK_INVALID that names each line that is no item. */
export async function countValidItems(file: FeedbackFile): Promise<number> {
  const problems: string[] = [];
  let mistakes = 0;
  let count = 0;
  for await (const rows of rowsOf(file))
    for (const { line, item } of rows) {
      count++;
      const problem = problemOf(line, item);
      if (problem === null) continue;
      mistakes++;
      if (problems.length < PROBLEMS_MAX) problems.push(problem);
    }
  if (mistakes === 0) return count;
  const more = mistakes > problems.length ? `; and ${mistakes - problems.length} more` : '';
  throw invalid(`${problems.join('; ')}${more}`);
}

/** The items of a file that was checked, at most `size` at a time. What an item may hold is judged by the control plane. */
export async function* feedbackBatches(
  file: FeedbackFile,
  size: number,
): AsyncGenerator<readonly FeedbackLine[]> {
  let batch: FeedbackLine[] = [];
  for await (const rows of rowsOf(file))
    for (const { line, item } of rows) {
      const problem = problemOf(line, item);
      if (problem !== null) throw invalid(problem);
      batch.push({ line, item: item as unknown as FeedbackItem });
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
  if (batch.length > 0) yield batch;
}

type Fields = Readonly<Record<string, unknown>>;

interface Row {
  readonly line: number;
  /** Null where the line is no object. */
  readonly item: Fields | null;
}

function problemOf(line: number, item: Fields | null): string | null {
  if (item === null) return `line ${line} is no JSON object`;
  return item['endpoint'] === undefined ? `line ${line} names no endpoint, nor does --endpoint` : null;
}

async function* rowsOf({ path, kind, endpoint }: FeedbackFile): AsyncGenerator<readonly Row[]> {
  const stream = createReadStream(path, { highWaterMark: 2 ** 18 });
  const whole = (item: Fields | null): Fields | null => item && { endpoint, ...item };
  for await (const rows of kind === 'csv' ? csvRows(stream) : jsonRows(stream))
    yield rows.map(({ line, item }) => ({ line, item: whole(item) }));
}

async function* jsonRows(stream: Readable): AsyncGenerator<readonly Row[]> {
  let line = 0;
  for await (const batch of decodeLines(stream, refuse)) {
    const before = line;
    line += batch.length;
    yield batch.flatMap((source, i) =>
      source.trim() === '' ? [] : [{ line: before + i + 1, item: objectIn(source) }],
    );
  }
}

function objectIn(source: string): Fields | null {
  try {
    const value: unknown = JSON.parse(source.replace(/^\uFEFF/, ''));
    return isRecord(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** An empty cell is a key that is left out. */
async function* csvRows(stream: Readable): AsyncGenerator<readonly Row[]> {
  const parser = parse({
    ...{ bom: true, info: true, skip_empty_lines: true, max_record_size: LINE_MAX_CHARS },
    record_delimiter: ['\r\n', '\n', '\r'],
  });
  const records = Readable.from(textOf(stream)).compose(parser) as AsyncIterable<CsvRecord>;
  let header: readonly string[] | null = null;
  let rows: Row[] = [];
  try {
    for await (const { record, info } of records) {
      if (header === null) header = headerOf(record);
      else rows.push({ line: info.lines, item: fieldsOf(header, record) });
      if (rows.length < ROWS) continue;
      yield rows;
      rows = [];
    }
  } catch (error) {
    throw error instanceof CsvError ? invalid(error.message) : error;
  }
  yield rows;
}

/** Parts of CSV, each ending with a line: a record may go over several. */
async function* textOf(stream: Readable): AsyncGenerator<string> {
  let isFirst = true;
  for await (const batch of decodeLines(stream, refuse)) {
    if (batch.length === 0) continue;
    yield `${isFirst ? '' : '\n'}${batch.join('\n')}`;
    isFirst = false;
  }
}

function headerOf(record: readonly string[]): readonly string[] {
  const unknown = record.find((name) => !isColumn(name));
  if (unknown === undefined) return record;
  throw invalid(`the first line has ${JSON.stringify(unknown)}, expected some of ${COLUMNS.join(', ')}`);
}

const fieldsOf = (header: readonly string[], record: readonly string[]): Fields =>
  Object.fromEntries(
    header.flatMap((name, j) => {
      const cell = record[j] ?? '';
      return cell === '' ? [] : [[name, cellValue(name, cell)]];
    }),
  );

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Ids stay texts, whatever they look like; labels are compared as texts of the model's own labels. */
const cellValue = (column: string, cell: string): unknown =>
  column === 'value' && NUMBER.test(cell) ? Number(cell) : cell;

const invalid = (problems: string): PlimsollError => new PlimsollError('FEEDBACK_INVALID', { problems });
const refuse: LineError = (line, found) => invalid(`line ${line} is ${found}`);
