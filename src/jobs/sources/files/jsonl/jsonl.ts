/**
 * JSON Lines: an object a line, cells by names of columns. Cells that the model reads are taken as the online doors take
 * them; all others are text: what a string holds, what is written of a number, JSON of lists and objects.
 */

import type { DuckDBVector } from '@duckdb/node-api';
import { valueOfKey } from '../../../../core/element-at.ts';
import { isPlimsollError, PlimsollError } from '../../../../core/errors.ts';
import { isRecord } from '../../../../core/record.ts';
import { anyText, shape, tableOf } from '../../../../schema/value-schema.ts';
import type { CellType } from '../../../../scorer/scorer.ts';
import { type CellReader, cellReader, isFault } from '../../../../serving/rows/cell-reader.ts';
import { parseJsonBody } from '../../../../serving/rows/parse-json.ts';
import type { TableFill } from '../../table/fill.ts';
import { folderCell } from '../columns.ts';
import type { FrozenFile, TableFormat } from '../format.ts';
import { readRange, stateOf } from '../input-file.ts';
import { readLayout } from '../layout.ts';
import { type TextField, textFieldsOf } from '../text/fields.ts';
import { HEAD_BYTES, startOfText } from '../text/head.ts';
import { cutText, TEXT_LAYOUT_KEYS, type TextLayout } from '../text/marks.ts';
import { RecordScanner } from '../text/record-scanner.ts';
import { openTextChunk, type RecordFault, type RecordReader } from '../text/text-chunk.ts';
import { jsonListCell, typeOfList } from './lists.ts';

const LF = 10;

/** DuckDB's types of columns that hold lists, by the first one of each. */
type Lists = Readonly<Record<string, string>>;
type JsonlLayout = TextLayout & { readonly lists: Lists };
const JSONL_LAYOUT = shape({ ...TEXT_LAYOUT_KEYS, lists: tableOf(anyText, anyText) });

export const jsonl: TableFormat = {
  rowsNameColumns: true,
  inspect: async (path) => {
    const { size } = await stateOf(path);
    const { names, lists, start } = headOf(await readRange(path, 0, Math.min(size, HEAD_BYTES)), path);
    return {
      columns: names.map((name) => ({ name, type: 'VARCHAR' })),
      layout: null,
      scanner: () => new JsonlScanner(path, start, lists),
    };
  },
  rows: (layout) => readLayout(JSONL_LAYOUT, layout).records,
  cut: (layout, rows) => cutText(readLayout(JSONL_LAYOUT, layout), rows),
  open: (path, file, chunk, wanted, db) => {
    const { lists } = readLayout(JSONL_LAYOUT, file.layout);
    const { fields, parsed } = textFieldsOf(wanted);
    const columns = fields.map(({ name, column, type }) => ({ name, type: typeOf(type, lists, column) }));
    const reader = (bytes: Buffer): RecordReader => new JsonlReader(bytes, lists, fields, file);
    return openTextChunk({ path, file, chunk, columns, parsed, reader }, db);
  },
};

function typeOf(type: CellType | undefined, lists: Lists, name: string): string {
  if (type === 'list') return Object.hasOwn(lists, name) ? valueOfKey(lists, name) : 'DOUBLE[]';
  return type === 'number' ? 'DOUBLE' : type === 'bool' ? 'BOOLEAN' : 'VARCHAR';
}

class JsonlScanner extends RecordScanner {
  readonly #lists: Lists;

  constructor(path: string, start: number, lists: Lists) {
    super({ path, start, line: 1, delimiter: null });
    this.#lists = lists;
  }

  override finish(): JsonlLayout {
    return { ...super.finish(), lists: this.#lists };
  }
}

/** Names of the columns that the first rows have, and which of them hold lists. Throws INPUT_INVALID where none is an object. */
function headOf(head: Buffer, path: string): { names: readonly string[]; lists: Lists; start: number } {
  const start = startOfText(head, path);
  const names = new Set<string>();
  const lists = new Map<string, string>();
  for (const line of head.toString('utf8', start).split('\n')) {
    for (const [name, value] of Object.entries(objectOf(line) ?? {})) {
      names.add(name);
      const type = lists.has(name) ? null : typeOfList(value);
      if (type !== null) lists.set(name, type);
    }
  }
  if (names.size === 0)
    throw invalid(path, 'expected an object by names of columns on each line, its first lines hold none');
  return { names: [...names], lists: Object.fromEntries(lists), start };
}

/** The object that a line holds, or null. */
function objectOf(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value = parseJsonBody(line);
    return isRecord(value) ? value : null;
  } catch (error) {
    if (isPlimsollError(error)) return null;
    throw error;
  }
}

