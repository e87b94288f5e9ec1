/** Edges of bins that hold about as many rows each. Pure. */
import { elementAt } from '../../core/element-at.ts';
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
  for (const [i, next] of counts.subarray(1).entries()) {
    const own = elementAt(counts, i);
    filled += own;
    if (!heavy.has(own)) left -= own;
    // Without the next value the bin is nearer to even than with it.
    const full = closed < light - 1 && filled >= mean - next / 2 && left >= least;
    const edge = heavy.has(own) || full || (heavy.has(next) && filled >= least);
    if (!edge) continue;
    edges.push(shortBetween(elementAt(values, i), elementAt(values, i + 1)));
    if (!heavy.has(own)) closed++;
    filled = 0;
  }
  return edges;
}

function heavyOnes(counts: Float64Array, total: number, bins: number) {
  const has = (rows: number): boolean => rows >= total / bins;
  const heavy = counts.filter(has);
  return { has, count: heavy.length, rows: heavy.reduce((sum, rows) => sum + rows, 0) };
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
