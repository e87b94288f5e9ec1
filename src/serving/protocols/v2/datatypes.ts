/**
 * The datatypes of KServe's V2 protocol
 * (https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/inference_rest.md#tensor-data-types).
 * Pure.
 */
import { keysOf } from '../../../core/record.ts';
import type { ColumnSpec } from '../../../model/signature.ts';
import type { DType } from '../../../model/tensor.ts';

export const DATATYPE: Readonly<Record<DType, string>> = {
  float64: 'FP64',
  float32: 'FP32',
  float16: 'FP16',
  int64: 'INT64',
  uint64: 'UINT64',
  int32: 'INT32',
  uint32: 'UINT32',
  int16: 'INT16',
  uint16: 'UINT16',
  int8: 'INT8',
  uint8: 'UINT8',
  bool: 'BOOL',
  string: 'BYTES',
};

const DTYPES: ReadonlyMap<string, DType> = new Map(keysOf(DATATYPE).map((dtype) => [DATATYPE[dtype], dtype]));

/** The tensor type of a datatype; undefined for one that nobody knows. */
export const dtypeOfDatatype = (datatype: unknown): DType | undefined =>
  typeof datatype === 'string' ? DTYPES.get(datatype) : undefined;

export const COLUMN_DATATYPE: Readonly<Record<ColumnSpec['type'], string>> = {
  number: 'FP64',
  string: 'BYTES',
  bool: 'BOOL',
};

const NUMBERS = [
  'FP64',
  'FP32',
  'FP16',
  'INT64',
  'UINT64',
  'INT32',
  'UINT32',
  'INT16',
  'UINT16',
  'INT8',
  'UINT8',
  'BOOL',
];

const INTEGERS = NUMBERS.filter((name) => name.includes('INT'));

/** Datatypes that a column takes. */
export const datatypesOf = ({ type, integers }: ColumnSpec): ReadonlySet<string> =>
  integers ? CATEGORY_TAKES : COLUMN_TAKES[type];

const CATEGORY_TAKES: ReadonlySet<string> = new Set(['BYTES', ...INTEGERS]);

/** What a column takes: its own datatype, and what widens to it. */
const COLUMN_TAKES: Readonly<Record<ColumnSpec['type'], ReadonlySet<string>>> = {
  number: new Set(NUMBERS),
  string: new Set(['BYTES']),
  bool: new Set(['BOOL', 'UINT8', 'INT8']),
};
