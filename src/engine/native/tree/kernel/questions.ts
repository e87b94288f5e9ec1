import { nextDown, nextDown32 } from '../../../../core/float.ts';
import type { TreeEnsembleStep } from '../../../../model/tree.ts';

/**
 * What missing values are in a packed column: above no threshold, above every one, or a column of each; 'unasked' is not
 * packed, but what it must not hold is looked for.
 */
export type Missing = 'left' | 'right' | 'both' | 'unasked';

/** What is packed of one input column. */
export interface PackedColumn {
  readonly source: number;
  readonly missing: Missing;
  /** Ascending thresholds: a number becomes the count of those below it. Null where it is rounded to float32. */
  readonly levels: Float64Array | null;
}

/** Every numeric split as one float32 comparison: its second child is taken where `x[column] > threshold`. */
export interface Questions {
  readonly columns: readonly PackedColumn[];
  /** Packed columns, counting 'both' twice. */
  readonly width: number;
  /** Packed column of each arena node; 0 at leaves. */
  readonly column: Int32Array;
  readonly threshold: Float32Array;
}

const FLOAT32_MAX = 2 ** 128 - 2 ** 104;
/** Bits of the ways that missing values go at the splits of a column. */
const LEFT = 1;
const RIGHT = 2;
const MISSING: readonly Missing[] = ['unasked', 'left', 'right', 'both'];
const PACKED: Readonly<Record<Missing, number>> = { left: 1, right: 1, both: 2, unasked: 0 };

/**
 * Puts the questions of an ensemble of numeric splits in float32 without changing an answer. An input rounded to float32
 * is above a float64 threshold exactly where it is above the largest float32 that is not. Inputs compared in float64
 * become ranks: x > tₖ, the k-th of a column's thresholds from 0, exactly where more than k of them are below x. Float32
 * holds ranks exactly, for an arena has less than 2²⁴ splits a column (`fits` in `plan.ts`).
 */
export function putQuestions(step: TreeEnsembleStep, inputs: number): Questions {
  const { arena } = step;
  const nodes = arena.left.length;
  const levels = step.input === 'float64' ? levelsOf(step) : null;
  const ways = waysOf(step, inputs);
  const columns: PackedColumn[] = [];
  const first = new Int32Array(inputs);
  let width = 0;
  for (let source = 0; source < inputs; source++) {
    const missing = MISSING[ways[source]!]!;
    first[source] = width;
    width += PACKED[missing];
    if (missing !== 'unasked' || refusedNumbers(step) !== 0)
      columns.push({ source, missing, levels: levels?.get(source) ?? null });
  }
  const column = new Int32Array(nodes);
  const threshold = new Float32Array(nodes);
  for (let node = 0; node < nodes; node++) {
    if (arena.left[node]! < 0) continue;
    const source = arena.feature[node]!;
    const right = wayOf(step, node) === RIGHT;
    const second = right && ways[source] === (LEFT | RIGHT);
    column[node] = first[source]! + (second ? 1 : 0);
    const highest = highestLeft(step, node);
    threshold[node] = levels === null ? floatOf(highest, right) : rankOf(levels.get(source)!, highest);
  }
  return { columns, width, column, threshold };
}

/** Which way a missing value goes; left where there is none. */
const wayOf = ({ arena, acceptsMissing }: TreeEnsembleStep, node: number): number =>
  acceptsMissing && arena.missingLeft[node] === 0 ? RIGHT : LEFT;

/** The ways missing values go at the splits of each input column; 0 where it has none. */
function waysOf(step: TreeEnsembleStep, inputs: number): Uint8Array {
  const { left, feature } = step.arena;
  const ways = new Uint8Array(inputs);
  for (let node = 0; node < left.length; node++)
    if (left[node]! >= 0) ways[feature[node]!]! |= wayOf(step, node);
  return ways;
}

/** The highest number that goes left, NaN where none does. */
function highestLeft({ arena, split }: TreeEnsembleStep, node: number): number {
  const given = arena.threshold[node]!;
  if (split === 'le') return given;
  // x < t is x ≤ the number just below t.
  return given === -Infinity ? Number.NaN : nextDown(given);
}

/** The largest float32 not above `highest`. Rows are finite, so that +∞ (a missing value) can be above FLOAT32_MAX. */
function floatOf(highest: number, missingRight: boolean): number {
  if (Number.isNaN(highest)) return -Infinity;
  const rounded = Math.fround(highest);
  const floor = rounded > highest ? nextDown32(rounded) : rounded;
  return missingRight ? Math.min(floor, FLOAT32_MAX) : floor;
}

/** Place of `highest` in the column's levels; -1 where every number is above. */
function rankOf(levels: Float64Array, highest: number): number {
  if (Number.isNaN(highest)) return -1;
  let low = 0;
  let high = levels.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (levels[middle]! < highest) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The distinct thresholds of each input column, ascending. */
function levelsOf(step: TreeEnsembleStep): Map<number, Float64Array> {
  const { left, feature } = step.arena;
  const found = new Map<number, number[]>();
  for (let node = 0; node < left.length; node++) {
    if (left[node]! < 0) continue;
    const levels = found.get(feature[node]!) ?? [];
    const highest = highestLeft(step, node);
    if (!Number.isNaN(highest)) levels.push(highest);
    found.set(feature[node]!, levels);
  }
  return new Map(
    Array.from(found, ([source, all]) => {
      const sorted = Float64Array.from(all).sort();
      return [source, sorted.filter((level, i) => i === 0 || level !== sorted[i - 1])];
    }),
  );
}

/** Which of the bits that packing returns are refused: 1 what is not finite, 2 what is infinite in float32. */
export function refusedNumbers({ input, acceptsMissing }: TreeEnsembleStep): number {
  if (!acceptsMissing) return 1;
  return input === 'float32' ? 2 : 0;
}
