/**
 * Blocks as bytes, little-endian: `PLBK` · version (u8, 1 or 2) · 3 bytes 0 · length of the header (u32) · length of the columns
 * (u32) · CRC-32 of all before and after it (u32) · 4 bytes 0 · the header as JSON in UTF-8 · the columns: inputs, outputs,
 * then those of `meta` in the order of `META`, and `explanation` where the version is 2. Numbers are raw, texts as in `text-column.ts`. Pure.
 */
import { crc32 } from '../bytes/crc32.ts';
import { ByteCursor } from '../bytes/cursor.ts';
import { isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { CapturedBlock, CapturedColumn, CapturedValues } from './block.ts';
import { type BlockHeader, headerOf, readHeader } from './block-header.ts';
import { BLOCK_LIMITS } from './block-limits.ts';
import { numberBytes, numbersFromBytes } from './number-bytes.ts';
import {
  corruptTexts,
  type PackedTexts,
  packTexts,
  readTexts,
  textBytes,
  writeTexts,
} from './text-column.ts';

const MAGIC = 0x4b424c50; // "PLBK"
const VERSION = 1;
/** Of blocks with explanations. */
const EXPLAINED = 2;
const PREFIX = 24;
const CRC_AT = 16;

/** How the values of a column lie. */
type Kind = 'f64' | 'f32' | 'u32' | 'i8' | 'text';

const META = [
  ['at', 'f64'],
  ['requestId', 'text'],
  ['row', 'u32'],
  ['unit', 'text'],
  ['arm', 'i8'],
  ['role', 'text'],
  ['segment', 'text'],
  ['millis', 'f32'],
  ['weight', 'f32'],
] as const satisfies readonly (readonly [keyof CapturedBlock['meta'], Kind])[];

const SIZES = { f64: 8, f32: 4, u32: 4, i8: 1 } as const;
const ROOM = { f64: Float64Array, f32: Float32Array, u32: Uint32Array, i8: Int8Array } as const;
type Numbers = Float64Array | Float32Array | Uint32Array | Int8Array;

type Packed =
  | { readonly kind: Exclude<Kind, 'text'>; readonly values: Numbers }
  | { readonly kind: 'text'; readonly values: PackedTexts };

/** CRC-32 of bytes that come after others: ours, or that of the platform, which is quicker. */
export type ChecksumFunction = (bytes: Uint8Array, before?: number) => number;

/** The bytes of a block that keeps to `BLOCK_LIMITS`; throws BLOCK_INVALID where it does not. */
export function encodeBlock(block: CapturedBlock, crc: ChecksumFunction = crc32): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify(headerOf(block)));
  const columns = columnsOf(block).map(packed);
  const size = columns.reduce((sum, column) => sum + sizeOf(column), 0);
  const length = PREFIX + header.length + size;
  if (length > BLOCK_LIMITS.bytes || header.length > BLOCK_LIMITS.header || block.rows > BLOCK_LIMITS.rows)
    throw invalid(`it would be ${length} bytes with ${header.length} of header and ${block.rows} rows`);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint8(4, block.meta.explanation === undefined ? VERSION : EXPLAINED);
  view.setUint32(8, header.length, true);
  view.setUint32(12, size, true);
  bytes.set(header, PREFIX);
  let at = PREFIX + header.length;
  for (const column of columns) at = write(column, bytes, at);
  view.setUint32(CRC_AT, checksum(bytes, crc), true);
  return bytes;
}

/** Of all bytes but its own. */
const checksum = (bytes: Uint8Array, crc: ChecksumFunction): number =>
  crc(bytes.subarray(CRC_AT + 4), crc(bytes.subarray(0, CRC_AT)));

function columnsOf({ rows, inputs, outputs, meta }: CapturedBlock): (readonly [Kind, unknown])[] {
  const columns: (readonly [Kind, { readonly length: number }])[] = [
    ...[...inputs, ...outputs].map(({ values }) => [kindOf(values), values] as const),
    ...META.map(([name, kind]) => [kind, meta[name]] as const),
    ...(meta.explanation === undefined ? [] : [['text', meta.explanation] as const]),
  ];
  if (columns.some(([, values]) => values.length !== rows))
    throw invalid(`a column has not its ${rows} rows`);
  return columns;
}

