/**
 * Requests against what Amazon's own descriptions of its services say of them (botocore): what is required, lengths, ranges,
 * patterns, words, types, and that nothing else is there. Pure.
 */
import { isRecord } from '../../core/record.ts';

/** A shape as the tables keep it: only what can be checked. */
export type ApiShape =
  | {
      readonly type: 'structure';
      readonly members: Readonly<Record<string, string>>;
      readonly required?: readonly string[];
      /** At most one member is there. */
      readonly union?: true;
    }
  | { readonly type: 'list'; readonly member: string; readonly min?: number; readonly max?: number }
  | {
      readonly type: 'map';
      readonly key: string;
      readonly value: string;
      readonly min?: number;
      readonly max?: number;
    }
  | {
      readonly type: 'string';
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: string;
      readonly enum?: readonly string[];
    }
  | {
      readonly type: 'integer' | 'long' | 'float' | 'double';
      readonly min?: number;
      readonly max?: number;
    }
  | { readonly type: 'boolean' | 'timestamp' | 'blob' };

export interface ApiOperation {
  /** Name of the shape of what is asked; null where nothing is. */
  readonly input: string | null;
  readonly output: string | null;
  /** Names of the errors that it is described to answer with. */
  readonly errors: readonly string[];
}

/** One service. */
export interface ServiceShapes {
  readonly service: string;
  readonly operations: Readonly<Record<string, ApiOperation>>;
  readonly shapes: Readonly<Record<string, ApiShape>>;
}

/** What is wrong with a value, one line a mistake, each with its path; empty where nothing is. */
export function shapeProblems({ shapes }: ServiceShapes, name: string, value: unknown): readonly string[] {
  const problems: string[] = [];
  check(shapes, name, value, '', problems);
  return problems;
}

type Shapes = ServiceShapes['shapes'];

function check(shapes: Shapes, name: string, value: unknown, path: string, problems: string[]): void {
  const shape = shapes[name];
  if (shape === undefined) throw new Error(`the table of shapes has no ${name}`);
  const wanted = (text: string | null): void => {
    if (text !== null) problems.push(`${path || 'the request'} is ${shown(value)}, wanted ${text}`);
  };
  if (shape.type === 'structure') checkStructure(shapes, shape, value, path, problems);
  else if (shape.type === 'map') checkMap(shapes, shape, value, path, problems);
  else if (shape.type === 'list') {
    if (!Array.isArray(value)) wanted('a list');
    else {
      if (!isWithin(value.length, shape)) wanted(`${spanOf(shape)} entries`);
      value.forEach((item, i) => check(shapes, shape.member, item, `${path}[${i}]`, problems));
    }
  } else if (shape.type === 'string') wanted(textProblem(shape, value));
  else if (shape.type === 'boolean') wanted(typeof value === 'boolean' ? null : 'true or false');
  else if (shape.type === 'timestamp') {
    wanted(typeof value === 'number' || value instanceof Date ? null : 'a point in time');
  } else if (shape.type === 'blob') {
    wanted(typeof value === 'string' || value instanceof Uint8Array ? null : 'bytes');
  } else wanted(numberProblem(shape, value));
}

function textProblem(shape: Extract<ApiShape, { type: 'string' }>, value: unknown): string | null {
  if (typeof value !== 'string') return 'a text';
  if (!isWithin([...value].length, shape)) return `${spanOf(shape)} characters`;
  if (shape.enum && !shape.enum.includes(value)) return `one of ${listed(shape.enum)}`;
  const fits = shape.pattern === undefined || patternOf(shape.pattern).test(value);
  return fits ? null : `what fits ${shape.pattern}`;
}

function numberProblem(shape: Span & { readonly type: string }, value: unknown): string | null {
  const isWhole = shape.type === 'integer' || shape.type === 'long';
  const fits = typeof value === 'number' && Number.isFinite(value) && (!isWhole || Number.isInteger(value));
  if (!fits) return isWhole ? 'a whole number' : 'a number';
  return isWithin(value, shape) ? null : `a number ${spanOf(shape)}`;
}

function checkStructure(
  shapes: Shapes,
  { members, required = [], union }: Extract<ApiShape, { type: 'structure' }>,
  value: unknown,
  path: string,
  problems: string[],
): void {
  if (!isRecord(value)) {
    problems.push(`${path || 'the request'} is ${shown(value)}, wanted an object`);
    return;
  }
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const given = Object.entries(value).filter(([, inner]) => inner !== undefined);
  for (const key of required)
    if (!given.some(([name]) => name === key)) problems.push(`${at(key)} is missing`);
  for (const [key, inner] of given) {
    const member = Object.hasOwn(members, key) ? members[key] : undefined;
    if (member === undefined) problems.push(`${at(key)} is no member of it`);
    else check(shapes, member, inner, at(key), problems);
  }
  if (union && given.length !== 1) problems.push(`${path} has ${given.length} members, wanted one`);
}

function checkMap(
  shapes: Shapes,
  shape: Extract<ApiShape, { type: 'map' }>,
  value: unknown,
  path: string,
  problems: string[],
): void {
  if (!isRecord(value)) {
    problems.push(`${path} is ${shown(value)}, wanted a table`);
    return;
  }
  const entries = Object.entries(value);
  if (!isWithin(entries.length, shape))
    problems.push(`${path} has ${entries.length} entries, wanted ${spanOf(shape)}`);
  for (const [key, inner] of entries) {
    check(shapes, shape.key, key, `the name ${path}.${key}`, problems);
    check(shapes, shape.value, inner, `${path}.${key}`, problems);
  }
}

interface Span {
  readonly min?: number;
  readonly max?: number;
}

const isWithin = (value: number, { min, max }: Span): boolean =>
  value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);

const spanOf = ({ min, max }: Span): string =>
  max === undefined ? `from ${min}` : min === undefined ? `to ${max}` : `${min} to ${max}`;

const SHOWN = 12;
const listed = (words: readonly string[]): string =>
  words.length <= SHOWN
    ? words.join(', ')
    : `${words.slice(0, SHOWN).join(', ')} and ${words.length - SHOWN} more`;

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, 80);

const patterns = new Map<string, RegExp>();

/** The services match the whole text, anchored or not; some patterns are no pattern in Unicode mode, some in no other. */
function patternOf(text: string): RegExp {
  const known = patterns.get(text);
  if (known) return known;
  const whole = `^(?:${text})$`;
  let pattern: RegExp;
  try {
    pattern = new RegExp(whole, 'u');
  } catch {
    pattern = new RegExp(whole);
  }
  patterns.set(text, pattern);
  return pattern;
}
