import { NodeContext, type OperatorRule } from './context.ts';
import type { TensorValue } from './emitter.ts';
import type { EdgeValue } from './value.ts';

/** Operators that put the elements of their first input in other places, and whether all stay in their order. */
const PLACES: ReadonlyMap<string, boolean> = new Map([
  ['Reshape', true],
  ['ExpandDims', true],
  ['Squeeze', true],
  ['Gather', false],
  ['GatherV2', false],
  ['GatherNd', false],
  ['StridedSlice', false],
  ['Slice', false],
  ['Transpose', false],
  ['Tile', false],
  ['Unpack', false],
  ['ReverseV2', false],
]);

export const asEdges = (made: EdgeValue | readonly EdgeValue[]): readonly EdgeValue[] =>
  'kind' in made ? [made] : made;

/** What an operator gives, with how it comes from inputs of the model where the operator puts elements in other places. */
export function withSources(
  c: NodeContext,
  rule: OperatorRule,
  made: readonly EdgeValue[],
): readonly EdgeValue[] {
  const isInOrder = PLACES.get(c.node.op);
  const [given, ...rest] = c.inputs;
  const source = given?.kind === 'tensor' ? given.source : undefined;
  if (isInOrder === undefined || source === undefined) return made;
  return made.map((value, i) => {
    if (value.kind !== 'tensor' || value === given) return value;
    const arrange = (other: TensorValue): TensorValue => {
      const again = new NodeContext(c.node, [source.arrange(other), ...rest], c.g, c.scope, c.resources);
      const moved = asEdges(rule(again))[i];
      if (moved?.kind !== 'tensor') throw c.invalid('no value', 'a tensor');
      return moved;
    };
    const kept = source.isInOrder && isInOrder;
    return { ...value, source: { ...source, arrange, isInOrder: kept, isPlain: false } };
  });
}
