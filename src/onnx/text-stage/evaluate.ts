import { PlimsollError } from '../../core/errors.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { TextExpression } from './expression.ts';
import { rewriteOf, textPattern } from './pattern.ts';

/** Texts by their places, or words of each text. */
interface TextValues {
  readonly shape: readonly number[];
  readonly texts: readonly string[];
  /** Words of the texts at the same places, of what was split. */
  readonly words: readonly (readonly string[])[] | null;
}

/** Words that rows may have when all are filled up to the longest, and characters that texts may grow to. */
const MAX_CELLS = 4_000_000;
const MAX_CHARACTERS = 64_000_000;

const invalid = (problem: string): PlimsollError => new PlimsollError('INPUT_INVALID', { problem });

/** The inputs of a model. */
interface TextInputs {
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Called before each text is changed: throws where all together take too long. */
  readonly checkTime: () => void;
}

/**
 * Gives what an expression says, for the inputs of a model.
 *
 * @throws INPUT_INVALID where an input is not there, is no text, or makes more than fits
 */
export type TextStage = (inputs: TextInputs) => Tensor;

/** Makes an expression ready to run: its patterns are compiled once. */
export function textStage(expression: TextExpression): TextStage {
  if (typeof expression === 'string') return ({ tensors }) => asTensor(inputTexts(expression, tensors));
  switch (expression.op) {
    case 'count': {
      const of = valuesOf(expression.of);
      return (inputs) => {
        const counts = (of(inputs).words ?? []).map(({ length }) => BigInt(length));
        return { dtype: 'int64', shape: [counts.length], data: BigInt64Array.from(counts) };
      };
    }
    case 'length': {
      const [of, { unit }] = [valuesOf(expression.of), expression];
      return (inputs) => {
        const { shape, data } = asTensor(of(inputs));
        return { dtype: 'int32', shape, data: Int32Array.from(data, (text) => lengthOf(text, unit)) };
      };
    }
    case 'number': {
      const [of, { dtype }] = [valuesOf(expression.of), expression];
      return (inputs) => {
        const { shape, data } = asTensor(of(inputs));
        return numbers(shape, data, dtype);
      };
    }
    default: {
      const of = valuesOf(expression);
      return (inputs) => asTensor(of(inputs));
    }
  }
}

const lengthOf = (text: string, unit: 'bytes' | 'characters'): number =>
  unit === 'bytes' ? Buffer.byteLength(text) : [...text].length;

function patternOf(pattern: string, flags: string): NonNullable<ReturnType<typeof textPattern>> {
  const known = textPattern(pattern, flags);
  if (known === null) throw invalid(`the pattern ${JSON.stringify(pattern)} is not read`);
  return known;
}

function within(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  throw invalid(`a text of ${text.length} characters, where a pattern takes at most ${maxLength}`);
}

function valuesOf(expression: TextExpression): (inputs: TextInputs) => TextValues {
  if (typeof expression === 'string') return ({ tensors }) => inputTexts(expression, tensors);
  const of = valuesOf(expression.of);
  if (expression.op === 'split') {
    const { by, any } = expression;
    return (inputs) => split(of(inputs), by, any);
  }
  const change = changeOf(expression);
  return (inputs) => mapped(of(inputs), change, inputs.checkTime);
}

/** What an operation makes of one text. */
function changeOf(expression: Exclude<TextExpression, string>): (text: string) => string {
  switch (expression.op) {
    case 'lower':
      return expression.ascii
        ? (text) => text.replaceAll(/[A-Z]+/g, (run) => run.toLowerCase())
        : (text) => text.toLowerCase();
    case 'upper':
      return expression.ascii
        ? (text) => text.replaceAll(/[a-z]+/g, (run) => run.toUpperCase())
        : (text) => text.toUpperCase();
    case 'strip':
      return stripped;
    case 'substring':
      return (text) => substring(text, expression.start, expression.size);
    case 'replace':
      return replacing(expression.pattern, expression.rewrite, expression.all);
    default:
      throw invalid(`"${expression.op}" gives no text`);
  }
}

/** What is put in is counted as it comes: a short text may have a long one put in at every place. */
function replacing(pattern: string, rewritten: string, all: boolean): (text: string) => string {
  const { expression, maxLength } = patternOf(pattern, all ? 'g' : '');
  const rewrite = rewriteOf(rewritten);
  if (rewrite === null) throw invalid(`the rewrite ${JSON.stringify(rewritten)} is not read`);
  return (text) => {
    let characters = 0;
    return within(text, maxLength).replace(expression, (...found) => {
      const groups = found.findIndex((part) => typeof part === 'number');
      const put = rewrite(found.slice(0, groups));
      characters += put.length;
      if (characters > MAX_CHARACTERS) throw grown();
      return put;
    });
  };
}

