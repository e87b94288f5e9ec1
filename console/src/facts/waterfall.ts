/** From the answer without any column to the answer: what each column adds. Pure. */
import type { Explanation } from '../api/explained.ts';

export interface WaterfallStep {
  readonly feature: string;
  readonly push: number;
  /** The sum before and after it. */
  readonly from: number;
  readonly to: number;
}

export interface Waterfall {
  readonly base: number;
  /** What pushes most first. */
  readonly steps: readonly WaterfallStep[];
  /** All other columns together; null where there are none. */
  readonly rest: (WaterfallStep & { readonly count: number }) | null;
  readonly answer: number;
}

/** A score of an explanation by its name: a class, or the output where there is one score alone. */
export const scoreNames = ({ baseValues, classes, output }: Explanation): readonly string[] =>
  baseValues.length === 1 ? [output] : baseValues.map((_, k) => String(classes?.[k] ?? k));

/** What the columns of a row add to one score. */
export const pushesOf = ({ values }: Explanation, row: number, score: number): readonly number[] =>
  (values[row] ?? []).map((cell) => (typeof cell === 'number' ? cell : (cell[score] ?? 0)));

/** Of the largest part, what a sum of doubles may be off by. */
const ROUNDING = 1e-9;

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

/** The score that a row has most of. */
export function largestScore(explanation: Explanation, row: number): number {
  const answers = explanation.baseValues.map((base, score) => base + sum(pushesOf(explanation, row, score)));
  return answers.indexOf(Math.max(...answers));
}

/** `most` columns by themselves, the others together. */
export function waterfallOf(explanation: Explanation, row: number, score: number, most: number): Waterfall {
  const base = explanation.baseValues[score] ?? 0;
  const pushes = pushesOf(explanation, row, score)
    .map((push, k) => ({ feature: explanation.features[k] ?? String(k), push }))
    .filter(({ push }) => push !== 0)
    .toSorted((a, b) => Math.abs(b.push) - Math.abs(a.push));
  // One column more takes no more room than the sum of one.
  const shown = pushes.length === most + 1 ? pushes : pushes.slice(0, most);
  let at = base;
  const steps = shown.map(({ feature, push }) => {
    const from = at;
    at += push;
    return { feature, push, from, to: at };
  });
  const others = pushes.slice(shown.length);
  const left = sum(others.map(({ push }) => push));
  const rest =
    others.length === 0 ? null : { feature: '', push: left, from: at, to: at + left, count: others.length };
  // What rounding leaves of a sum that comes to nothing is nothing.
  const scale = Math.max(Math.abs(base), ...pushes.map(({ push }) => Math.abs(push)));
  const answer = Math.abs(at + left) < ROUNDING * scale ? 0 : at + left;
  return { base, steps, rest, answer };
}

const FOUR = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
const SIGNED = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, signDisplay: 'exceptZero' });

/** With the sign that is as wide as a plus. */
const withMinus = (text: string): string => text.replace('-', '−');

/** What is smaller is told by its power of ten. */
const SMALL = 1e-5;

export const figureWords = (value: number): string =>
  withMinus(value !== 0 && Math.abs(value) < SMALL ? value.toExponential(1) : FOUR.format(value));
export const pushWords = (push: number): string =>
  withMinus(push !== 0 && Math.abs(push) < SMALL ? push.toExponential(1) : SIGNED.format(push));

/** Numbers of rows may be years and codes: no marks between their digits, and none of those before the point is rounded. */
const CELL = new Intl.NumberFormat('en', {
  ...{ maximumSignificantDigits: 6, maximumFractionDigits: 2, roundingPriority: 'morePrecision' },
  useGrouping: false,
});

/** A cell of a row as people read it. */
export function cellWords(cell: unknown): string {
  if (cell === null || cell === undefined) return 'missing';
  if (typeof cell === 'number') return withMinus(CELL.format(cell));
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

/** How an explanation was made, in a sentence. */
export function methodSentence({
  method,
  output,
  background,
  baseValues,
  classes = [],
}: Explanation): string {
  const against =
    background === null
      ? 'columns that are not known yet follow the training rows'
      : `against ${background.rows.toLocaleString('en')} rows that came with the version`;
  // Of two classes one score is enough: it is that of the second.
  const [, second] = classes;
  const side = baseValues.length === 1 && classes.length === 2 ? ` A larger score speaks for ${second}.` : '';
  return `Shapley values of ${output}, by ${method}, ${against}.${side}`;
}
