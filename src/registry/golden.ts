import { PlimsollError } from '../core/errors.ts';
import type { VersionVerification } from './version.ts';
import { isWorseCell } from './worst-cell.ts';

/** Rows with the outputs they must give: `{"input": <a /predict body>, "expected": {…}, "tolerance"?: {…}}`. */
export interface GoldenReplay {
  readonly input: unknown;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly tolerance: { readonly rtol: number; readonly atol: number };
}

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

type Tally = {
  rows: number;
  cells: number;
  differingBits: number;
  failures: number;
  worst: VersionVerification['worst'];
};

/** Compares answers, as JSON values, with the golden ones; labels must be equal, numbers within tolerance. */
export function compareGolden(answers: Readonly<Record<string, unknown>>, golden: GoldenReplay): Tally {
  const tally: Tally = { rows: 0, cells: 0, differingBits: 0, failures: 0, worst: null };
  for (const [output, expected] of Object.entries(golden.expected)) {
    const rows = Array.isArray(expected) ? expected.length : 1;
    tally.rows = Math.max(tally.rows, rows);
    compareValue(output, answers[output], expected, [], golden.tolerance, tally);
  }
  return tally;
}

function compareValue(
  output: string,
  answer: unknown,
  expected: unknown,
  at: readonly number[],
  tolerance: GoldenReplay['tolerance'],
  tally: Tally,
): void {
  if (Array.isArray(expected)) {
    const same = Array.isArray(answer) && answer.length === expected.length;
    if (!same && expected.length === 0) compareCell(output, answer, 'no values', at, tolerance, tally);
    const items = same ? answer : [];
    expected.forEach((item, i) => compareValue(output, items[i], item, [...at, i], tolerance, tally));
    return;
  }
  compareCell(output, answer, expected, at, tolerance, tally);
}

function compareCell(
  output: string,
  answer: unknown,
  expected: unknown,
  at: readonly number[],
  tolerance: GoldenReplay['tolerance'],
  tally: Tally,
): void {
  tally.cells++;
  if (Object.is(answer, expected)) return;
  tally.differingBits++;
  const numeric = typeof answer === 'number' && typeof expected === 'number';
  const gap = numeric ? Math.abs(answer - expected) : Infinity;
  // Beside an infinity every finite number would be within tolerance.
  const failed = !(
    numeric &&
    Number.isFinite(gap) &&
    gap <= tolerance.rtol * Math.abs(expected) + tolerance.atol
  );
  if (failed) tally.failures++;
  const relative = numeric ? gap / Math.max(Math.abs(expected), Number.MIN_VALUE) : 1;
  if (!isWorseCell(tally, failed, relative)) return;
  const shown = (value: unknown): number | string => (typeof value === 'number' ? value : String(value));
  const [row = 0, column = 0] = at;
  tally.worst = { output, row, column, left: shown(answer), right: shown(expected), relative };
}
