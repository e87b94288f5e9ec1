import type { KeyValues } from './key-values.ts';
import { spanText, type TextSpan } from './text-lines.ts';

const SPACE = 0x20;

/** What `%.17g` writes for what is no finite number (`Common::AtofPrecise` reads them in any case). */
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['nan', Number.NaN],
  ['-nan', Number.NaN],
]);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,5})?$/;

/** Number of words between spaces: of which there may be several, as in `leaf_features`. */
function countWords({ bytes }: TextSpan): number {
  let count = 0;
  let inside = false;
  for (const byte of bytes) {
    const word = byte !== SPACE;
    if (word && !inside) count += 1;
    inside = word;
  }
  return count;
}

/** Hands each word to `take` with its index and the offset in the file. */
function eachWord(span: TextSpan, take: (word: string, index: number, offset: number) => void): void {
  const text = spanText(span);
  let index = 0;
  for (let from = 0; from < text.length; ) {
    const space = text.indexOf(' ', from);
    const to = space < 0 ? text.length : space;
    if (to > from) {
      take(text.slice(from, to), index, span.offset + from);
      index += 1;
    }
    from = to + 1;
  }
}

/** The list under `key`, whose length is checked before anything is allocated for it. */
export function listOf(block: KeyValues, key: string, length: number): TextSpan {
  const span = block.required(key);
  const count = countWords(span);
  if (count !== length) throw block.lines.corrupt(span.offset, `${count} numbers in ${key}`, `${length}`);
  return span;
}

/** Doubles as `%.17g` writes them. */
export function doublesOf(block: KeyValues, key: string, length: number): Float64Array {
  const span = listOf(block, key, length);
  const values = new Float64Array(length);
  eachWord(span, (word, index, offset) => {
    const number = NUMBER.test(word) ? Number(word) : SPECIAL.get(word.toLowerCase());
    if (number === undefined)
      throw block.lines.corrupt(offset, `"${word.slice(0, 40)}" in ${key}`, 'a number');
    values[index] = number;
  });
  return values;
}

/** Whole numbers from `from` to `to`, which fit a float64 exactly. */
function wholeNumbers(
  block: KeyValues,
  key: string,
  span: TextSpan,
  [from, to]: readonly [number, number],
  values: Int32Array | Uint32Array,
): void {
  eachWord(span, (word, index, offset) => {
    const number = /^-?\d{1,10}$/.test(word) ? Number(word) : Number.NaN;
    if (!(number >= from && number <= to))
      throw block.lines.corrupt(
        offset,
        `"${word.slice(0, 40)}" in ${key}`,
        `whole numbers from ${from} to ${to}`,
      );
    values[index] = number;
  });
}

const INT32: readonly [number, number] = [-(2 ** 31), 2 ** 31 - 1];
const UINT32: readonly [number, number] = [0, 2 ** 32 - 1];

/** Whole numbers of 32 bits within `range`. */
export function integersOf(
  block: KeyValues,
  key: string,
  length: number,
  range: readonly [number, number] = INT32,
): Int32Array {
  const span = listOf(block, key, length);
  const values = new Int32Array(length);
  wholeNumbers(block, key, span, range, values);
  return values;
}

/** Words of bitsets. */
export function bitsetWordsOf(block: KeyValues, key: string, length: number): Uint32Array {
  const span = listOf(block, key, length);
  const values = new Uint32Array(length);
  wholeNumbers(block, key, span, UINT32, values);
  return values;
}
