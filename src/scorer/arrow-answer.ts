/** What became of a batch, as an Arrow record batch. */

import {
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int8,
  Int64,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow';
import { elementAt } from '../core/element-at.ts';
import { PlimsollError } from '../core/errors.ts';
import { columnAbsent } from './arrow-frame.ts';
import type { OutputColumn, OutputValues, RowRefusal, ScoredFrame } from './scorer.ts';

const TYPES = { number: Float64, integer: Int64, string: Utf8, bool: Bool } as const;

/** Columns that say what became of each row. */
const VERDICT = [
  new Field('_outcome', new Int8(), false),
  new Field('_code', new Utf8(), true),
  new Field('_column', new Utf8(), true),
  new Field('_reason', new Utf8(), true),
];

/**
 * The schema of answers to requests of this schema: the columns `carry` as they are, the outputs, the verdict. Throws
 * INPUT_COLUMNS where a column to carry is missing, or is called as another one.
 */
export function arrowAnswerSchema(
  request: Schema,
  carry: readonly string[],
  outputs: readonly OutputColumn[],
): Schema {
  const carried = carry.map((name) => {
    const field = request.fields.find((one) => one.name === name);
    if (field === undefined)
      throw columnAbsent(
        name,
        request.fields.map((one) => one.name),
      );
    return field;
  });
  const answers = outputs.map(({ name, type }) => new Field(name, new TYPES[type](), true));
  const fields = [...carried, ...answers, ...VERDICT];
  const twice = fields.find((field, i) => fields.findIndex((other) => other.name === field.name) !== i);
  if (twice === undefined) return new Schema(fields, request.metadata);
  const problem = `"${twice.name}" would be in the answer twice: rename the column that is carried`;
  throw new PlimsollError('INPUT_COLUMNS', { problem });
}

/** The answer to one batch. */
export function answerBatch(
  schema: Schema,
  request: RecordBatch,
  carry: readonly string[],
  outputs: readonly OutputColumn[],
  scored: ScoredFrame,
): RecordBatch {
  const length = request.numRows;
  const { fields } = request.schema;
  const carried = carry.map((name) =>
    elementAt(
      request.data.children,
      fields.findIndex((field) => field.name === name),
    ),
  );
  const nulls = nullsOf(scored);
  const answers = outputs.map(({ type }, j) => DATA[type](elementAt(scored.columns, j), length, nulls));
  const children = [...carried, ...answers, ...verdictOf(scored, length)];
  const type = new Struct(schema.fields);
  return new RecordBatch(schema, makeData({ type, length, nullCount: 0, children }));
}

/** Rows without an answer, as Arrow marks them. */
interface Nulls {
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | null;
}

const NONE: Nulls = { nullCount: 0, nullBitmap: null };

function nullsOf({ outcomes, refusals }: ScoredFrame): Nulls {
  if (refusals.length === 0) return NONE;
  return { nullCount: refusals.length, nullBitmap: bitsOf(outcomes, (outcome) => outcome === 0) };
}

/** Bits, least significant first. */
function bitsOf<T>(values: ArrayLike<T>, isSet: (value: T) => boolean): Uint8Array {
  const bits = new Uint8Array((values.length + 7) >> 3);
  for (let i = 0; i < values.length; i++) if (isSet(values[i]!)) bits[i >> 3]! |= 1 << (i & 7);
  return bits;
}

type ToData = (values: OutputValues, length: number, nulls: Nulls) => Data<DataType>;

const DATA: Readonly<Record<OutputColumn['type'], ToData>> = {
  number: (values, length, nulls) =>
    makeData({ type: new Float64(), length, ...nulls, data: values as Float64Array }),
  integer: (values, length, nulls) =>
    makeData({ type: new Int64(), length, ...nulls, data: values as BigInt64Array }),
  bool: (values, length, nulls) =>
    makeData({
      type: new Bool(),
      length,
      ...nulls,
      data: bitsOf(values as Uint8Array, (value) => value === 1),
    }),
  string: (values, length, nulls) => textData(values as readonly string[], length, nulls),
};

function verdictOf({ outcomes, refusals }: ScoredFrame, length: number): Data<DataType>[] {
  const codes = new Int8Array(outcomes.buffer, outcomes.byteOffset, length);
  const outcome = makeData({ type: new Int8(), length, nullCount: 0, data: codes });
  const texts = (pick: (refusal: RowRefusal) => string | null): Data<DataType> =>
    refusalTexts(refusals, pick, length);
  return [outcome, texts(({ code }) => code), texts(({ column }) => column), texts(({ reason }) => reason)];
}

/** Null in all rows but the few that were refused. */
function refusalTexts(
  refusals: readonly RowRefusal[],
  pick: (refusal: RowRefusal) => string | null,
  length: number,
): Data<Utf8> {
  const said = refusals.flatMap((refusal) => {
    const text = pick(refusal);
    return text === null ? [] : [{ row: refusal.row, bytes: Buffer.from(text) }];
  });
  const valueOffsets = new Int32Array(length + 1);
  const nullBitmap = new Uint8Array((length + 7) >> 3);
  let end = 0;
  said.forEach(({ row, bytes }, i) => {
    end += bytes.length;
    nullBitmap[row >> 3]! |= 1 << (row & 7);
    valueOffsets.fill(end, row + 1, (said[i + 1]?.row ?? length) + 1);
  });
  const data = Buffer.concat(said.map(({ bytes }) => bytes));
  return makeData({
    type: new Utf8(),
    length,
    nullCount: length - said.length,
    nullBitmap,
    valueOffsets,
    data,
  });
}

/** Texts one after the other, encoded at once where every character is one byte. */
function textData(values: readonly string[], length: number, nulls: Nulls): Data<Utf8> {
  const joined = values.join('');
  const ascii = Buffer.byteLength(joined) === joined.length;
  const data = ascii
    ? Buffer.from(joined, 'latin1')
    : Buffer.concat(values.map((value) => Buffer.from(value)));
  const valueOffsets = new Int32Array(length + 1);
  for (let i = 0; i < length; i++) {
    const text = values[i]!;
    valueOffsets[i + 1] = valueOffsets[i]! + (ascii ? text.length : Buffer.byteLength(text));
  }
  return makeData({ type: new Utf8(), length, ...nulls, valueOffsets, data });
}
