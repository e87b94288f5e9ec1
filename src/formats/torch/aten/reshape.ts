import type { AtenGraph } from './graph.ts';
import { type AtenInteger, type AtenTensor, sizeOfInteger, type TensorSize } from './value.ts';

/** What stays of a product of sizes once those of another are cancelled: a factor and symbols. */
interface Quotient {
  readonly factor: number;
  readonly symbols: readonly string[];
}

function quotientOf(above: readonly TensorSize[], below: readonly TensorSize[]): Quotient | null {
  let factor = 1;
  const symbols: string[] = [];
  for (const size of above) {
    if (typeof size === 'number') factor *= size;
    else symbols.push(size);
  }
  for (const size of below) {
    if (typeof size === 'number') {
      factor /= size;
      continue;
    }
    const at = symbols.indexOf(size);
    if (at < 0) return null;
    symbols.splice(at, 1);
  }
  return Number.isFinite(factor) ? { factor, symbols } : null;
}

/** The size that -1 stands for. */
function inferredSize(g: AtenGraph, from: readonly TensorSize[], others: readonly TensorSize[]): TensorSize {
  const quotient = quotientOf(from, others);
  if (quotient === null) return g.unknownSize();
  const { factor, symbols } = quotient;
  if (symbols.length === 0) return Number.isInteger(factor) ? factor : g.unknownSize();
  return symbols.length === 1 && factor === 1 ? (symbols[0] ?? g.unknownSize()) : g.unknownSize();
}

/**
 * A view in other sizes; one of them may be -1. Free sizes are copied from the input where they stay in their place, and
 * left to the runtime where one alone is left: such a graph says by itself that its rows stay apart.
 */
export function reshaped(g: AtenGraph, x: AtenTensor, sizes: readonly AtenInteger[]): AtenTensor {
  const given = sizes.filter((size) => size !== -1).map(sizeOfInteger);
  const shape = sizes.map((size) => (size === -1 ? inferredSize(g, x.shape, given) : sizeOfInteger(size)));
  if (shape.length === x.shape.length && shape.every((size, axis) => size === x.shape[axis])) return x;
  const isEmpty = shape.includes(0);
  let open = shape.some(
    (size, i) => sizes[i] === -1 && typeof size !== 'number' && (isEmpty || size !== x.shape[i]),
  );
  const target = shape.map((size, axis): AtenInteger => {
    if (typeof size === 'number') return size;
    if (!isEmpty && size === x.shape[axis]) return 0;
    if (sizes[axis] === -1) return -1;
    if (!open && !isEmpty) {
      open = true;
      return -1;
    }
    return sizes[axis] ?? 1;
  });
  return g.add(
    'Reshape',
    [x, g.integers(target)],
    { dtype: x.dtype, shape },
    isEmpty ? { allowzero: 1n } : {},
  );
}
