import { createReadStream, statSync } from 'node:fs';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { PlimsollError } from '../../../core/errors.ts';
import { Reservoir, sampledPlaces } from '../../../core/reservoir.ts';
import type { Signature } from '../../../model/signature.ts';
import { csvRecordsToBody, isCsvHeader, type PlacedRecord } from '../../../row-files/csv.ts';
import { countParquetRows, parquetToBody } from '../../../row-files/parquet.ts';
import { parseRowJson, readRowFile } from '../../../row-files/read.ts';
import { decodeLines } from '../lines.ts';

const WHOLE_BYTES = 2 ** 24;
/** Bytes that are read at once, and longest record of CSV in characters. */
const CHUNK = 2 ** 18;
const RECORD_MAX = 2 ** 20;

/** Rows of a file as a `/predict` body. */
export interface SampledBody {
  readonly body: unknown;
  /** How many rows the file has, where the body holds a sample of them; null where it holds all. */
  readonly rowsGiven: number | null;
}

/** Which rows of a file are taken: all where there are no more than so many. */
export interface SampleChoice {
  readonly most: number;
  readonly seed: number;
  /** Bytes of a file that is read whole, whatever is taken of it. */
  readonly wholeBytes?: number;
}

/**
 * Rows of a file, or a sample of them, however long it is: of CSV and JSON lines no more than those are in memory, of Parquet what
 * DuckDB takes. Short files, one document of JSON and standard input are read whole. Errors: those of `readRowFile`; what rows that are not taken
 * hold is not looked at.
 */
export async function sampledBody(
  path: string,
  signature: Signature,
  id: string | null,
  choice: SampleChoice,
): Promise<SampledBody> {
  const isLong = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > (choice.wholeBytes ?? WHOLE_BYTES);
  const kind = isLong ? extname(path).toLowerCase() : '';
  if (kind === '.csv') return sampledCsv(path, signature, id, choice);
  if (kind === '.jsonl' || kind === '.ndjson') return sampledLines(path, choice);
  if (kind === '.parquet') return sampledParquet(path, signature, id, choice);
  return { body: await readRowFile(path, signature, id), rowsGiven: null };
}

const givenOf = (sample: Reservoir<unknown>, { most }: SampleChoice): number | null =>
  sample.count > most ? sample.count : null;

async function sampledCsv(
  path: string,
  signature: Signature,
  id: string | null,
  choice: SampleChoice,
): Promise<SampledBody> {
  const sample = new Reservoir<PlacedRecord>(choice.most, choice.seed);
  let first: PlacedRecord | null = null;
  let isHeader = false;
  for await (const record of csvRecords(path)) {
    if (first === null) {
      first = record;
      isHeader = isCsvHeader(record, signature, path, id);
      if (isHeader) continue;
    }
    const isBlank = first.cells.length > 1 && record.cells.length === 1 && record.cells[0] === '';
    if (!isBlank) sample.add(record);
  }
  const records = [...(first !== null && isHeader ? [first] : []), ...sample.read()];
  return { body: csvRecordsToBody(records, signature, path, id), rowsGiven: givenOf(sample, choice) };
}

async function* csvRecords(path: string): AsyncGenerator<PlacedRecord> {
  const parser = parse({
    ...{ bom: true, relax_column_count: true, info: true, max_record_size: RECORD_MAX },
    record_delimiter: ['\r\n', '\n'],
  });
  const records = Readable.from(textOf(path)).compose(parser) as AsyncIterable<{
    readonly record: readonly string[];
    readonly info: { readonly lines: number };
  }>;
  try {
    for await (const { record, info } of records) {
      const breaks = record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
      yield { cells: record, line: info.lines - breaks };
    }
  } catch (error) {
    throw error instanceof CsvError ? refused(`${path}: ${error.message}`) : error;
  }
}

const refused = (problem: string): PlimsollError => new PlimsollError('INPUT_INVALID', { problem });

/** Lines of a text, as many as were read at once. */
const linesOf = (path: string): AsyncGenerator<readonly string[]> =>
  decodeLines(createReadStream(path, { highWaterMark: CHUNK }), (line, found) =>
    refused(`${path} line ${line}: expected rows in UTF-8, got text ${found}`),
  );

/** Parts of a text, each ending with a line: a record may go over several. */
async function* textOf(path: string): AsyncGenerator<string> {
  let isFirst = true;
  for await (const lines of linesOf(path)) {
    if (lines.length === 0) continue;
    yield `${isFirst ? '' : '\n'}${lines.join('\n')}`;
    isFirst = false;
  }
}

async function sampledLines(path: string, choice: SampleChoice): Promise<SampledBody> {
  const sample = new Reservoir<{ readonly text: string; readonly line: number }>(choice.most, choice.seed);
  let line = 0;
  for await (const lines of linesOf(path))
    for (const text of lines) {
      line++;
      if (text.trim() !== '') sample.add({ text, line });
    }
  const body = sample.read().map((row) => parseRowJson(row.text, `${path} line ${row.line}`));
  return { body, rowsGiven: givenOf(sample, choice) };
}

async function sampledParquet(
  path: string,
  signature: Signature,
  id: string | null,
  { most, seed }: SampleChoice,
): Promise<SampledBody> {
  const count = await countParquetRows(path);
  const places = sampledPlaces(count, most, seed);
  const body = await parquetToBody(path, signature, id, places ?? undefined);
  return { body, rowsGiven: places === null ? null : count };
}
