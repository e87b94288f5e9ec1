import type { LinearLeaves } from '../model/tree.ts';
import type { GraphBuilderApi, ValueName } from '../onnx/graph.ts';

/** Leaves by their number in the graph: their arena nodes, values where a term is missing, and terms. */
export interface ComputedLeaves {
  readonly leaves: Int32Array;
  readonly values: Float64Array;
  readonly linear: LinearLeaves;
}

/**
 * What the leaves whose `numbers` `[N, trees]` the trees answer make of the rows `x`, `[N, trees]`: their constant, to
 * which the terms are added one by one, so that sums are rounded as LightGBM rounds them. A leaf with fewer terms than
 * others adds 0 times a column of zeros.
 */
export function linearLeafValues(
  g: GraphBuilderApi,
  { leaves, values, linear }: ComputedLeaves,
  numbers: ValueName,
  x: ValueName,
): ValueName {
  const { constants, offsets, columns, coefficients } = linear;
  const count = leaves.length;
  const indexes = g.add('Cast', [numbers], { to: 7n });
  const lookUp = (table: ValueName): ValueName => g.add('Gather', [table, indexes], { axis: 0n });
  const ofLeaf = (value: (node: number) => number): Float64Array => Float64Array.from(leaves, value);
  const termCount = (node: number): number => offsets[node + 1]! - offsets[node]!;
  const most = longestLeaf(linear);
  let sum = lookUp(
    g.float64(
      ofLeaf((node) => constants[node]!),
      [count],
    ),
  );
  if (most === 0) return sum;
  const { padded, zeros } = withZeros(g, x, columns);
  let missing: ValueName | null = null;
  for (let term = 0; term < most; term++) {
    const at = (node: number): number | null => (term < termCount(node) ? offsets[node]! + term : null);
    const sources = Array.from(leaves, (node) => {
      const place = at(node);
      return place === null ? zeros : columns[place]!;
    });
    const factors = ofLeaf((node) => {
      const place = at(node);
      return place === null ? 0 : coefficients[place]!;
    });
    const cell = g.add('GatherElements', [padded, lookUp(g.int64(sources, [count]))], { axis: 1n });
    const product = g.add('Mul', [lookUp(g.float64(factors, [count])), cell]);
    sum = g.add('Add', [sum, product]);
    const isMissing = g.add('IsNaN', [cell]);
    missing = missing === null ? isMissing : g.add('Or', [missing, isMissing]);
  }
  return missing === null ? sum : g.add('Where', [missing, lookUp(g.float64(values, [count])), sum]);
}

/** Terms of the leaf that has most. */
export const longestLeaf = ({ offsets }: LinearLeaves): number =>
  offsets.reduce((most, to, node) => Math.max(most, to - (offsets[node - 1] ?? 0)), 0);

/** The columns up to the last that a term asks of, and a column of zeros behind them. */
function withZeros(
  g: GraphBuilderApi,
  x: ValueName,
  columns: Int32Array,
): { readonly padded: ValueName; readonly zeros: number } {
  const zeros = columns.reduce((width, column) => Math.max(width, column + 1), 0);
  const range = [g.int64([0], [1]), g.int64([zeros], [1]), g.int64([1], [1])];
  const rows = g.add('Shape', [x], { start: 0n, end: 1n });
  const shape = g.add('Concat', [rows, g.int64([1], [1])], { axis: 0n });
  const column = g.add('Expand', [g.float64([0], [1, 1]), shape]);
  return { padded: g.add('Concat', [g.add('Slice', [x, ...range]), column], { axis: 1n }), zeros };
}
