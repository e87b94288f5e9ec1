/** Inputs of rows, and how a model of losses sees them: as small bins, missing and unseen values in the first. Pure. */

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
  rows: ArrayLike<number>,
  most = LOSS_MODEL_BINS_MAX,
): ColumnBinning {
  if (column.kind === 'number')
    return { name: column.name, kind: 'number', edges: quantiles(column.values, rows, most) };
  const sums = new Map<string, { sum: number; rows: number }>();
  for (let k = 0; k < rows.length; k++) {
    const value = column.values[rows[k]!];
    if (value === null || value === undefined) continue;
    const seen = sums.get(value) ?? { sum: 0, rows: 0 };
    sums.set(value, { sum: seen.sum + target[rows[k]!]!, rows: seen.rows + 1 });
  }
  const frequent = [...sums].sort(([a, x], [b, y]) => y.rows - x.rows || (a < b ? -1 : 1)).slice(0, most - 1);
  const ordered = frequent.sort(([a, x], [b, y]) => x.sum / x.rows - y.sum / y.rows || (a < b ? -1 : 1));
  const codes = Object.fromEntries(ordered.map(([value], i) => [value, i + 1]));
  return { name: column.name, kind: 'category', codes };
}

function quantiles(values: Float64Array, rows: ArrayLike<number>, most: number): readonly number[] {
  const sorted = Float64Array.from(rows, (i) => values[i]!)
    .filter((x) => !Number.isNaN(x))
    .sort();
  const edges = new Set<number>();
  for (let k = 1; k < most - 1; k++) {
    const edge = sorted[Math.floor((k * sorted.length) / (most - 1))];
    if (edge !== undefined && edge < sorted.at(-1)!) edges.add(edge);
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
  if (column?.kind !== by.kind) return bins;
  for (let i = 0; i < count; i++) bins[i] = binOf(by, column.values[i]!);
  return bins;
}

function binOf(by: ColumnBinning, value: number | string | null): number {
  if (by.kind === 'category')
    return typeof value === 'string' && Object.hasOwn(by.codes, value) ? by.codes[value]! : 0;
  if (typeof value !== 'number' || Number.isNaN(value)) return 0;
  let [low, high] = [0, by.edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= by.edges[middle]!) high = middle;
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
  if (edges.length === 0) return ['missing', 'any'];
  const inner = edges.map((edge, i) =>
    i === 0 ? `≤ ${short(edge)}` : `${short(edges[i - 1]!)}–${short(edge)}`,
  );
  return ['missing', ...inner, `> ${short(edges.at(-1)!)}`];
}