/** @throws INPUT_INVALID where the text does not reach to the place, as TensorFlow refuses it */
function substring(text: string, start: number, size: number): string {
  const characters = [...text];
  const from = start < 0 ? start + characters.length : start;
  if (from < 0 || from > characters.length)
    throw invalid(`a text of ${characters.length} characters, which has none at ${start}`);
  return characters.slice(from, from + size).join('');
}

/** White space of ASCII, as C's `isspace` has it. */
const SPACE = /[\t\n\v\f\r ]/;

function stripped(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && SPACE.test(text[start] ?? '')) start += 1;
  while (end > start && SPACE.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(start, end);
}

const grown = (): PlimsollError => invalid(`texts that grow to more than ${MAX_CHARACTERS} characters`);

function mapped(
  { shape, texts, words }: TextValues,
  change: (text: string) => string,
  checkTime: () => void,
): TextValues {
  let characters = 0;
  const apply = (text: string): string => {
    checkTime();
    const changed = change(text);
    characters += changed.length;
    if (characters > MAX_CHARACTERS) throw grown();
    return changed;
  };
  if (words === null) return { shape, texts: texts.map(apply), words };
  return { shape, texts, words: words.map((row) => row.map(apply)) };
}

function inputTexts(name: string, inputs: Readonly<Record<string, Tensor>>): TextValues {
  const tensor = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  if (tensor?.dtype !== 'string')
    throw invalid(`input "${name}": expected string, got ${tensor?.dtype ?? 'nothing'}`);
  return { shape: tensor.shape, texts: tensor.data, words: null };
}

function split({ texts, shape }: TextValues, by: string, any: boolean): TextValues {
  const cut = (text: string): string[] => {
    if (by === '') return text.split(/[\t\n\v\f\r ]+/).filter((word) => word !== '');
    if (!any) return text.split(by);
    const marks = new Set(by);
    const words: string[] = [''];
    for (const character of text) {
      if (marks.has(character)) words.push('');
      else words.push((words.pop() ?? '') + character);
    }
    return words.filter((word) => word !== '');
  };
  const words = texts.map(cut);
  const longest = words.reduce((most, { length }) => Math.max(most, length), 0);
  if (longest * words.length > MAX_CELLS)
    throw invalid(`${words.length} texts of up to ${longest} words, more than ${MAX_CELLS} in all`);
  return { shape, texts, words };
}

/** Rows of words are filled up with empty ones; there is one at least, so that there is something to choose from. */
function asTensor({ shape, texts, words }: TextValues): Extract<Tensor, { dtype: 'string' }> {
  if (words === null) return { dtype: 'string', shape, data: texts };
  const longest = words.reduce((most, { length }) => Math.max(most, length), 1);
  const data = words.flatMap((row) => Array.from({ length: longest }, (_, i) => row[i] ?? ''));
  return { dtype: 'string', shape: [words.length, longest], data };
}

/** Numbers as `strtod` and `strtol` read them, with white space around them. */
const FLOAT = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;
const WHOLE = /^[+-]?\d+$/;

function numbers(
  shape: readonly number[],
  texts: readonly string[],
  dtype: 'float32' | 'float64' | 'int32' | 'int64',
): Tensor {
  const read = (text: string): string => {
    const bare = stripped(text);
    if (!(dtype.startsWith('int') ? WHOLE : FLOAT).test(bare))
      throw invalid(`${JSON.stringify(text.slice(0, 100))} is no ${dtype} number`);
    return bare;
  };
  if (dtype === 'int64')
    return { dtype, shape, data: BigInt64Array.from(texts, (text) => wholeOf(read(text), 64)) };
  if (dtype === 'int32')
    return { dtype, shape, data: Int32Array.from(texts, (text) => Number(wholeOf(read(text), 32))) };
  const value = (text: string): number => {
    const bare = read(text).toLowerCase();
    const size = /^[+-]?inf/.test(bare) ? Number.POSITIVE_INFINITY : Number(bare.replace(/^[+-]/, ''));
    return bare.startsWith('-') ? -Math.abs(size) : size;
  };
  const data = texts.map(value);
  return dtype === 'float64'
    ? { dtype, shape, data: Float64Array.from(data) }
    : { dtype, shape, data: Float32Array.from(data) };
}

/** Digits of a whole number, zeros before it included: reading more takes time, and they say nothing. */
const MAX_DIGITS = 1000;

function wholeOf(text: string, bits: number): bigint {
  const value = text.length > MAX_DIGITS ? null : BigInt(text.replace(/^\+/, ''));
  if (value === null || BigInt.asIntN(bits, value) !== value)
    throw invalid(`${text.slice(0, 100)} is no number of ${bits} bits`);
  return value;
}
