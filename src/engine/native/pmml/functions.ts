import { plainPattern } from '../../../model/pmml/pattern.ts';
import type { PmmlValue } from '../../../model/pmml/value.ts';
import { normalCdf, normalDensity, normalQuantile } from '../../../statistics/normal.ts';

/** Answers null where an argument that decides is missing, undefined where these values have no result. */
export type PmmlBuiltIn = (args: readonly PmmlValue[], integers: boolean) => PmmlValue | undefined;

const numberOf = (value: PmmlValue): number => (typeof value === 'number' ? value : Number(value));

const unary =
  (compute: (x: number) => number): PmmlBuiltIn =>
  ([x = null]) =>
    x === null ? null : compute(numberOf(x));

const binary =
  (compute: (x: number, y: number, integers: boolean) => number | undefined): PmmlBuiltIn =>
  ([x = null, y = null], integers) =>
    x === null || y === null ? null : compute(numberOf(x), numberOf(y), integers);

/** Of the arguments that are there; missing where none is. */
const aggregate =
  (compute: (values: readonly number[]) => number): PmmlBuiltIn =>
  (args) => {
    const values = args.filter((value) => value !== null).map(numberOf);
    return values.length === 0 ? null : compute(values);
  };

/** Whether two values are equal: one is read as the other's type where the types differ. */
function isEqual(x: PmmlValue, y: PmmlValue): boolean {
  if (typeof x === typeof y) return x === y;
  if (typeof x === 'boolean' || typeof y === 'boolean') return truthOf(x) === truthOf(y);
  return numberOf(x) === numberOf(y);
}

const truthOf = (value: PmmlValue): boolean | null => {
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return value === 1 ? true : value === 0 ? false : null;
  return value === 'true' ? true : value === 'false' ? false : null;
};

const comparison =
  (holds: (order: number) => boolean): PmmlBuiltIn =>
  ([x = null, y = null]) => {
    if (x === null || y === null) return null;
    if (typeof x === 'string' && typeof y === 'string') return holds(x < y ? -1 : x > y ? 1 : 0);
    const difference = numberOf(x) - numberOf(y);
    return Number.isNaN(difference) && numberOf(x) !== numberOf(y) ? false : holds(difference || 0);
  };

const text =
  (compute: (x: string) => PmmlValue): PmmlBuiltIn =>
  ([x = null]) =>
    x === null ? null : compute(String(x));

const logical =
  (decides: boolean): PmmlBuiltIn =>
  (args) => {
    let unknown = false;
    for (const arg of args) {
      const truth = truthOf(arg);
      if (truth === decides) return decides;
      if (truth === null) unknown = true;
    }
    return unknown ? null : !decides;
  };

const isIn =
  (wanted: boolean): PmmlBuiltIn =>
  ([x = null, ...values]) =>
    x === null ? null : values.some((value) => isEqual(x, value)) === wanted;

