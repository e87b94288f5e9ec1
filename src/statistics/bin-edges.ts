/** Edges of bins of equal width, and counts in them, as numpy's `histogram_bin_edges` and `histogram` have them. Pure. */

import { elementAt } from '../core/element-at.ts';
import { addAt } from '../core/vector.ts';
import { mean, populationStandardDeviation } from './sum.ts';

/** Which rule says how many bins; both assume something like a normal law. */
export type BinRule = 'sturges' | 'doane';

/**
 * Edges from the least to the greatest value, ascending. `integers`: the values come from an integer column, whose bins
 * numpy makes no narrower than 1 (since its second release). `values` are finite; of none, the edges are 0 and 1.
 */
export function binEdges(values: ArrayLike<number>, rule: BinRule, integers = false): Float64Array {
  const [low, high] = range(values);
  let width = WIDTHS[rule](values, values.length === 0 ? 0 : high - low);
  if (integers && width > 0 && width < 1) width = 1;
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  return spaced(from, to, width > 0 ? Math.ceil((to - from) / width) : 1);
}

/** Least and greatest value; [0, 1] of none. */
function range(values: ArrayLike<number>): readonly [number, number] {
  if (values.length === 0) return [0, 1];
  let low = elementAt(values, 0);
  let high = low;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Widths of bins, given the values and their range; 0 where a rule has no answer. */
const WIDTHS: Readonly<Record<BinRule, (values: ArrayLike<number>, span: number) => number>> = {
  /** Sturges (1926): log₂ n + 1 bins. */
  sturges: (values, span) => (values.length === 0 ? 0 : span / (Math.log2(values.length) + 1)),
  /** Doane (1976): more of them, the more skewed the values are. */
  doane: (values, span) => {
    const n = values.length;
    if (n <= 2) return 0;
    const deviation = populationStandardDeviation(values);
    if (!(deviation > 0)) return 0;
    const error = Math.sqrt((6 * (n - 2)) / ((n + 1) * (n + 3)));
    return span / (1 + Math.log2(n) + Math.log2(1 + Math.abs(skewness(values, deviation)) / error));
  },
};

function skewness(values: ArrayLike<number>, deviation: number): number {
  const center = mean(values);
  const cubes = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) cubes[i] = ((values[i]! - center) / deviation) ** 3;
  return mean(cubes);
}

/** `count` + 1 equally spaced numbers, the last exactly `high`: numpy's `linspace`. */
export function spaced(low: number, high: number, count: number): Float64Array {
  const edges = new Float64Array(count + 1);
  const step = (high - low) / count;
  for (let i = 0; i < count; i++) edges[i] = i * step + low;
  edges[count] = high;
  return edges;
}

/** How many values lie in each bin [edge, next edge), the last one with its end; values outside are in none. */
export function histogram(values: ArrayLike<number>, edges: Float64Array): Float64Array {
  const last = edges.length - 1;
  const counts = new Float64Array(last);
  const [least, greatest] = [elementAt(edges, 0), elementAt(edges, last)];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= least && value <= greatest)) continue;
    let low = 0;
    let high = last;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (edges[middle]! <= value) low = middle;
      else high = middle;
    }
    addAt(counts, low);
  }
  return counts;
}
