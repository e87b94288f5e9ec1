import { isRecord } from '../../core/record.ts';
import type { Batch } from '../../model/batch.ts';
import type { Signature } from '../../model/signature.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { clipText, describeInput, InputErrors, type InputLocation } from './input-errors.ts';
import { columnsOfBody } from './open-columns.ts';
import { type ExtraColumns, TableReader } from './table-reader.ts';
import { TensorReader } from './tensor-reader.ts';

export interface DecodeOptions {
  /** Columns that the model does not have: refused unless a protocol says otherwise. */
  readonly extra?: ExtraColumns;
}

/** Keys under which a body may hold its rows; one of them a body. */
export const ENVELOPES = ['rows', 'instances', 'inputs', 'dataframe_records', 'dataframe_split'] as const;
/** Keys that other servers' clients send beside the rows. */
const TOLERATED = new Set(['parameters', 'params', 'signature_name']);

/**
 * Rows to score, from any accepted form of input: `{"rows": […]}`, `{"instances": […]}`, `{"inputs": …}`,
 * `{"dataframe_records": […]}`, `{"dataframe_split": {"columns"?, "data"}}`, a bare row, or a bare list of rows; a
 * row is a list in signature order, an object by column name, or a bare value where there is one column; an object of
 * lists is read column by column. Throws INPUT_INVALID with `details.detail`, an `InputDetail[]` that names each cell.
 */
export function decodeInput(body: unknown, signature: Signature, options: DecodeOptions = {}): Batch {
  if (signature.form !== 'tensors' && signature.open) {
    const { open, ...closed } = signature;
    return decodeInput(body, { ...closed, columns: columnsOfBody(body, ENVELOPES) }, options);
  }
  const complaints = new InputErrors();
  const reader: RowReader =
    signature.form === 'tensors'
      ? new TensorReader(signature.tensors, complaints)
      : new TableReader(signature.columns, complaints, options.extra ?? 'error');
  const columns = signature.form === 'tensors' ? signature.tensors.length : signature.columns.length;
  if (Array.isArray(body)) {
    const bareRow = signature.form !== 'tensors' && columns > 1 && body.length > 0 && body.every(isScalar);
    return bareRow ? reader.row(body, ['body']) : reader.rows(body, ['body']);
  }
  if (!isRecord(body)) {
    if (columns === 1 && body !== undefined && body !== null) return reader.row(body, ['body']);
    const msg = `expected a row, {"rows": […]} or a list of rows, got ${body === undefined ? 'nothing' : describeInput(body)}`;
    return complaints.fail(['body'], { type: 'body_type', msg }, body);
  }
  const envelope = envelopeOf(body, reader, complaints);
  if (envelope === null) return readObject(body, reader, ['body']);
  if (envelope === 'dataframe_split') return readSplit(body[envelope], reader, complaints);
  return readEnvelope(body[envelope], reader, complaints, ['body', envelope]);
}

/** What reads the rows of one kind of signature. */
export interface RowReader {
  hasColumn(name: string): boolean;
  /** Whether an object of lists holds columns rather than one row. */
  holdsColumns(object: Readonly<Record<string, unknown>>): boolean;
  row(row: unknown, loc: InputLocation): Batch;
  rows(rows: readonly unknown[], loc: InputLocation): Batch;
  columns(lists: Readonly<Record<string, unknown>>, loc: InputLocation): Batch;
  split(names: readonly unknown[], data: readonly unknown[], loc: InputLocation): Batch;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The key that holds the rows, or null where the body is itself a row or an object of columns. */
function envelopeOf(
  body: JsonObject,
  reader: RowReader,
  complaints: InputErrors,
): (typeof ENVELOPES)[number] | null {
  const keys = Object.keys(body);
  const found = ENVELOPES.filter(
    (key) => Object.hasOwn(body, key) && (!reader.hasColumn(key) || keys.length === 1),
  );
  const [envelope, second] = found;
  if (!envelope) return null;
  if (reader.hasColumn(envelope) && isScalar(body[envelope])) return null;
  if (second) {
    const msg = `expected one of ${ENVELOPES.join(', ')}, got both ${envelope} and ${second}`;
    complaints.fail(['body'], { type: 'body_keys', msg });
  }
  for (const key of keys) {
    if (key === envelope || TOLERATED.has(key)) continue;
    const msg = `${describeInput(key)} beside "${envelope}": expected nothing else${didYouMean(key, ENVELOPES)}`;
    complaints.add(['body', clipText(key)], { type: 'extra_forbidden', msg });
  }
  complaints.check();
  return envelope;
}

function readEnvelope(value: unknown, reader: RowReader, complaints: InputErrors, loc: InputLocation): Batch {
  if (Array.isArray(value)) return reader.rows(value, loc);
  if (isRecord(value)) return readObject(value, reader, loc);
  const msg = `"${loc[1]}": expected a list of rows, got ${describeInput(value)}`;
  return complaints.fail(loc, { type: 'list_type', msg }, value);
}

const readObject = (object: JsonObject, reader: RowReader, loc: InputLocation): Batch =>
  reader.holdsColumns(object) ? reader.columns(object, loc) : reader.row(object, loc);

function readSplit(split: unknown, reader: RowReader, complaints: InputErrors): Batch {
  const loc = ['body', 'dataframe_split'];
  const { columns, data } = isRecord(split) ? split : {};
  if (!Array.isArray(data)) {
    const msg = `"dataframe_split": expected {"columns": […], "data": [[…]]}, got ${describeInput(split)} without a list "data"`;
    return complaints.fail(loc, { type: 'list_type', msg }, split);
  }
  if (columns === undefined || columns === null) return reader.rows(data, [...loc, 'data']);
  if (!Array.isArray(columns)) {
    const msg = `"columns": expected a list of names, got ${describeInput(columns)}`;
    return complaints.fail([...loc, 'columns'], { type: 'list_type', msg }, columns);
  }
  return reader.split(columns, data, loc);
}

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null;
