/** How text spells numbers and booleans: what `predict --input` and batch jobs take in CSV. Pure. */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
/** Maps: a cell may well say "constructor". */
const NUMBER_WORDS: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['infinity', Infinity],
  ['-infinity', -Infinity],
  // How pandas writes the cells of a bool column, which is a column of numbers to most models.
  ['true', 1],
  ['false', 0],
]);
const BOOLEAN_WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/** The number that a text spells, NaN where it says so; undefined where it spells none. */
export function parseNumberText(text: string): number | undefined {
  const word = text.trim();
  return NUMBER.test(word) ? Number(word) : NUMBER_WORDS.get(word.toLowerCase());
}

/** The boolean that a text spells, or undefined. */
export const parseBooleanText = (text: string): boolean | undefined =>
  BOOLEAN_WORDS.get(text.trim().toLowerCase());
