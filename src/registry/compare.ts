import { elementAt, lastOf } from '../core/element-at.ts';
import { ulpDistance } from '../core/float.ts';
import type { Outputs } from '../model/batch.ts';
import { isLinked } from '../model/booster.ts';
import { isLinkedCatBoost } from '../model/catboost.ts';
import { partTensorsOf } from '../model/output-parts.ts';
import type { ModelStep } from '../model/step.ts';
import { roundingOf } from '../model/step-inference.ts';
import type { Tensor } from '../model/tensor.ts';
import { cellsPerRow, isFloatTensor, OutputPeaks } from './output-peaks.ts';
import type { VersionVerification } from './version.ts';
import { isWorseCell } from './worst-cell.ts';

/** How close two answers must be. Pure. */
export interface ComparisonTolerance {
  /** 0 demands equal bits. */
  readonly ulps: number;
  /** Relative and, scaled by the largest |value| of the output column, absolute; both 0 where only ulps count. */
  readonly relative: number;
  readonly scaled: number;
}

const EXACT: ComparisonTolerance = { ulps: 0, relative: 0, scaled: 0 };
/**
 * Each engine is within 4 ulp of the library, so the two may be 8 apart; where a probability is one minus another, the
 * ulps are those of 1, not of the small difference.
 */
const LINKED: ComparisonTolerance = { ulps: 8, relative: 0, scaled: 8 * 2 ** -53 };
/** The same after a link in float32. */
const LINKED_SINGLE: ComparisonTolerance = { ulps: 8, relative: 8 * 2 ** -24, scaled: 8 * 2 ** -24 };
/** |a − b| ≤ 1e-9·|b| + 1e-12·max|column|: the promise is 1e-13·Σ|terms|, of which the column's peak is a floor. */
const CLOSE: ComparisonTolerance = { ulps: 4, relative: 1e-9, scaled: 1e-12 };

/** The exactness that `output` of a model promises: trees bit for bit, after a link 4 ulp, the rest 1e-9 relative. */
export function promised(root: ModelStep, output: string): ComparisonTolerance {
  const last = lastStep(root);
  // What reaches the trees is exact where nothing was computed on the way: selections, imputations and codes.
  if (last.kind === 'catboost' && roundingOf(root) === 'none')
    return isLinkedCatBoost(last, output) ? LINKED : EXACT;
  if (last.kind === 'linear-booster' && root.kind !== 'pipeline')
    return isLinked(last.head, output) ? LINKED_SINGLE : EXACT;
  if (last.kind !== 'tree-ensemble' || roundingOf(root) !== 'none') return CLOSE;
  if (last.base.kind === 'estimator') return CLOSE;
  if (last.head.kind === 'booster') {
    if (!isLinked(last.head, output)) return EXACT;
    return last.sums === 'float32' ? LINKED_SINGLE : LINKED;
  }
  if (last.head.kind === 'boosted') {
    if (output !== 'predict_proba') return EXACT;
    // One ulp of a logsumexp is |logsumexp| ulps of the probability.
    return last.head.link === 'logsumexp' ? CLOSE : LINKED;
  }
  return last.head.kind === 'regression' && last.head.link !== 'identity' ? { ...LINKED, scaled: 0 } : EXACT;
}

const lastStep = (step: ModelStep): ModelStep =>
  step.kind === 'pipeline' && step.steps.length > 0 ? lastStep(lastOf(step.steps).step) : step;

export type OutputComparison = Omit<VersionVerification, 'proof' | 'seed'> & { readonly failures: number };

/**
 * Compares two sets of outputs of the same rows cell by cell; `right` is the reference. Labels may differ only
 * where `tied(row)` says that the reference's own scores tie within tolerance. `peaks` may know more rows than these.
 * Rows that `undecided` marks are left out.
 */
export function compareCells(
  left: Outputs,
  right: Outputs,
  tolerance: (output: string) => ComparisonTolerance,
  peaks: OutputPeaks = new OutputPeaks().see(right),
  undecided: Uint8Array | null = null,
): OutputComparison {
  const tally = {
    rows: 0,
    cells: 0,
    differingBits: 0,
    failures: 0,
    worst: null as VersionVerification['worst'],
  };
  for (const [output, reference] of Object.entries(right)) {
    const pairs = pairUp(left[output], reference);
    if (!pairs) return { ...tally, failures: tally.failures + 1, worst: mismatch(output) };
    for (const [part, [a, b]] of pairs.entries()) {
      const columns = isFloatTensor(b) ? peaks.of(output, part, cellsPerRow(b)) : null;
      const measure = { tolerance: tolerance(output), peaks: columns, scores: scoresOf(right), undecided };
      compareTensor(output, a, b, measure, tally);
    }
  }
  return tally;
}

