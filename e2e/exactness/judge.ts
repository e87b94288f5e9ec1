import { ulpDistance } from '../../src/core/float.ts';
import type { Outputs } from '../../src/model/batch.ts';
import type { Tensor } from '../../src/model/tensor.ts';
import type { Cell, Expected, Fixture } from './fixture.ts';
import type { Promised } from './promise.ts';

export interface Tally {
  rows: number;
  cells: number;
  /** Cells whose bits differ from the library's, labels included. */
  differing: number;
  maxUlp: number;
  maxRelative: number;
  /** Sentences about cells that break the promise. */
  readonly failures: string[];
}

export const newTally = (): Tally => ({
  rows: 0,
  cells: 0,
  differing: 0,
  maxUlp: 0,
  maxRelative: 0,
  failures: [],
});

/** Judges an engine's outputs by the library's own, cell by cell. */
export function judge(fixture: Fixture, outputs: Outputs, promised: (output: string) => Promised): Tally {
  const tally = newTally();
  const names = Object.keys(fixture.expected).sort().join(', ');
  const given = Object.keys(outputs).sort().join(', ');
  if (names !== given) tally.failures.push(`outputs are ${given}; the library gives ${names}`);
  for (const [name, expected] of Object.entries(fixture.expected)) {
    const output = outputs[name];
    if (output === undefined) continue;
    const parts = Array.isArray(output) ? (output as readonly Tensor[]) : [output as Tensor];
    const wanted = Array.isArray(output) ? (expected as readonly Expected[]) : [expected];
    if (parts.length !== wanted.length) {
      tally.failures.push(`${name}: ${parts.length} parts; the library gives ${wanted.length}`);
    } else {
      parts.forEach((part, i) => {
        judgeTensor(
          `${name}${parts.length > 1 ? `[${i}]` : ''}`,
          part,
          wanted[i]!,
          fixture,
          promised(name),
          tally,
        );
      });
    }
  }
  return tally;
}

function judgeTensor(
  name: string,
  actual: Tensor,
  expected: Expected,
  fixture: Fixture,
  promised: Promised,
  tally: Tally,
): void {
  const shape = shapeOf(expected);
  if (shape.join() !== actual.shape.join()) {
    tally.failures.push(`${name}: shape [${actual.shape}]; the library gives [${shape}]`);
    return;
  }
  const [rows = 0, width = 1] = shape;
  const epsilon = actual.dtype === 'float32' ? 2 ** -23 : Number.EPSILON;
  tally.rows = Math.max(tally.rows, rows);
  for (let row = 0; row < rows; row++) {
    const cells = shape.length === 1 ? [expected[row] as Cell] : (expected[row] as readonly Cell[]);
    for (let column = 0; column < width; column++) {
      tally.cells++;
      const wanted = cells[column]!;
      const found = actual.data[row * width + column]!;
      const problem = isFloat(actual)
        ? judgeNumber(
            found as number,
            numberOf(wanted),
            { promised, scale: () => scaleOf(name, fixture, row, column, cells), cells, epsilon },
            tally,
          )
        : judgeLabel(found, wanted, actual, () => tied(fixture, row), tally);
      if (problem) tally.failures.push(`${name}[${row}${shape.length > 1 ? `, ${column}` : ''}]: ${problem}`);
    }
  }
}

const isFloat = (tensor: Tensor): boolean => tensor.dtype === 'float64' || tensor.dtype === 'float32';

interface Measure {
  readonly promised: Promised;
  /** Σ|terms| behind the cell. */
  readonly scale: () => number;
  /** The library's row. */
  readonly cells: readonly Cell[];
  /** Of the type of the numbers. */
  readonly epsilon: number;
}

