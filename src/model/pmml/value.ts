/** A cell of PMML: null is missing. What is invalid never becomes a value: the row is refused, or the cell replaced. */
export type PmmlValue = number | string | boolean | null;

/** Data types that are read, by their PMML names (`DATATYPE` of the schema). */
export const PMML_TYPES = ['double', 'float', 'integer', 'string', 'boolean'] as const;
export type PmmlType = (typeof PMML_TYPES)[number];

/** xsd:double without NaN, which no number of a model may be. */
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const INFINITIES: ReadonlyMap<string, number> = new Map([
  ['INF', Infinity],
  ['+INF', Infinity],
  ['-INF', -Infinity],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** The number that `text` spells, or null. */
export function pmmlNumber(text: string): number | null {
  const trimmed = text.trim();
  return NUMBER.test(trimmed) ? Number(trimmed) : (INFINITIES.get(trimmed) ?? null);
}

/** The value of `type` that `text` spells, or null where it spells none: a float is rounded to float32. */
export function pmmlLiteral(text: string, type: PmmlType): PmmlValue {
  if (type === 'string') return text;
  if (type === 'boolean') return BOOLEANS.get(text.trim().toLowerCase()) ?? null;
  const number = pmmlNumber(text);
  return number === null ? null : type === 'float' ? Math.fround(number) : number;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
  ['1.0', true],
  ['0.0', false],
]);

/**
 * A value as one of another type, null where it cannot be: a number with a fraction is no integer. A number that is not
 * whole by its type (`from`) is spelled with a point, as Java spells a double.
 */
export function castPmmlValue(value: PmmlValue, type: PmmlType, from: PmmlType): PmmlValue {
  if (value === null || typeof value === 'number') return castNumber(value, type, from);
  if (typeof value === 'string') return pmmlLiteral(value, type);
  if (type === 'boolean') return value;
  return type === 'string' ? String(value) : Number(value);
}

function castNumber(value: number | null, type: PmmlType, from: PmmlType): PmmlValue {
  if (value === null) return null;
  switch (type) {
    case 'double':
      return value;
    case 'float':
      return Math.fround(value);
    case 'integer':
      return Number.isInteger(value) ? value : null;
    case 'boolean':
      return value === 1 ? true : value === 0 ? false : null;
    case 'string':
      return Number.isInteger(value) && from !== 'integer' ? `${value}.0` : String(value);
  }
}
