/** What a version answers to a row, in words and as the number that a curve shows. Pure. */
import type { ExplainedAnswer } from '../api/explained.ts';
import { cellWords } from './waterfall.ts';
import { shareWords } from './words.ts';

type Outputs = ExplainedAnswer['outputs'];

/** The answer to one row of those that were asked: `stays (70.7 %)`. */
export function answerWords(outputs: Outputs, row: number): string {
  const predicted = outputs['predictions']?.[row] ?? Object.values(outputs)[0]?.[row];
  const chances = outputs['probabilities']?.[row];
  const largest = Array.isArray(chances) ? Math.max(...chances.map(Number)) : Number.NaN;
  const said = cellWords(predicted);
  return Number.isFinite(largest) ? `${said} (${shareWords(largest)})` : said;
}

/** What a curve is of: the chance of a class, or the number that is predicted. */
export interface CurveScore {
  readonly name: string;
  /** Place of the class among the probabilities; null of numbers. */
  readonly place: number | null;
}

/** The class that is wanted by its name, else of two the second, of more the likeliest of the row; null where the answer is no number. */
export function curveScore(
  outputs: Outputs,
  row: number,
  classes: readonly unknown[],
  wanted: string,
): CurveScore | null {
  const chances = outputs['probabilities']?.[row];
  if (Array.isArray(chances) && chances.length === classes.length && classes.length > 0) {
    const names = classes.map(String);
    const usual = names.length === 2 ? 1 : chances.indexOf(Math.max(...chances.map(Number)));
    const place = names.includes(wanted) ? names.indexOf(wanted) : usual;
    return { name: `the chance of ${names[place]}`, place };
  }
  return typeof outputs['predictions']?.[row] === 'number' ? { name: 'the prediction', place: null } : null;
}

/** One number of each row that was asked. */
export const scoresOf = (outputs: Outputs, { place }: CurveScore): readonly number[] =>
  place === null
    ? (outputs['predictions'] ?? []).map(Number)
    : (outputs['probabilities'] ?? []).map((chances) => Number((chances as readonly unknown[])[place]));
