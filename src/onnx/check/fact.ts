import type { GraphShape, GraphTensor, NodeAttribute, OnnxNode } from '../graph.ts';

/**
 * What is known of a value without running the graph. A `null` dimension or number is unknown and counts as 1: the
 * batch, and whatever else a caller chooses.
 */
export interface ValueFact {
  readonly shape: readonly (number | null)[] | null;
  /** Elements at batch 1, as far as known. */
  readonly elements: number;
  /** Numbers of a small tensor, row-major. */
  readonly numbers: readonly (number | null)[] | null;
  /** No element is above it. */
  readonly upper: number | null;
}

/** Tensors up to this size are computed with: shapes, axes, repeats, trip counts. */
const MAX_NUMBERS = 256;

/** Negative and absurd sizes are wrong graphs, which the runtime refuses: they must not shrink a sum here. */
const product = (shape: readonly (number | null)[]): number =>
  shape.reduce<number>((p, size) => p * (size !== null && size >= 0 ? size : 1), 1);

export const ofElements = (elements: number): ValueFact => ({
  shape: null,
  elements,
  numbers: null,
  upper: null,
});

export const ofShape = (shape: readonly (number | null)[]): ValueFact => ({
  shape,
  elements: product(shape),
  numbers: null,
  upper: null,
});

export function ofNumbers(numbers: readonly (number | null)[], shape: readonly (number | null)[]): ValueFact {
  if (numbers.length > MAX_NUMBERS) return ofShape(shape);
  const upper = numbers.every((x) => x !== null) ? Math.max(...numbers) : null;
  return { shape, elements: product(shape), numbers, upper };
}

/** Free dimensions of a declaration are unknown. */
export const ofDeclared = (shape: GraphShape): ValueFact =>
  shape === null ? ofElements(1) : ofShape(shape.map((size) => (typeof size === 'number' ? size : null)));

export function ofTensor(tensor: GraphTensor): ValueFact {
  if (tensor.dtype === 'packed' || tensor.dtype === 'string' || tensor.dtype === 'float16')
    return ofShape(tensor.shape);
  if (tensor.data.length > MAX_NUMBERS) return ofShape(tensor.shape);
  return ofNumbers(Array.from(tensor.data as ArrayLike<number | bigint>, Number), tensor.shape);
}

/** Integer attribute, or what the specification says where it is absent. */
export function intOf(node: OnnxNode, name: string, fallback: number): number {
  const attribute = attributeOf(node, name);
  return attribute?.type === 'int' ? Number(attribute.value) : fallback;
}

/** List of integers, or null where it is absent or too long to be about axes. */
export function intsOf(node: OnnxNode, name: string): number[] | null {
  const attribute = attributeOf(node, name);
  if (attribute?.type === 'int') return [Number(attribute.value)];
  if (attribute?.type !== 'ints' || attribute.value.length > MAX_NUMBERS) return null;
  return Array.from(attribute.value, Number);
}

export const attributeOf = (node: OnnxNode, name: string): NodeAttribute | undefined =>
  Object.hasOwn(node.attributes, name) ? node.attributes[name] : undefined;

/** Axis counted from the front; negative ones count from the back. */
export const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
