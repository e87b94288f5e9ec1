/** What stands before the columns of a block, as JSON. Pure. */
import { PlimsollError } from '../core/errors.ts';
import { isRecord, keysOf, recordOf } from '../core/record.ts';
import type { CapturedBlock, CapturedColumn } from './block.ts';
import { BLOCK_LIMITS } from './block-limits.ts';

type ColumnHead = readonly [name: string, kind: 'f64' | 'text'];

export interface BlockHeader extends Omit<CapturedBlock, 'inputs' | 'outputs' | 'meta'> {
  readonly inputs: readonly ColumnHead[];
  readonly outputs: readonly ColumnHead[];
}

export function headerOf({ inputs, outputs, meta: _, ...about }: CapturedBlock): BlockHeader {
  return { ...about, inputs: inputs.map(headOf), outputs: outputs.map(headOf) };
}

const headOf = ({ name, values }: CapturedColumn): ColumnHead => [
  name,
  values instanceof Float64Array ? 'f64' : 'text',
];

type Check = (value: unknown) => boolean;

const isName: Check = (value) => typeof value === 'string' && value.length <= BLOCK_LIMITS.name;
const isCount: Check = (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isTime: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const areColumns: Check = (value) =>
  Array.isArray(value) &&
  value.length <= BLOCK_LIMITS.columns &&
  value.every(
    (head: unknown) =>
      Array.isArray(head) &&
      head.length === 2 &&
      isName(head[0]) &&
      (head[1] === 'f64' || head[1] === 'text'),
  );

const FIELDS: Readonly<Record<keyof BlockHeader, Check>> = {
  worker: isName,
  epoch: isCount,
  seq: isCount,
  endpoint: (value) => value === null || isName(value),
  model: isName,
  version: isCount,
  from: isTime,
  to: isTime,
  rows: (value) => typeof value === 'number' && isCount(value) && value <= BLOCK_LIMITS.rows,
  requests: isCount,
  rowsSeen: isCount,
  dropped: isCount,
  inputs: areColumns,
  outputs: areColumns,
};

/** Throws BLOCK_INVALID, naming the field. */
export function readHeader(bytes: Uint8Array): BlockHeader {
  const parsed = parse(bytes);
  if (!isRecord(parsed)) throw invalid('its header is no JSON object');
  const header = recordOf(keysOf(FIELDS), (name) => (Object.hasOwn(parsed, name) ? parsed[name] : undefined));
  if (isHeader(header)) return header;
  const wrong = keysOf(FIELDS).find((name) => !FIELDS[name](header[name]));
  throw invalid(`its header's ${wrong} is absent or none`);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

const invalid = (reason: string): PlimsollError => new PlimsollError('BLOCK_INVALID', { reason });

const isHeader = (header: Readonly<Record<keyof BlockHeader, unknown>>): header is BlockHeader =>
  keysOf(FIELDS).every((name) => FIELDS[name](header[name]));
