import type { PmmlType } from './value.ts';

/** What is known of a built-in function before it is called. */
export interface PmmlFunction {
  readonly min: number;
  readonly max: number;
  /** What its arguments have to be. */
  readonly args: 'number' | 'any';
  readonly type: (args: readonly PmmlType[]) => PmmlType;
}

const MANY = 10_000;
/** Integers stay integers, among float32 all is float32, else double. */
const common = (args: readonly PmmlType[]): PmmlType => {
  const numbers = args.map((type) => (type === 'boolean' ? 'integer' : type));
  if (numbers.every((type) => type === 'integer')) return 'integer';
  return numbers.every((type) => type === 'integer' || type === 'float') ? 'float' : 'double';
};
/** Type of values either of which may be the answer. */
const either = (args: readonly PmmlType[]): PmmlType => {
  const [first = 'double', ...rest] = args;
  if (rest.every((type) => type === first)) return first;
  return args.includes('string') ? 'string' : common(args);
};

const numeric = (min: number, max: number, type: PmmlFunction['type']): PmmlFunction => ({
  min,
  max,
  args: 'number',
  type,
});
const any = (min: number, max: number, type: PmmlFunction['type']): PmmlFunction => ({
  min,
  max,
  args: 'any',
  type,
});
const toDouble = (): PmmlType => 'double';
const toInteger = (): PmmlType => 'integer';
const toBoolean = (): PmmlType => 'boolean';
const toText = (): PmmlType => 'string';
/** In float32 where the argument is. */
const floating = (args: readonly PmmlType[]): PmmlType => (args[0] === 'float' ? 'float' : 'double');

const MATHS = [
  'log10',
  'ln',
  'sqrt',
  'exp',
  'expm1',
  'ln1p',
  'sin',
  'asin',
  'sinh',
  'cos',
  'acos',
  'cosh',
  'tan',
  'atan',
  'tanh',
];

/** Built-in functions of PMML 4.4 (http://dmg.org/pmml/v4-4-1/BuiltinFunctions.html) that are read, by name. */
export const PMML_FUNCTIONS: ReadonlyMap<string, PmmlFunction> = new Map<string, PmmlFunction>([
  ...['+', '-', '*', '/'].map((name) => [name, numeric(2, 2, common)] as const),
  ...['modulo', 'x-modulo'].map((name) => [name, numeric(2, 2, common)] as const),
  ...['min', 'max', 'sum', 'product'].map((name) => [name, numeric(1, MANY, common)] as const),
  ...['avg', 'median'].map((name) => [name, numeric(1, MANY, toDouble)] as const),
  ...MATHS.map((name) => [name, numeric(1, 1, floating)] as const),
  ...['atan2', 'x-atan2', 'hypot'].map((name) => [name, numeric(2, 2, toDouble)] as const),
  ['pow', numeric(2, 2, common)],
  ['abs', numeric(1, 1, common)],
  ['threshold', numeric(2, 2, common)],
  ...['floor', 'ceil', 'round', 'rint'].map((name) => [name, numeric(1, 1, common)] as const),
  ...['stdNormalCDF', 'stdNormalPDF', 'stdNormalIDF', 'erf'].map(
    (name) => [name, numeric(1, 1, toDouble)] as const,
  ),
  ...['normalCDF', 'normalPDF', 'normalIDF'].map((name) => [name, numeric(3, 3, toDouble)] as const),
  ...['isMissing', 'isNotMissing', 'isValid', 'isNotValid'].map(
    (name) => [name, any(1, 1, toBoolean)] as const,
  ),
  ...['equal', 'notEqual'].map((name) => [name, any(2, 2, toBoolean)] as const),
  ...['lessThan', 'lessOrEqual', 'greaterThan', 'greaterOrEqual'].map(
    (name) => [name, any(2, 2, toBoolean)] as const,
  ),
  ...['and', 'or'].map((name) => [name, any(2, MANY, toBoolean)] as const),
  ['not', any(1, 1, toBoolean)],
  ...['isIn', 'isNotIn'].map((name) => [name, any(2, MANY, toBoolean)] as const),
  ['if', any(2, 3, ([, ...branches]) => either(branches))],
  ...['uppercase', 'lowercase', 'trimBlanks'].map((name) => [name, any(1, 1, toText)] as const),
  ['substring', any(3, 3, toText)],
  ['stringLength', any(1, 1, toInteger)],
  ['concat', any(2, MANY, toText)],
  ['formatNumber', any(2, 2, toText)],
  ['matches', any(2, 2, toBoolean)],
  ['replace', any(3, 3, toText)],
]);
