import { broadcastShapes } from '../../onnx/broadcast.ts';
import { fromFront } from '../../onnx/check/fact.ts';

/** Sizes of a value as far as they are known; null where the rank is unknown, and in place of a size that is. */
export type Shape = readonly (number | null)[] | null;

/** Number of elements, or null where a size is unknown. */
function elementsOf(shape: Shape): number | null {
  let product = 1;
  for (const size of shape ?? [null]) {
    if (size === null) return null;
    product *= size;
  }
  return product;
}

/** As numpy broadcasts; of an unknown rank nothing is said. */
export const broadcastShape = (a: Shape, b: Shape): Shape =>
  a === null || b === null ? null : broadcastShapes(a, b);

/** Batches broadcast, the last two sizes multiply as matrices. */
export function matmulShape(a: Shape, b: Shape): Shape {
  if (a === null || b === null || a.length < 2 || b.length < 2) return null;
  const batch = broadcastShape(a.slice(0, -2), b.slice(0, -2));
  return batch === null ? null : [...batch, a.at(-2) ?? null, b.at(-1) ?? null];
}

export function transposedShape(shape: Shape, perm: readonly number[]): Shape {
  return shape === null ? null : perm.map((at) => shape[at] ?? null);
}

/** @param axes counted from either end; null where they are not known */
export function reducedShape(shape: Shape, axes: readonly number[] | null, keep: boolean): Shape {
  if (shape === null || axes === null) return null;
  const gone = new Set(axes.map((axis) => fromFront(axis, shape.length)));
  return keep ? shape.map((size, at) => (gone.has(at) ? 1 : size)) : shape.filter((_, at) => !gone.has(at));
}

/** @param wanted sizes as `Reshape` takes them: -1 is what is left; null is unknown */
export function reshapedShape(shape: Shape, wanted: readonly (number | null)[] | null): Shape {
  if (wanted === null) return null;
  const all = elementsOf(shape);
  const rest = elementsOf(wanted.map((size) => (size === -1 ? 1 : size)));
  const open = all === null || rest === null || all % rest !== 0 ? null : all / rest;
  return wanted.map((size) => (size === -1 ? open : size));
}

export function concatenatedShape(shapes: readonly Shape[], axis: number): Shape {
  const first = shapes[0] ?? null;
  if (first === null || shapes.some((shape) => shape === null)) return null;
  const at = fromFront(axis, first.length);
  const sizes = shapes.map((shape) => shape?.[at] ?? null);
  const total = sizes.reduce<number | null>(
    (sum, size) => (sum === null || size === null ? null : sum + size),
    0,
  );
  return first.map((size, i) =>
    i === at ? total : (size ?? shapes.find((shape) => shape?.[i] != null)?.[i] ?? null),
  );
}