/** Sets the cell that has this value; answers what is wrong with it. */
type SetCell = (
  value: unknown,
  vector: DuckDBVector,
  row: number,
  line: string,
) => Omit<RecordFault, 'column'> | null;

class JsonlReader implements RecordReader {
  readonly #bytes: Buffer;
  readonly #cells: readonly { readonly name: string; readonly required: boolean; readonly set: SetCell }[];
  #start = 0;
  #end = 0;
  blank = true;

  constructor(bytes: Buffer, lists: Lists, fields: readonly TextField[], file: FrozenFile) {
    this.#bytes = bytes;
    this.#cells = fields.map(({ column: name, type }) => {
      if (Object.hasOwn(file.partition, name)) {
        return { name, required: false, set: constant(folderCell(file, name, type)) };
      }
      return { name, required: type !== undefined, set: setter(name, type, typeOf(type, lists, name)) };
    });
  }

  next(at: number): number {
    const end = this.#bytes.indexOf(LF, at);
    this.#start = at;
    this.#end = end < 0 ? this.#bytes.length : end;
    this.blank = true;
    for (let i = at; i < this.#end && this.blank; i++) this.blank = this.#bytes[i]! <= 32;
    return end < 0 ? this.#end : end + 1;
  }

  take({ vectors, row }: TableFill): RecordFault | null {
    const line = this.#bytes.toString('utf8', this.#start, this.#end);
    const record = recordOf(line);
    if ('code' in record) return record;
    for (let j = 0; j < vectors.length; j++) {
      const { name, required, set } = this.#cells[j]!;
      const there = Object.hasOwn(record.cells, name);
      if (!there && required)
        return { column: name, code: 'missing', reason: 'the object lacks this column' };
      const fault = set(there ? record.cells[name] : null, vectors[j]!, row, line);
      if (fault !== null) return { column: name, ...fault };
    }
    return null;
  }
}

function recordOf(line: string): { cells: Readonly<Record<string, unknown>> } | RecordFault {
  try {
    const cells = parseJsonBody(line);
    if (isRecord(cells)) return { cells };
    return { column: null, code: 'object_type', reason: 'expected an object by names of columns' };
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return { column: null, code: 'json_invalid', reason: error.message.replace(/^body: /, '') };
  }
}

function setter(name: string, type: CellType | undefined, typeName: string): SetCell {
  if (type === undefined) return setText(name);
  if (type === 'list') {
    return (value, vector, row) => {
      const list = jsonListCell(value, typeName);
      if (list === undefined)
        return { code: 'list_type', reason: `expected lists like those of the first row (${typeName})` };
      vector.setItem(row, list);
      return null;
    };
  }
  return setChecked(cellReader({ name, named: true, type, nullable: true }), type);
}

/** What the model reads: checked as the online doors check it; the model's own bounds are the scorer's business. */
function setChecked(read: CellReader, type: CellType): SetCell {
  return (value, vector, row) => {
    const cell = read(value);
    if (isFault(cell)) return { code: cell.type, reason: cell.msg };
    const missing = cell === null || Number.isNaN(cell);
    vector.setItem(row, missing ? null : type === 'bool' ? cell === 1 : cell);
    return null;
  };
}

const constant =
  (cell: string | number | boolean | null): SetCell =>
  (_value, vector, row) => {
    vector.setItem(row, cell);
    return null;
  };

const setText =
  (name: string): SetCell =>
  (value, vector, row, line) => {
    vector.setItem(row, value === null ? null : textOf(value, name, line));
    return null;
  };

/** A value as text. Numbers that a double may not hold are taken from the line as they are written there. */
function textOf(value: unknown, name: string, line: string): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return JSON.stringify(value);
  return numberSource(line, name) ?? String(value);
}

/** How the number `name` of an object is written in its JSON; undefined where that has words of Python's, as NaN. */
function numberSource(line: string, name: string): string | undefined {
  const sources = new Map<unknown, string>();
  try {
    const object: unknown = JSON.parse(
      line,
      function (this: unknown, key: string, value: unknown, { source } = {} as { source?: string }) {
        if (key === name && source !== undefined) sources.set(this, source);
        return value;
      },
    );
    return sources.get(object);
  } catch {
    return undefined;
  }
}

const invalid = (path: string, problem: string): PlimsollError =>
  new PlimsollError('INPUT_INVALID', { problem: `${path}: ${problem}` });
