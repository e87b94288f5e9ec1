/**
 * Which of many segments are harmed: Benjamini–Hochberg for e-values (Wang & Ramdas, arXiv 2009.02824), under any
 * dependence between them. Pure.
 */

/**
 * Indices of the segments reported, of log e-values, with a false discovery rate of at most `alpha`: the k largest,
 * k the most for which the k-th is at least K/(α·k).
 */
export function discoveries(logs: readonly number[], alpha: number): readonly number[] {
  const order = logs.map((log, index) => ({ log, index })).sort((a, b) => b.log - a.log);
  const bound = Math.log(logs.length / alpha);
  const last = order.findLastIndex(({ log }, i) => log >= bound - Math.log(i + 1));
  return order
    .slice(0, last + 1)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}
