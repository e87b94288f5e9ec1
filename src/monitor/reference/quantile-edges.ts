/** Edges of bins that hold about as many rows each. Pure. */
import { QUANTILES } from './profile-limits.ts';
import type { ValueCounts } from './sentinels.ts';

/** How many bins numbers of so many rows get. */
function binsFor(rows: number): number {
  if (rows >= QUANTILES.large) return QUANTILES.most;
  return Math.max(2, Math.min(QUANTILES.usual, Math.floor(rows / QUANTILES.rows)));
}

/**
 * Inner edges: a bin holds what is above the edge before it and not above its own. A value that alone fills a bin has it
 * to itself; what is left is shared evenly. `rows`: of the whole reference, of which `atoms` may be a sample.
 */
export function quantileEdges(atoms: ValueCounts, rows: number): number[] {
  const { values, counts } = atoms;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const bins = binsFor(rows);
  const heavy = heavyOnes(counts, total, bins);
  const light = Math.max(1, bins - heavy.count);
  const mean = (total - heavy.rows) / light;
  const least = Math.min(mean / 2, (QUANTILES.rows * total) / rows);
  const edges: number[] = [];
  let filled = 0;
  let closed = 0;
  let left = total - heavy.rows;
  for (let i = 0; i < values.length - 1; i++) {
    filled += counts[i]!;
    if (!heavy.is(i)) left -= counts[i]!;
    // Without the next value the bin is nearer to even than with it.
    const full = closed < light - 1 && filled >= mean - counts[i + 1]! / 2 && left >= least;
    const edge = heavy.is(i) || full || (heavy.is(i + 1) && filled >= least);
    if (!edge) continue;
    edges.push(shortBetween(values[i]!, values[i + 1]!));
    if (!heavy.is(i)) closed++;
    filled = 0;
  }
  return edges;
}

function heavyOnes(counts: Float64Array, total: number, bins: number) {
  const is = (i: number): boolean => counts[i]! >= total / bins;
  let count = 0;
  let rows = 0;
  for (let i = 0; i < counts.length; i++) {
    if (!is(i)) continue;
    count++;
    rows += counts[i]!;
  }
  return { is, count, rows };
}

/** The number with the fewest digits in [low, high), so that people can read edges. */
function shortBetween(low: number, high: number): number {
  for (let digits = 1; digits < 17; digits++) {
    const near = Number(low.toPrecision(digits));
    if (near >= low && near < high) return near;
    const up = near + Number(`1e${Math.floor(Math.log10(Math.abs(low || 1))) + 1 - digits}`);
    const next = Number(up.toPrecision(digits));
    if (next >= low && next < high) return next;
  }
  return low;
}
