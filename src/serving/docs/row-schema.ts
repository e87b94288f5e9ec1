/** Rows of signatures as JSON Schemas. Pure. */
import type { ColumnSpec, Signature, TensorSpec } from '../../model/signature.ts';
import type { DType } from '../../model/tensor.ts';
import type { JsonSchema } from './json-schema.ts';

/** Longer lists of categories are described instead of listed. */
export const ENUM_MAX = 500;

/** What one row of a signature looks like; with `extra` columns where they are ignored. */
export function rowSchema(signature: Signature, extra = false): JsonSchema {
  if (signature.form === 'tensors') return tensorRowSchema(signature.tensors);
  if (signature.open)
    return { type: 'array', title: 'Row of numbers, of any one width', items: { type: COLUMN_TYPES.number } };
  const { columns } = signature;
  const list = {
    type: 'array',
    title: 'Row as a list, in the order of the columns',
    prefixItems: columns.map(columnSchema),
    items: false,
    minItems: columns.length,
  };
  const object = {
    type: 'object',
    title: 'Row as an object, by column name',
    properties: Object.fromEntries(columns.map((column) => [column.name, columnSchema(column)])),
    required: columns.filter((column) => !column.ignored).map((column) => column.name),
    additionalProperties: extra,
  };
  const [only, second] = columns;
  if (only !== undefined && second === undefined && !only.named)
    return { anyOf: [columnSchema(only), list, object] };
  return { anyOf: columns.every((column) => column.named) ? [object, list] : [list, object] };
}

/** JSON types by type of column: where a number is wanted, `true` is 1 and `false` is 0, as in NumPy. */
const COLUMN_TYPES = { number: ['number', 'boolean'], string: ['string'], bool: ['boolean'] } as const;

function columnSchema(column: ColumnSpec): JsonSchema {
  const { name, nullable, categories, unknown, ignored } = column;
  if (ignored) return { title: name, description: 'The model does not read this column: anything will do.' };
  const notes = nullable ? ['null is a missing value'] : [];
  const base = {
    title: name,
    type: typeOf(column),
    ...boundsOf(column),
  };
  if (!categories) return described(base, notes);
  const known = categories.filter((category) => category !== null);
  if (unknown === 'ignore') {
    notes.push('a value that is no known category counts as unknown');
    return described({ ...base, examples: known.slice(0, ENUM_MAX) }, notes);
  }
  if (known.length > ENUM_MAX) return described(base, [...notes, `one of ${known.length} known categories`]);
  return described({ ...base, enum: nullable ? [...known, null] : known }, notes);
}

const typeOf = ({ type, nullable, integers }: ColumnSpec): string | readonly string[] => {
  const [first, ...others] = integers ? (['string', 'integer'] as const) : COLUMN_TYPES[type];
  const types = nullable ? [first, ...others, 'null'] : [first, ...others];
  return types.length === 1 ? first : types;
};

/** What a float64 holds needs no bounds: JSON numbers beyond it are infinities anyway. */
const boundsOf = ({ type, largest = Infinity }: ColumnSpec): JsonSchema =>
  type === 'number' && largest < Number.MAX_VALUE ? { minimum: -largest, maximum: largest } : {};

const described = (schema: JsonSchema, notes: readonly string[]): JsonSchema =>
  notes.length === 0 ? schema : { ...schema, description: `${notes.join('; ')}.` };

function tensorRowSchema(specs: readonly TensorSpec[]): JsonSchema {
  const [first, second] = specs;
  if (first && !second) return tensorSchema(first);
  return {
    type: 'object',
    properties: Object.fromEntries(specs.map((spec) => [spec.name, tensorSchema(spec)])),
    required: specs.map((spec) => spec.name),
    additionalProperties: false,
  };
}

const tensorSchema = ({ name, dtype, shape }: TensorSpec): JsonSchema => ({
  ...nestedLists(elementSchema(dtype), shape.slice(1)),
  title: `${name} (${dtype} ${JSON.stringify(shape)}, without the batch dimension)`,
});

/** Lists of lists of `element`, as `shape` says; -1 is a free dimension. */
export function nestedLists(element: JsonSchema, shape: readonly number[]): JsonSchema {
  return shape.reduceRight<JsonSchema>((items, size) => {
    const fixed = size >= 0 ? { minItems: size, maxItems: size } : {};
    return { type: 'array', items, ...fixed };
  }, element);
}

const FLOATS: readonly DType[] = ['float64', 'float32', 'float16'];

export const isFloat = (dtype: DType): boolean => FLOATS.includes(dtype);

export function elementSchema(dtype: DType): JsonSchema {
  if (dtype === 'string') return { type: 'string' };
  if (dtype === 'bool') return { type: 'boolean' };
  return isFloat(dtype) ? { type: ['number', 'null'] } : { type: 'integer' };
}
