import { elementAt } from '../../../../core/element-at.ts';
import { nextDown, nextDown32 } from '../../../../core/float.ts';
import type { TreeEnsembleStep } from '../../../../model/step.ts';
import type { CategoryCast, TreeArena } from '../../../../model/tree.ts';
import type { ZeroColumns } from '../zero-columns.ts';

/**
 * How a column is packed. Where its thresholds are asked about, a missing value is above none of them ('left'), above
 * every one ('right'), or there is a column of each ('both'). A cast of categories says where tables have a category's
 * bit, one with 'index' where they have its word. 'unasked' is not packed, but what it must not hold is looked for.
 */
export type ColumnPacking =
  | 'left'
  | 'right'
  | 'both'
  | 'unasked'
  | CategoryCast
  | 'int32-index'
  | 'whole-index';

/** What is packed of one input column. */
export interface PackedColumn {
  readonly source: number;
  readonly packing: ColumnPacking;
  /** Whether zeros are packed as missing values. */
  readonly zeroMissing: boolean;
  /** Ascending thresholds: a number becomes the count of those below it. Null where it is rounded to float32. */
  readonly levels: Float64Array | null;
  /** Of a column whose categories are indexed, how many are: all that sets are of. */
  readonly indexed: number | null;
}

/**
 * Every numeric split as one float32 comparison: its second child is taken where `x[column] > threshold`. A categorical
 * split has the column of its codes.
 */
export interface SplitQuestions {
  readonly columns: readonly PackedColumn[];
  /** Packed columns, counting 'both' twice. */
  readonly width: number;
  /** Packed column of each arena node; 0 at leaves. */
  readonly column: Int32Array;
  readonly threshold: Float32Array;
}

const FLOAT32_MAX = 2 ** 128 - 2 ** 104;
/** What is asked of an input column, as bits: categories, and thresholds where missing values go left and right. */
const LEFT = 1;
const RIGHT = 2;
const CATEGORY = 4;
const PACKINGS: readonly ColumnPacking[] = ['unasked', 'left', 'right', 'both'];
const WIDTHS: Readonly<Record<ColumnPacking, number>> = {
  left: 1,
  right: 1,
  both: 2,
  unasked: 0,
  uint8: 1,
  'uint8-or-missing': 1,
  int32: 1,
  whole: 1,
  'int32-index': 1,
  'whole-index': 1,
};
/** Words of a set whose bits fit in a table of bits: 256 categories. */
const SMALL_SET_WORDS = 8;

/**
 * Puts the questions of an ensemble of numeric splits in float32 without changing an answer. An input rounded to
 * float32 is above a float64 threshold exactly where it is above the largest float32 that is not. Inputs compared in
 * float64 become ranks: x > tₖ, the k-th of a column's thresholds from 0, exactly where more than k of them are below
 * x. Float32 holds ranks exactly, for an arena has less than 2²⁴ splits a column (`fits` in `plan.ts`). Rows have
 * `inputs` columns.
 */
export function putQuestions({ step, zeros }: ZeroColumns, inputs: number): SplitQuestions {
  const { arena } = step;
  const nodes = arena.left.length;
  const levels = step.input === 'float64' ? levelsOf(step) : null;
  const asked = askedOf(step, inputs + zeros.length);
  const { columns: packed, first, width } = columnsOf(step, asked, levels);
  const columns = packed.map((column) => fromZeros(column, zeros, inputs));
  const column = new Int32Array(nodes);
  const threshold = new Float32Array(nodes);
  for (let node = 0; node < nodes; node++) {
    if (arena.left[node]! < 0) continue;
    const source = arena.feature[node]!;
    const question = questionOf(step, node);
    const before = asked[source]! & (question - 1);
    column[node] = first[source]! + (before & LEFT) + ((before & RIGHT) >> 1);
    if (question === CATEGORY) continue;
    const highest = highestLeft(step, node);
    threshold[node] =
      levels === null ? floatOf(highest, question === RIGHT) : rankOf(levels.get(source)!, highest);
  }
  return { columns, width, column, threshold };
}

/** A column beyond those given, by its source. */
function fromZeros(column: PackedColumn, zeros: Int32Array, inputs: number): PackedColumn {
  const source = zeros[column.source - inputs];
  return source === undefined ? column : { ...column, source, zeroMissing: true };
}

/** The packed columns, and for each input column the first of its own. */
function columnsOf(
  step: TreeEnsembleStep,
  asked: Uint8Array,
  levels: ReadonlyMap<number, Float64Array> | null,
): { columns: PackedColumn[]; first: Int32Array; width: number } {
  const columns: PackedColumn[] = [];
  const sets = setWordsOf(step.arena, asked.length);
  const first = new Int32Array(asked.length);
  let width = 0;
  for (const [source, questions] of asked.entries()) {
    first[source] = width;
    const numeric = PACKINGS[questions & (LEFT | RIGHT)]!;
    const hasCategory = questions >= CATEGORY;
    if (numeric !== 'unasked' || (!hasCategory && refusedNumbers(step) !== 0))
      columns.push({
        source,
        packing: numeric,
        zeroMissing: false,
        levels: levels?.get(source) ?? null,
        indexed: null,
      });
    if (hasCategory) columns.push({ source, ...packedCategories(step.arena, sets[source] ?? 0) });
    width += WIDTHS[numeric] + (hasCategory ? WIDTHS[step.arena.categories] : 0);
  }
  return { columns, first, width };
}

/** How categories are packed of which the largest set has so many words. */
function packedCategories(
  { categories }: TreeArena,
  words: number,
): Pick<PackedColumn, 'packing' | 'zeroMissing' | 'levels' | 'indexed'> {
  const rest = { zeroMissing: false, levels: null };
  if (words <= SMALL_SET_WORDS || categories === 'uint8' || categories === 'uint8-or-missing')
    return { packing: categories, indexed: null, ...rest };
  return { packing: `${categories}-index`, indexed: 32 * words, ...rest };
}

/** Words of the largest set that is asked of each column. */
function setWordsOf({ categorical, setOffsets, feature }: TreeArena, inputs: number): Int32Array {
  const words = new Int32Array(inputs);
  for (const [node, set] of (categorical ?? []).entries())
    if (set >= 0) {
      const source = elementAt(feature, node);
      const own = elementAt(setOffsets, set + 1) - elementAt(setOffsets, set);
      words[source] = Math.max(elementAt(words, source), own);
    }
  return words;
}

/** What a split asks of its column. */
function questionOf({ arena, acceptsMissing }: TreeEnsembleStep, node: number): number {
  if (arena.categorical !== null && arena.categorical[node]! >= 0) return CATEGORY;
  return acceptsMissing && arena.missingLeft[node] === 0 ? RIGHT : LEFT;
}

/** All that is asked of each input column. */
function askedOf(step: TreeEnsembleStep, inputs: number): Uint8Array {
  const { left, feature } = step.arena;
  const asked = new Uint8Array(inputs);
  for (let node = 0; node < left.length; node++)
    if (left[node]! >= 0) asked[feature[node]!]! |= questionOf(step, node);
  return asked;
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
    if (left[node]! < 0 || questionOf(step, node) === CATEGORY) continue;
    const source = feature[node]!;
    const levels = found.get(source) ?? [];
    const highest = highestLeft(step, node);
    if (!Number.isNaN(highest)) levels.push(highest);
    found.set(source, levels);
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
