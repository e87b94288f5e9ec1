import { PlimsollError } from '../core/errors.ts';
import type { FileGoldenRows } from '../model/file-golden-rows.ts';
import type { VersionVerification } from './version.ts';
import { isWorseCell } from './worst-cell.ts';

/** Rows with the outputs they must give: `{"input": <a /predict body>, "expected": {…}, "tolerance"?: {…}}`. */
export interface GoldenReplay {
  readonly input: unknown;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly tolerance: { readonly rtol: number; readonly atol: number };
}

/** What to do where golden rows are answered otherwise. */
export const GOLDEN_WAY =
  'Check that the golden rows belong to this file, or widen "tolerance" in the golden file';

const DEFAULT_TOLERANCE = { rtol: 1e-9, atol: 1e-12 };

/** Checks the shape of a parsed golden file; throws GOLDEN_INVALID. */
export function parseGolden(json: unknown, path: string): GoldenReplay {
  const fail = (reason: string): never => {
    throw new PlimsollError('GOLDEN_INVALID', { path, reason });
  };
  if (typeof json !== 'object' || json === null || Array.isArray(json)) fail('it is not a JSON object');
  const { input, expected, tolerance } = json as Record<string, unknown>;
  if (input === undefined) fail('"input" is missing');
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) {
    fail('"expected" is not an object of outputs');
  }
  if (!Object.values(expected as object).some(holdsCells)) fail('"expected" holds no values to compare with');
  const { rtol, atol } = { ...DEFAULT_TOLERANCE, ...(tolerance as object | undefined) };
  if (!isTolerance(rtol) || !isTolerance(atol))
    fail('"tolerance" needs numbers "rtol" and "atol" of at least 0');
  return { input, expected: expected as GoldenReplay['expected'], tolerance: { rtol, atol } };
}

/** Text would compare too, and let everything pass. */
const isTolerance = (value: unknown): boolean => typeof value === 'number' && value >= 0;

const holdsCells = (value: unknown): boolean => !Array.isArray(value) || value.some(holdsCells);

export type GoldenTally = {
  rows: number;
  cells: number;
  differingBits: number;
  failures: number;
  worst: VersionVerification['worst'];
};

/** Whether a number may stand for the expected one. */
type IsWithin = (answer: number, expected: number) => boolean;

const newTally = (): GoldenTally => ({ rows: 0, cells: 0, differingBits: 0, failures: 0, worst: null });

/** Compares answers, as JSON values, with the golden ones; labels must be equal, numbers within tolerance. */
export function compareGolden(answers: Readonly<Record<string, unknown>>, golden: GoldenReplay): GoldenTally {
  const tally = newTally();
  const { rtol, atol } = golden.tolerance;
  const isWithin: IsWithin = (answer, expected) =>
    Math.abs(answer - expected) <= rtol * Math.abs(expected) + atol;
  for (const [output, expected] of Object.entries(golden.expected)) {
    const rows = Array.isArray(expected) ? expected.length : 1;
    tally.rows = Math.max(tally.rows, rows);
    compareValue(output, answers[output], expected, [], isWithin, tally);
  }
  return tally;
}

/**
 * Compares answers, as JSON values, with those that a file brings. Two numbers that count as 0 are alike; else the answer may be
 * off by `precision` of the value (https://dmg.org/pmml/v4-4-1/ModelVerification.html).
 */
export function compareFileGolden(
  answers: Readonly<Record<string, unknown>>,
  { rows, answers: wanted }: FileGoldenRows,
): GoldenTally {
  const tally = newTally();
  tally.rows = rows.length;
  for (const { output, column, values, precision, zeroThreshold } of wanted) {
    const isZero = (x: number): boolean => Math.abs(x) <= zeroThreshold;
    const isWithin: IsWithin = (answer, value) =>
      isZero(answer) && isZero(value) ? true : Math.abs(answer - value) <= precision * Math.abs(value);
    const given = listOf(answers[output]);
    for (const [row, value] of values.entries()) {
      if (value === null) continue;
      const answer = column === null ? given[row] : listOf(given[row])[column];
      compareCell(output, answer, value, [row, column ?? 0], isWithin, tally);
    }
  }
  return tally;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function compareValue(
  output: string,
  answer: unknown,
  expected: unknown,
  at: readonly number[],
  isWithin: IsWithin,
  tally: GoldenTally,
): void {
  if (Array.isArray(expected)) {
    const same = Array.isArray(answer) && answer.length === expected.length;
    if (!same && expected.length === 0) compareCell(output, answer, 'no values', at, isWithin, tally);
    const items = same ? answer : [];
    expected.forEach((item, i) => compareValue(output, items[i], item, [...at, i], isWithin, tally));
    return;
  }
  compareCell(output, answer, expected, at, isWithin, tally);
}

function compareCell(
  output: string,
  answer: unknown,
  expected: unknown,
  at: readonly number[],
  isWithin: IsWithin,
  tally: GoldenTally,
): void {
  tally.cells++;
  if (Object.is(answer, expected)) return;
  tally.differingBits++;
  const numeric = typeof answer === 'number' && typeof expected === 'number';
  const gap = numeric ? Math.abs(answer - expected) : Infinity;
  // Beside an infinity every finite number would be within tolerance.
  const failed = !(numeric && Number.isFinite(gap) && isWithin(answer, expected));
  if (failed) tally.failures++;
  const relative = numeric ? gap / Math.max(Math.abs(expected), Number.MIN_VALUE) : 1;
  if (!isWorseCell(tally, failed, relative)) return;
  const shown = (value: unknown): number | string => (typeof value === 'number' ? value : String(value));
  const [row = 0, column = 0] = at;
  tally.worst = { output, row, column, left: shown(answer), right: shown(expected), relative };
}
