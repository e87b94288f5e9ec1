import type { ColumnSpec } from '../../model/signature.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import { type CellFault, describeInput } from './input-errors.ts';

/** A checked cell: number columns give numbers (NaN is missing), string columns strings or null. */
export type CellValue = number | string | null;
/** Checks one JSON value; a fault where it does not fit. */
export type CellReader = (value: unknown) => CellValue | CellFault;

const CATEGORIES_SHOWN = 10;

/** JSON has no words for these; they come as strings, as answers give them. */
const NUMBER_WORDS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** The check of one column, with what it needs prepared. */
export function cellReader(spec: ColumnSpec): CellReader {
  if (spec.ignored) return () => (spec.type === 'string' ? null : NaN);
  const missing: CellValue | CellFault = spec.nullable
    ? spec.type === 'string'
      ? null
      : NaN
    : missingFault(spec);
  const largest = spec.largest ?? Infinity;
  const convert = spec.integers ? category : CONVERT[spec.type];
  const categories = spec.categories ? new Set<unknown>(spec.categories) : null;
  const strict = categories !== null && spec.unknown !== 'ignore';
  return (value) => {
    if (value === null) return missing;
    const cell = convert(value);
    if (isFault(cell)) return cell;
    if (typeof cell === 'number' && Number.isNaN(cell)) return missing;
    if (typeof cell === 'number' && Math.abs(cell) > largest) return tooLarge(largest, value);
    const category = spec.type === 'bool' ? cell === 1 : cell;
    if (strict && !categories.has(category)) return unknownCategory(spec, value);
    return cell;
  };
}

export const isFault = (cell: CellValue | CellFault): cell is CellFault =>
  typeof cell === 'object' && cell !== null;

const CONVERT: Readonly<Record<ColumnSpec['type'], CellReader>> = {
  number(value) {
    if (typeof value === 'number') return value;
    if (typeof value === 'boolean') return value ? 1 : 0;
    return (
      NUMBER_WORDS.get(value) ?? {
        type: 'number_type',
        msg: `expected a number, got ${describeInput(value)}`,
      }
    );
  },
  string: (value) =>
    typeof value === 'string'
      ? value
      : { type: 'string_type', msg: `expected a string, got ${describeInput(value)}` },
  bool(value) {
    if (value === true || value === 1) return 1;
    if (value === false || value === 0) return 0;
    return { type: 'bool_type', msg: `expected true or false, got ${describeInput(value)}` };
  },
};

/** A string, or an integer as its digits. */
function category(value: unknown): CellValue | CellFault {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return `${BigInt(value as number)}`;
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'string') return value;
  return { type: 'string_type', msg: `expected a string or an integer, got ${describeInput(value)}` };
}

const WANTED = { number: 'a number', string: 'a string', bool: 'true or false' } as const;

const missingFault = ({ type }: ColumnSpec): CellFault => ({
  type: 'missing_value',
  msg: `expected ${WANTED[type]}, got a missing value, and the model takes none here`,
});

const tooLarge = (largest: number, value: unknown): CellFault => ({
  type: 'finite_number',
  msg: `expected a finite number${largest < Number.MAX_VALUE ? ' that float32 can hold' : ''}, got ${describeInput(value)}`,
});

function unknownCategory({ categories = [] }: ColumnSpec, value: unknown): CellFault {
  const known = categories.slice(0, CATEGORIES_SHOWN).map(describeInput).join(', ');
  const more = categories.length > CATEGORIES_SHOWN ? `, … (${categories.length} in all)` : '';
  const names = categories.filter((category) => typeof category === 'string');
  const near = typeof value === 'string' ? didYouMean(value, names) : '';
  return {
    type: 'unknown_category',
    msg: `expected one of the known categories ${known}${more}, got ${describeInput(value)}${near}`,
  };
}