const kindOf = (values: CapturedValues): Kind => (values instanceof Float64Array ? 'f64' : 'text');

const packed = ([kind, values]: readonly [Kind, unknown]): Packed =>
  kind === 'text'
    ? { kind, values: packTexts(values as readonly (string | null)[]) }
    : { kind, values: values as Numbers };

const sizeOf = (column: Packed): number =>
  column.kind === 'text' ? textBytes(column.values) : SIZES[column.kind] * column.values.length;

function write(column: Packed, bytes: Uint8Array, start: number): number {
  if (column.kind === 'text') return writeTexts(column.values, bytes, start);
  const raw = numberBytes(column.values);
  bytes.set(raw, start);
  return start + raw.length;
}

/** The block again. Throws BLOCK_INVALID where the bytes were torn by a crash, were altered or never were one. */
export function decodeBlock(bytes: Uint8Array, crc: ChecksumFunction = crc32): CapturedBlock {
  try {
    return decoded(bytes, crc);
  } catch (error) {
    if (!isPlimsollError(error) || error.code === 'BLOCK_INVALID') throw error;
    throw invalid(error.message);
  }
}

function decoded(bytes: Uint8Array, crcOf: ChecksumFunction): CapturedBlock {
  if (bytes.length > BLOCK_LIMITS.bytes)
    throw invalid(`it is ${bytes.length} bytes, at most ${BLOCK_LIMITS.bytes} were wanted`);
  const cursor = new ByteCursor(bytes);
  const what = 'its beginning';
  const magic = cursor.u32(what);
  const version = cursor.u32(what);
  if (magic !== MAGIC || (version !== VERSION && version !== EXPLAINED))
    throw corruptTexts(what, 0, 'other bytes', '"PLBK" and version 1 or 2');
  const length = cursor.u32(what);
  const size = cursor.u32(what);
  const crc = cursor.u32(what);
  cursor.u32(what);
  if (length > BLOCK_LIMITS.header || bytes.length !== PREFIX + length + size)
    throw corruptTexts(what, 8, `${bytes.length} bytes`, `${PREFIX + length + size}, as it says`);
  if (checksum(bytes, crcOf) !== crc) throw corruptTexts('it', CRC_AT, 'another checksum', `${crc}`);
  const header = readHeader(cursor.take(length, 'its header'));
  const inputs = readColumns(cursor, header.rows, header.inputs);
  const outputs = readColumns(cursor, header.rows, header.outputs);
  const meta = Object.fromEntries(
    META.map(([name, kind]) => [name, readValues(cursor, header.rows, kind, name)]),
  ) as unknown as CapturedBlock['meta'];
  const more = version === EXPLAINED ? { explanation: readTexts(cursor, header.rows, 'explanation') } : {};
  if (cursor.left > 0) throw corruptTexts('its end', cursor.offset, `${cursor.left} bytes more`, 'none');
  if (meta.requestId.some((id) => (id as string | null) === null))
    throw corruptTexts('requestId', cursor.offset, 'none', 'one a row');
  return { ...header, inputs, outputs, meta: { ...meta, ...more } };
}

const readColumns = (cursor: ByteCursor, rows: number, specs: BlockHeader['inputs']): CapturedColumn[] =>
  specs.map(([name, kind]) => ({ name, values: readValues(cursor, rows, kind, name) as CapturedValues }));

function readValues(cursor: ByteCursor, rows: number, kind: Kind, what: string): Numbers | (string | null)[] {
  if (kind === 'text') return readTexts(cursor, rows, what);
  return numbersFromBytes<Numbers>(ROOM[kind], cursor.take(SIZES[kind] * rows, what));
}

const invalid = (reason: string): PlimsollError => new PlimsollError('BLOCK_INVALID', { reason });
