/** Inputs of rows, and how a model of losses sees them: as small bins, missing and unseen values in the first. Pure. */
import { elementAt } from '../../../core/element-at.ts';
import { take } from '../../../core/vector.ts';

export type FeatureColumn =
  | { readonly name: string; readonly kind: 'number'; readonly values: Float64Array }
  | { readonly name: string; readonly kind: 'category'; readonly values: readonly (string | null)[] };

/** Bins of a column beyond the first: numbers up to each edge and above the last; or categories by their number. */
export type ColumnBinning =
  | { readonly name: string; readonly kind: 'number'; readonly edges: readonly number[] }
  | { readonly name: string; readonly kind: 'category'; readonly codes: Readonly<Record<string, number>> };

/** Bins of a column, the first included: a byte, and few enough that each has rows. */
export const LOSS_MODEL_BINS_MAX = 32;

/** Numbers by quantiles; the most frequent categories by their mean of `target`, so that one cut parts them well. */
export function chooseBinning(
  column: FeatureColumn,
  target: Float64Array,
  rows: readonly number[],
  most = LOSS_MODEL_BINS_MAX,
): ColumnBinning {
  if (column.kind === 'number')
    return { name: column.name, kind: 'number', edges: quantiles(column.values, rows, most) };
  const sums = new Map<string, { sum: number; rows: number }>();
  for (const row of rows) {
    const value = column.values[row];
    if (value === null || value === undefined) continue;
    const seen = sums.get(value) ?? { sum: 0, rows: 0 };
    sums.set(value, { sum: seen.sum + elementAt(target, row), rows: seen.rows + 1 });
  }
  const frequent = [...sums].sort(([a, x], [b, y]) => y.rows - x.rows || (a < b ? -1 : 1)).slice(0, most - 1);
  const ordered = frequent.sort(([a, x], [b, y]) => x.sum / x.rows - y.sum / y.rows || (a < b ? -1 : 1));
  const codes = Object.fromEntries(ordered.map(([value], i) => [value, i + 1]));
  return { name: column.name, kind: 'category', codes };
}

function quantiles(values: Float64Array, rows: readonly number[], most: number): readonly number[] {
  const sorted = take(values, rows)
    .filter((x) => !Number.isNaN(x))
    .sort();
  const edges = new Set<number>();
  for (let k = 1; k < most - 1; k++) {
    const edge = sorted[Math.floor((k * sorted.length) / (most - 1))];
    if (edge !== undefined && edge < elementAt(sorted, sorted.length - 1)) edges.add(edge);
  }
  return [...edges];
}

/** The bin of each row. A column that is not there, or of another kind, is missing. */
export function applyBinning(
  by: ColumnBinning,
  column: FeatureColumn | undefined,
  count: number,
): Uint8Array {
  const bins = new Uint8Array(count);
  if (column?.kind === 'category' && by.kind === 'category') {
    const codes = new Map(Object.entries(by.codes));
    for (let i = 0; i < count; i++) {
      const value = column.values[i] ?? null;
      bins[i] = value === null ? 0 : (codes.get(value) ?? 0);
    }
  }
  if (column?.kind === 'number' && by.kind === 'number')
    for (let i = 0; i < count; i++) bins[i] = numberBin(by.edges, column.values[i]!);
  return bins;
}

function numberBin(edges: readonly number[], value: number): number {
  if (Number.isNaN(value)) return 0;
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}

/** What people call the bins, the first included. */
export function binLabels(by: ColumnBinning): readonly string[] {
  if (by.kind === 'category') {
    const names = Object.entries(by.codes).sort(([, a], [, b]) => a - b);
    return ['missing or rare', ...names.map(([name]) => name)];
  }
  const { edges } = by;
  const short = (edge: number): string => String(Number(edge.toPrecision(4)));
  const [first, ...others] = edges;
  if (first === undefined) return ['missing', 'any'];
  const inner = others.map((edge, i) => `${short(elementAt(edges, i))}–${short(edge)}`);
  return ['missing', `≤ ${short(first)}`, ...inner, `> ${short(elementAt(edges, edges.length - 1))}`];
}