const mismatch = (output: string): VersionVerification['worst'] => ({
  output,
  row: 0,
  column: 0,
  left: 'another shape or type',
  right: 'the shape and type of the signature',
  relative: 1,
});

function pairUp(
  left: Tensor | readonly Tensor[] | undefined,
  right: Tensor | readonly Tensor[],
): [Tensor, Tensor][] | null {
  if (left === undefined) return null;
  const [a, b] = [partTensorsOf(left), partTensorsOf(right)];
  if (a.length !== b.length) return null;
  const same = a.every((tensor, i) => tensor.shape.join() === elementAt(b, i).shape.join());
  return same ? a.map((tensor, i) => [tensor, elementAt(b, i)]) : null;
}

/** What decides the labels: the greatest score of a class, or the least distance from the centre of a cluster. */
interface Scores {
  readonly tensor: Tensor;
  readonly sign: 1 | -1;
}

function scoresOf(outputs: Outputs): Scores | null {
  const ofClasses = outputs['decision_function'] ?? outputs['RawFormulaVal'] ?? outputs['predict_proba'];
  const scores = ofClasses ?? (outputs['predict'] && outputs['transform']);
  if (scores === undefined || Array.isArray(scores)) return null;
  return { tensor: scores as Tensor, sign: ofClasses ? 1 : -1 };
}

type Tally = { -readonly [K in keyof OutputComparison]: OutputComparison[K] };

/** What a tensor is measured by; `peaks` is null where it holds no numbers but labels. */
interface Measure {
  readonly tolerance: ComparisonTolerance;
  readonly peaks: Float64Array | null;
  readonly scores: Scores | null;
  readonly undecided: Uint8Array | null;
}

function compareTensor(
  output: string,
  left: Tensor,
  right: Tensor,
  { tolerance, peaks, scores, undecided }: Measure,
  tally: Tally,
): void {
  tally.rows = Math.max(tally.rows, right.shape[0] ?? 1);
  const width = cellsPerRow(right);
  for (let i = 0; i < right.data.length; i++) {
    const row = Math.floor(i / width);
    if (undecided?.[row] === 1) continue;
    tally.cells++;
    const a = left.data[i]!;
    const b = right.data[i]!;
    if (Object.is(a, b) || (a === b && a !== 0)) continue;
    tally.differingBits++;
    const column = i % width;
    const ok = peaks
      ? within(a as number, b as number, tolerance, peaks[column]!)
      : scores !== null && tied(scores, row);
    if (!ok) tally.failures++;
    const distance = relative(a, b, peaks !== null);
    if (isWorseCell(tally, !ok, distance))
      tally.worst = { output, row, column, left: shown(a), right: shown(b), relative: distance };
  }
}

const shown = (value: number | bigint | string): number | string =>
  typeof value === 'bigint' ? Number(value) : value;

function within(a: number, b: number, tolerance: ComparisonTolerance, peak: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (ulpDistance(a, b) <= tolerance.ulps) return true;
  // Beside an infinity every finite number would be within a relative tolerance.
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <= tolerance.relative * Math.abs(b) + tolerance.scaled * peak;
}

/** Whether the two best scores of a row are equal within 1e-9: the label is then a matter of rounding. */
function tied({ tensor, sign }: Scores, row: number): boolean {
  const width = cellsPerRow(tensor);
  if (width === 1) return Math.abs(tensor.data[row] as number) <= 1e-9;
  const values = Array.from({ length: width }, (_, j) => sign * (tensor.data[row * width + j] as number));
  values.sort((a, b) => b - a);
  return elementAt(values, 0) - elementAt(values, 1) <= 1e-9 * Math.max(1, Math.abs(elementAt(values, 0)));
}

function relative(a: unknown, b: unknown, numeric: boolean): number {
  if (!numeric) return 1;
  const [x, y] = [a as number, b as number];
  if (Number.isNaN(x) !== Number.isNaN(y)) return Infinity;
  return y === 0 ? Math.abs(x) : Math.abs(x - y) / Math.abs(y);
}