/** Why `a` is not close enough to the library's `b`, or null. */
function judgeNumber(
  a: number,
  b: number,
  { promised, scale, cells, epsilon }: Measure,
  tally: Tally,
): string | null {
  if (Object.is(a, b)) return null;
  if (Number.isNaN(a) || Number.isNaN(b)) return `${a}; the library gives ${b}`;
  // −0 and +0 count as a difference in the table, but no promise is about the sign of zero.
  tally.differing++;
  // A unit in the last place of float32 is 2²⁹ of float64.
  const ulps = ulpDistance(a, b) / (epsilon / Number.EPSILON);
  const relative = b === 0 ? (a === 0 ? 0 : Number.POSITIVE_INFINITY) : Math.abs(a - b) / Math.abs(b);
  tally.maxUlp = Math.max(tally.maxUlp, ulps);
  tally.maxRelative = Math.max(tally.maxRelative, relative);
  const kept =
    ulps === 0 ||
    (promised !== 'bits' && ulps <= 4) ||
    (promised === 'ulps' && Math.abs(a - b) <= linkRounding(b, cells, epsilon)) ||
    (promised === 'close' && Math.abs(a - b) <= 1e-9 * Math.abs(b) + 1e-13 * scale());
  return kept ? null : `${a}; the library gives ${b} (${ulps} ulp, promised ${promised})`;
}

/** The smallest normal number: some exponentials of libraries give it, or 0, in place of all below. */
const SMALLEST = 2 ** -1022;

/**
 * Four units in the last place of what a link function works on. exp turns an error in the last bit of its argument
 * y = ln p into a relative error |y| times as large, and of two probabilities one is 1 less the other, so that its
 * error is the other's.
 */
function linkRounding(b: number, cells: readonly Cell[], epsilon: number): number {
  const own = Math.abs(b) * Math.max(1, Math.abs(Math.log(Math.abs(b))));
  const complement = cells.length === 2 ? Math.max(...cells.map(Number)) : 0;
  return 4 * epsilon * Math.max(own, complement) + SMALLEST;
}

function judgeLabel(a: unknown, b: Cell, tensor: Tensor, isTied: () => boolean, tally: Tally): string | null {
  const label = tensor.dtype === 'string' ? a : tensor.dtype === 'bool' ? a === 1 : Number(a);
  if (label === b) return null;
  tally.differing++;
  return isTied() ? null : `${JSON.stringify(label)}; the library gives ${JSON.stringify(b)}`;
}

const numberOf = (cell: Cell): number => (cell === null ? Number.NaN : Number(cell));

function shapeOf(expected: Expected): number[] {
  const first = expected[0];
  return Array.isArray(first) ? [expected.length, first.length] : [expected.length];
}

/**
 * Σ|terms| behind a cell: as recorded for dot products (for scores made of several, the largest of the row), else the
 * largest magnitude of the output row.
 */
function scaleOf(
  name: string,
  { terms }: Fixture,
  row: number,
  column: number,
  cells: readonly Cell[],
): number {
  const recorded = terms?.[row];
  if (recorded)
    return recorded.length === cells.length && name !== 'predict_proba'
      ? recorded[column]!
      : Math.max(...recorded);
  return Math.max(...cells.map((cell) => (Number.isFinite(cell) ? Math.abs(cell as number) : 0)));
}

/** Whether the library's own best two scores of a row are equal within the promise: its label is then a coin toss. */
function tied({ expected, terms }: Fixture, row: number): boolean {
  const scores = expected['decision_function'] ?? expected['predict_proba'] ?? expected['transform'];
  const cells = scores?.[row];
  if (cells === undefined) return false;
  const scale = Math.max(...(terms?.[row] ?? [0]));
  if (!Array.isArray(cells)) return Math.abs(numberOf(cells as Cell)) <= 1e-13 * scale + 1e-300;
  const sorted = (cells as Cell[]).map(numberOf).sort((a, b) => b - a);
  const best = expected['transform'] && !expected['predict_proba'] ? sorted.reverse() : sorted;
  return Math.abs(best[0]! - best[1]!) <= 1e-9 * Math.abs(best[0]!) + 1e-13 * scale;
}
