import type { OnnxNode } from '../graph.ts';
import { intsOf, ofElements, ofShape, type ValueFact } from './fact.ts';

/** Facts of one of a node's outputs, where it has several, from those of its inputs (missing inputs are null). */
export type ShapeRule = (node: OnnxNode, inputs: readonly (ValueFact | null)[], index: number) => ValueFact;

export const UNKNOWN_FACT = ofElements(1);
export const first = (inputs: readonly (ValueFact | null)[]): ValueFact => inputs[0] ?? UNKNOWN_FACT;
export const known = (numbers: ValueFact['numbers'] | undefined): readonly number[] | null =>
  numbers?.every((x) => x !== null) ? numbers : null;

/** numpy broadcasting; an unknown dimension gives way to a known one. */
export function broadcast(inputs: readonly (ValueFact | null)[]): ValueFact {
  const facts = inputs.filter((input) => input !== null);
  const shapes = facts.flatMap(({ shape }) => (shape === null ? [] : [shape]));
  if (shapes.length < facts.length) {
    return ofElements(facts.reduce((most, { elements }) => Math.max(most, elements), 1));
  }
  const rank = shapes.reduce((most, shape) => Math.max(most, shape.length), 0);
  const sizes = Array.from({ length: rank }, (_, axis) => {
    const dims = shapes.map((shape) => {
      const at = axis - rank + shape.length;
      return at < 0 ? 1 : (shape[at] ?? null);
    });
    const large = dims.reduce<number>((most, size) => Math.max(most, size ?? 1), 1);
    if (large > 1) return large;
    if (dims.includes(0)) return 0;
    return dims.includes(null) ? null : 1;
  });
  return ofShape(sizes);
}

export const axesOf = (node: OnnxNode, inputs: readonly (ValueFact | null)[]): readonly number[] | null =>
  intsOf(node, 'axes') ?? known(inputs[1]?.numbers);