/** To the even one of two whole numbers that are equally near. */
function rint(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Whole numbers are divided towards zero, as the integers of JPMML are. */
function divide(x: number, y: number, integers: boolean): number | undefined {
  if (!integers) return x / y;
  return y === 0 ? undefined : Math.trunc(x / y);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Characters from `start`, the first being 1, at most `length` of them. */
const substring: PmmlBuiltIn = ([x = null, start = null, length = null]) => {
  if (x === null || start === null || length === null) return null;
  const from = numberOf(start) - 1;
  const count = numberOf(length);
  return !(from >= 0 && count >= 0) ? undefined : String(x).slice(from, from + count);
};

/** Longest text that a pattern is tried on: with two repetitions the time grows with the cube of it. */
const MATCHED = 512;

const matches: PmmlBuiltIn = ([x = null, pattern = null]) => {
  const compiled = patternOf(pattern);
  if (x === null || compiled === null) return null;
  return String(x).length > MATCHED ? undefined : compiled.test(String(x));
};

const replace: PmmlBuiltIn = ([x = null, pattern = null, replacement = null]) => {
  const compiled = patternOf(pattern);
  if (x === null || compiled === null || replacement === null) return null;
  const global = new RegExp(compiled.source, 'gu');
  return String(x).length > MATCHED ? undefined : String(x).replaceAll(global, String(replacement));
};

/** Patterns by their text: a document holds few. */
const PATTERNS = new Map<PmmlValue, RegExp | null>();
const PATTERNS_KEPT = 1000;

function patternOf(pattern: PmmlValue): RegExp | null {
  const known = PATTERNS.get(pattern);
  if (known !== undefined) return known;
  const compiled = pattern === null ? null : plainPattern(String(pattern));
  if (PATTERNS.size >= PATTERNS_KEPT) PATTERNS.clear();
  PATTERNS.set(pattern, compiled);
  return compiled;
}

/** By a pattern of C (`%5.2f`, `%d`), or in at most so many characters, as formats of SAS say. */
const formatNumber: PmmlBuiltIn = ([x = null, pattern = null]) => {
  if (x === null || pattern === null) return null;
  const number = numberOf(x);
  const width = Number(pattern);
  if (Number.isInteger(width)) return String(number).length <= width ? String(number) : undefined;
  const spelled = /^%(0?)(\d{0,2})(?:\.(\d{1,2}))?([dfs])$/.exec(String(pattern));
  if (spelled === null) return undefined;
  const [, zero, wide, digits, kind] = spelled;
  if (kind === 'd' && !Number.isInteger(number)) return undefined;
  const text = kind === 'f' ? number.toFixed(Math.min(20, Number(digits ?? 6))) : String(number);
  return text.padStart(Number(wide), zero === '' ? ' ' : '0');
};

/** Of the normal law with a mean and a deviation. */
const normal =
  (compute: (z: number, deviation: number, mean: number) => number): PmmlBuiltIn =>
  ([x = null, mean = null, deviation = null]) => {
    if (x === null || mean === null || deviation === null) return null;
    const [m, s] = [numberOf(mean), numberOf(deviation)];
    return s > 0 ? compute(numberOf(x), s, m) : undefined;
  };

const modulo = binary((x, y) => x - Math.floor(x / y) * y);
const arcTangent = binary(Math.atan2);

/** The built-in functions of PMML that are evaluated, by name. */
export const PMML_BUILT_INS: ReadonlyMap<string, PmmlBuiltIn> = new Map<string, PmmlBuiltIn>([
  ['+', binary((x, y) => x + y)],
  ['-', binary((x, y) => x - y)],
  ['*', binary((x, y) => x * y)],
  ['/', binary(divide)],
  ['modulo', modulo],
  ['x-modulo', modulo],
  ['min', aggregate((values) => values.reduce((a, b) => Math.min(a, b)))],
  ['max', aggregate((values) => values.reduce((a, b) => Math.max(a, b)))],
  ['sum', aggregate(sum)],
  ['product', aggregate((values) => values.reduce((a, b) => a * b, 1))],
  ['avg', aggregate((values) => sum(values) / values.length)],
  ['median', aggregate(median)],
  ['log10', unary(Math.log10)],
  ['ln', unary(Math.log)],
  ['sqrt', unary(Math.sqrt)],
  ['abs', unary(Math.abs)],
  ['exp', unary(Math.exp)],
  ['expm1', unary(Math.expm1)],
  ['ln1p', unary(Math.log1p)],
  ['sin', unary(Math.sin)],
  ['asin', unary(Math.asin)],
  ['sinh', unary(Math.sinh)],
  ['cos', unary(Math.cos)],
  ['acos', unary(Math.acos)],
  ['cosh', unary(Math.cosh)],
  ['tan', unary(Math.tan)],
  ['atan', unary(Math.atan)],
  ['tanh', unary(Math.tanh)],
  ['atan2', arcTangent],
  ['x-atan2', arcTangent],
  ['hypot', binary((x, y) => Math.hypot(x, y))],
  ['pow', binary((x, y) => x ** y)],
  ['threshold', binary((x, y) => (x > y ? 1 : 0))],
  ['floor', unary(Math.floor)],
  ['ceil', unary(Math.ceil)],
  ['round', unary(Math.round)],
  ['rint', unary(rint)],
  ['stdNormalCDF', unary(normalCdf)],
  ['stdNormalPDF', unary(normalDensity)],
  ['stdNormalIDF', unary(normalQuantile)],
  ['normalCDF', normal((x, s, m) => normalCdf((x - m) / s))],
  ['normalPDF', normal((x, s, m) => normalDensity((x - m) / s) / s)],
  ['normalIDF', normal((p, s, m) => m + s * normalQuantile(p))],
  ['erf', unary((x) => 2 * normalCdf(x * Math.SQRT2) - 1)],
  ['matches', matches],
  ['replace', replace],
  ['formatNumber', formatNumber],
  ['isMissing', ([x = null]) => x === null],
  ['isNotMissing', ([x = null]) => x !== null],
  ['isValid', ([x = null]) => x !== null],
  ['isNotValid', ([x = null]) => x === null],
  ['equal', ([x = null, y = null]) => (x === null || y === null ? null : isEqual(x, y))],
  ['notEqual', ([x = null, y = null]) => (x === null || y === null ? null : !isEqual(x, y))],
  ['lessThan', comparison((order) => order < 0)],
  ['lessOrEqual', comparison((order) => order <= 0)],
  ['greaterThan', comparison((order) => order > 0)],
  ['greaterOrEqual', comparison((order) => order >= 0)],
  ['and', logical(false)],
  ['or', logical(true)],
  ['not', ([x = null]) => (truthOf(x) === null ? null : !truthOf(x))],
  ['isIn', isIn(true)],
  ['isNotIn', isIn(false)],
  ['uppercase', text((x) => x.toUpperCase())],
  ['lowercase', text((x) => x.toLowerCase())],
  ['trimBlanks', text((x) => x.trim())],
  ['stringLength', text((x) => x.length)],
  ['substring', substring],
  ['concat', (args) => args.filter((arg) => arg !== null).join('')],
]);
