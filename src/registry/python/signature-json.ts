import { isRecord } from '../../core/record.ts';
import type { ColumnSpec, OutputSpec, Signature, TensorSpec } from '../../model/signature.ts';
import { type DType, type LabelSet, TYPED_ARRAYS } from '../../model/tensor.ts';

/** Signatures that other programs wrote as JSON. Pure. */

const COLUMNS_MAX = 100_000;
const TENSORS_MAX = 1000;
const NAME_CHARS = 1000;
const RANK_MAX = 32;

/** A signature of which every part is what its type says, or null. */
export function parseSignature(json: unknown): Signature | null {
  if (!isRecord(json)) return null;
  const { form, columns, tensors, outputs, classes } = json;
  if (!Array.isArray(outputs) || outputs.length > TENSORS_MAX || !outputs.every(isOutput)) return null;
  if (classes !== null && classes !== undefined && !isLabels(classes)) return null;
  const common = { outputs, classes: classes ?? null };
  if (form === 'tensors') {
    if (!Array.isArray(tensors) || tensors.length === 0 || tensors.length > TENSORS_MAX) return null;
    return tensors.every(isTensor) ? { form, tensors, ...common } : null;
  }
  if (form !== 'table' && form !== 'text') return null;
  if (!Array.isArray(columns) || columns.length > COLUMNS_MAX || !columns.every(isColumn)) return null;
  const names = new Set(columns.map(({ name }) => name));
  if (names.size !== columns.length) return null;
  return json['open'] === true ? { form, columns: [], open: true, ...common } : { form, columns, ...common };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value.length <= NAME_CHARS;

export const isDType = (value: unknown): value is DType =>
  typeof value === 'string' && (value === 'string' || Object.hasOwn(TYPED_ARRAYS, value));

const isShape = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= RANK_MAX &&
  value.every((size) => Number.isSafeInteger(size) && size >= -1);

const isTensor = (value: unknown): value is TensorSpec =>
  isRecord(value) && isName(value['name']) && isDType(value['dtype']) && isShape(value['shape']);

const isOutput = (value: unknown): value is OutputSpec =>
  isTensor(value) &&
  isRecord(value) &&
  (value['classes'] === undefined || isLabels(value['classes'])) &&
  (value['parts'] === undefined || Number.isSafeInteger(value['parts']));

const LABEL_TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  int: 'number',
  float: 'number',
  bool: 'boolean',
};

function isLabels(value: unknown): value is LabelSet {
  if (!isRecord(value) || typeof value['type'] !== 'string' || !Array.isArray(value['values'])) return false;
  if (!Object.hasOwn(LABEL_TYPES, value['type'])) return false;
  const type = LABEL_TYPES[value['type']];
  return value['values'].every((label) => typeof label === type);
}

const COLUMN_TYPES: ReadonlySet<unknown> = new Set(['number', 'string', 'bool']);

function isColumn(value: unknown): value is ColumnSpec {
  if (!isRecord(value) || !isName(value['name']) || !COLUMN_TYPES.has(value['type'])) return false;
  const { named, nullable, categories, unknown, largest } = value;
  return (
    typeof named === 'boolean' &&
    typeof nullable === 'boolean' &&
    (categories === undefined || (Array.isArray(categories) && categories.every(isScalar))) &&
    (unknown === undefined || unknown === 'error' || unknown === 'ignore') &&
    (largest === undefined || typeof largest === 'number')
  );
}

const isScalar = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);
