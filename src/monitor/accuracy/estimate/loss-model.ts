/**
 * How great the loss of a row will be, by its inputs and its prediction: small regression trees, each fitted to what those
 * before left over (Friedman, Greedy Function Approximation, 2001). It is what direct loss estimation rests on. Pure.
 */
import { elementAt } from '../../../core/element-at.ts';
import { take, weightedSum } from '../../../core/vector.ts';
import {
  applyBinning,
  type ColumnBinning,
  chooseBinning,
  type FeatureColumn,
  LOSS_MODEL_BINS_MAX,
} from './column-binning.ts';

const ROUNDS = 60;
const RATE = 0.1;
const DEPTH = 3;
/** Weight of rows in a leaf, as a share of all, and rows at least. */
const LEAF_MIN = 20;
/** Rows that a model is fitted on at most, evenly taken; columns that it looks at. */
const ROWS_MAX = 10_000;
const COLUMNS_MAX = 100;

type Node =
  | { readonly leaf: number }
  | { readonly column: number; readonly bin: number; readonly low: Node; readonly high: Node };

/** Plain data. */
export interface LossModel {
  readonly columns: readonly ColumnBinning[];
  readonly base: number;
  readonly trees: readonly Node[];
}

interface TrainingRow {
  /** Its place in the bins. */
  readonly at: number;
  readonly weight: number;
  /** What the trees so far leave of its loss. */
  rest: number;
}

/** An array a column. */
type Bins = readonly Uint8Array[];

/** `rows`: those it learns from. */
export function fitLossModel(
  features: readonly FeatureColumn[],
  loss: Float64Array,
  weight: Float64Array,
  rows: readonly number[],
): LossModel {
  const stride = Math.max(1, rows.length / ROWS_MAX);
  const taken = Array.from({ length: Math.min(rows.length, ROWS_MAX) }, (_, k) =>
    elementAt(rows, Math.floor(k * stride)),
  );
  const columns = features.slice(0, COLUMNS_MAX).map((column) => chooseBinning(column, loss, taken));
  const bins = columns.map((by, c) => {
    const all = applyBinning(by, features[c], loss.length);
    return Uint8Array.from(taken, (i) => elementAt(all, i));
  });
  const [weights, losses] = [take(weight, taken), take(loss, taken)];
  const mass = weights.reduce((a, b) => a + b, 0);
  const base = mass === 0 ? 0 : weightedSum(losses, weights) / mass;
  const training = taken.map(
    (i, at): TrainingRow => ({ at, weight: elementAt(weight, i), rest: elementAt(loss, i) - base }),
  );
  const trees: Node[] = [];
  for (let round = 0; round < ROUNDS && taken.length > 2 * LEAF_MIN; round++) {
    const tree = grow(bins, training, DEPTH);
    trees.push(tree);
    for (const row of training) row.rest -= leafOf(tree, bins, row.at);
  }
  return { columns, base, trees };
}

/** Expected loss of each row, never below 0. */
export function expectedLoss(
  { columns, base, trees }: LossModel,
  features: readonly FeatureColumn[],
  count: number,
): Float64Array {
  const byName = new Map(features.map((column) => [column.name, column]));
  const bins = columns.map((by) => applyBinning(by, byName.get(by.name), count));
  return Float64Array.from({ length: count }, (_, i) =>
    Math.max(
      0,
      trees.reduce((sum, tree) => sum + leafOf(tree, bins, i), base),
    ),
  );
}

function leafOf(tree: Node, bins: Bins, row: number): number {
  let node = tree;
  while (!('leaf' in node)) node = bins[node.column]![row]! <= node.bin ? node.low : node.high;
  return node.leaf;
}

function grow(bins: Bins, rows: readonly TrainingRow[], depth: number): Node {
  const split = depth === 0 ? null : bestSplit(bins, rows);
  if (split === null) return { leaf: RATE * meanRest(rows) };
  const { column, bin } = split;
  const own = elementAt(bins, column);
  const isLow = ({ at }: TrainingRow): boolean => own[at]! <= bin;
  const low = rows.filter((row) => isLow(row));
  const high = rows.filter((row) => !isLow(row));
  return { column, bin, low: grow(bins, low, depth - 1), high: grow(bins, high, depth - 1) };
}

function meanRest(rows: readonly TrainingRow[]): number {
  let [sum, mass] = [0, 0];
  for (const { weight, rest } of rows) {
    sum += weight * rest;
    mass += weight;
  }
  return mass === 0 ? 0 : sum / mass;
}

/** The cut that takes most of the squares: greatest S²/W below + S²/W above. Null where no cut leaves enough rows. */
function bestSplit(
  bins: Bins,
  rows: readonly TrainingRow[],
): { readonly column: number; readonly bin: number } | null {
  let best: { column: number; bin: number } | null = null;
  let most = 0;
  for (const [column, own] of bins.entries()) {
    const cells = Array.from({ length: LOSS_MODEL_BINS_MAX }, () => ({ sum: 0, mass: 0, count: 0 }));
    for (const { at, weight, rest } of rows) {
      const cell = cells[own[at]!]!;
      cell.sum += weight * rest;
      cell.mass += weight;
      cell.count++;
    }
    const sum = cells.reduce((total, cell) => total + cell.sum, 0);
    const mass = cells.reduce((total, cell) => total + cell.mass, 0);
    let [low, lowMass, lowCount] = [0, 0, 0];
    for (const [bin, cell] of cells.slice(0, -1).entries()) {
      low += cell.sum;
      lowMass += cell.mass;
      lowCount += cell.count;
      if (lowCount < LEAF_MIN || rows.length - lowCount < LEAF_MIN) continue;
      const gain = low ** 2 / lowMass + (sum - low) ** 2 / (mass - lowMass) - sum ** 2 / mass;
      if (gain > most * (1 + 1e-12) + 1e-12) {
        most = gain;
        best = { column, bin };
      }
    }
  }
  return best;
}
