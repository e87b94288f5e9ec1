/**
 * How great the loss of a row will be, by its inputs and its prediction: small regression trees, each fitted to what those
 * before left over (Friedman, Greedy Function Approximation, 2001). It is what direct loss estimation rests on. Pure.
 */
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

interface Training {
  readonly bins: readonly Uint8Array[];
  readonly rest: Float64Array;
  readonly weight: Float64Array;
}

/** `rows`: those it learns from. */
export function fitLossModel(
  features: readonly FeatureColumn[],
  loss: Float64Array,
  weight: Float64Array,
  rows: readonly number[],
): LossModel {
  const stride = Math.max(1, rows.length / ROWS_MAX);
  const taken = Array.from(
    { length: Math.min(rows.length, ROWS_MAX) },
    (_, k) => rows[Math.floor(k * stride)]!,
  );
  const columns = features.slice(0, COLUMNS_MAX).map((column) => chooseBinning(column, loss, taken));
  const bins = columns.map((by, c) => {
    const all = applyBinning(by, features[c], loss.length);
    return Uint8Array.from(taken, (i) => all[i]!);
  });
  const weights = Float64Array.from(taken, (i) => weight[i]!);
  const losses = Float64Array.from(taken, (i) => loss[i]!);
  const mass = weights.reduce((a, b) => a + b, 0);
  const base = mass === 0 ? 0 : losses.reduce((sum, l, i) => sum + l * weights[i]!, 0) / mass;
  const training: Training = { bins, rest: losses.map((l) => l - base), weight: weights };
  const trees: Node[] = [];
  const everyRow = taken.map((_, i) => i);
  for (let round = 0; round < ROUNDS && taken.length > 2 * LEAF_MIN; round++) {
    const tree = grow(training, everyRow, DEPTH);
    trees.push(tree);
    for (const i of everyRow) training.rest[i]! -= leafOf(tree, bins, i);
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

function leafOf(tree: Node, bins: readonly Uint8Array[], row: number): number {
  let node = tree;
  while (!('leaf' in node)) node = bins[node.column]![row]! <= node.bin ? node.low : node.high;
  return node.leaf;
}

function grow(training: Training, rows: readonly number[], depth: number): Node {
  const split = depth === 0 ? null : bestSplit(training, rows);
  if (split === null) return { leaf: RATE * meanRest(training, rows) };
  const bins = training.bins[split.column]!;
  return {
    column: split.column,
    bin: split.bin,
    low: grow(
      training,
      rows.filter((i) => bins[i]! <= split.bin),
      depth - 1,
    ),
    high: grow(
      training,
      rows.filter((i) => bins[i]! > split.bin),
      depth - 1,
    ),
  };
}

function meanRest({ rest, weight }: Training, rows: readonly number[]): number {
  let [sum, mass] = [0, 0];
  for (const i of rows) {
    sum += weight[i]! * rest[i]!;
    mass += weight[i]!;
  }
  return mass === 0 ? 0 : sum / mass;
}

/** The cut that takes most of the squares: greatest S²/W below + S²/W above. Null where no cut leaves enough rows. */
function bestSplit(
  { bins, rest, weight }: Training,
  rows: readonly number[],
): { readonly column: number; readonly bin: number } | null {
  let best: { column: number; bin: number } | null = null;
  let most = 0;
  for (let column = 0; column < bins.length; column++) {
    const [sums, masses, counts] = [0, 0, 0].map(() => new Float64Array(LOSS_MODEL_BINS_MAX));
    const of = bins[column]!;
    for (const i of rows) {
      const bin = of[i]!;
      sums![bin]! += weight[i]! * rest[i]!;
      masses![bin]! += weight[i]!;
      counts![bin]!++;
    }
    const [sum, mass] = [sums!, masses!].map((values) => values.reduce((a, b) => a + b, 0));
    let [low, lowMass, lowCount] = [0, 0, 0];
    for (let bin = 0; bin < LOSS_MODEL_BINS_MAX - 1; bin++) {
      low += sums![bin]!;
      lowMass += masses![bin]!;
      lowCount += counts![bin]!;
      if (lowCount < LEAF_MIN || rows.length - lowCount < LEAF_MIN) continue;
      const gain = low ** 2 / lowMass + (sum! - low) ** 2 / (mass! - lowMass) - sum! ** 2 / mass!;
      if (gain > most * (1 + 1e-12) + 1e-12) {
        most = gain;
        best = { column, bin };
      }
    }
  }
  return best;
}
