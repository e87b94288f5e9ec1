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

/**
 * What an expression gives for the inputs of a model.
 *
 * @throws INPUT_INVALID where an input is not there, is no text, or makes more than fits
 */
export function evaluateText(expression: TextExpression, inputs: Readonly<Record<string, Tensor>>): Tensor {
  if (typeof expression === 'string') return asTensor(inputTexts(expression, inputs));
  switch (expression.op) {
    case 'count': {
      const counts = (valuesOf(expression.of, inputs).words ?? []).map(({ length }) => BigInt(length));
      return { dtype: 'int64', shape: [counts.length], data: BigInt64Array.from(counts) };
    }
    case 'length': {
      const { shape, data } = asTensor(valuesOf(expression.of, inputs));
      return {
        dtype: 'int32',
        shape,
        data: Int32Array.from(data, (text) => lengthOf(text, expression.unit)),
      };
    }
    case 'number': {
      const { shape, data } = asTensor(valuesOf(expression.of, inputs));
      return numbers(shape, data, expression.dtype);
    }
    default:
      return asTensor(valuesOf(expression, inputs));
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

function valuesOf(expression: TextExpression, inputs: Readonly<Record<string, Tensor>>): TextValues {
  if (typeof expression === 'string') return inputTexts(expression, inputs);
  switch (expression.op) {
    case 'split':
      return split(valuesOf(expression.of, inputs), expression.by, expression.any);
    default: {
      const values = valuesOf(expression.of, inputs);
      return mapped(values, changeOf(expression));
    }
  }
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
    case 'replace': {
      const { expression: pattern, maxLength } = patternOf(expression.pattern, expression.all ? 'g' : '');
      const rewrite = rewriteOf(expression.rewrite);
      if (rewrite === null) throw invalid(`the rewrite ${JSON.stringify(expression.rewrite)} is not read`);
      return (text) =>
        within(text, maxLength).replace(pattern, (...found) =>
          rewrite(
            found.slice(
              0,
              found.findIndex((part) => typeof part === 'number'),
            ),
          ),
        );
    }
    default:
      throw invalid(`"${expression.op}" gives no text`);
  }
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

function mapped({ shape, texts, words }: TextValues, change: (text: string) => string): TextValues {
  let characters = 0;
  const apply = (text: string): string => {
    const changed = change(text);
    characters += changed.length;
    if (characters > MAX_CHARACTERS)
      throw invalid(`texts that grow to more than ${MAX_CHARACTERS} characters`);
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
const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;
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

function wholeOf(text: string, bits: number): bigint {
  const value = BigInt(text.replace(/^\+/, ''));
  if (BigInt.asIntN(bits, value) !== value) throw invalid(`${text} is no number of ${bits} bits`);
  return value;
}
