import type { OnnxGraph, ValueName } from '../../../onnx/graph.ts';
import type { NodeContext } from '../context.ts';
import type { TensorValue } from '../emitter.ts';
import type { Shape } from '../shapes.ts';
import type { EdgeValue, TensorList } from '../value.ts';
import { sequenceOf } from './list.ts';

/** Values that a graph can carry out of a branch or through a loop. */
export type Carried = TensorValue | TensorList;

export const canCarry = (value: EdgeValue): value is Carried =>
  value.kind === 'tensor' || value.kind === 'list';

export const nameIn = (c: NodeContext, value: Carried): ValueName =>
  value.kind === 'list' ? sequenceOf(c, value) : c.g.nameOf(value);

/** The same value under another name, of which nothing more is known than its type and shape. */
export function renamed(value: Carried, name: ValueName): Carried {
  if (value.kind === 'list') return { ...value, elements: { as: 'sequence', name } };
  return { kind: 'tensor', dtype: value.dtype, shape: value.shape, numbers: null, constant: null, name };
}

/** An If: what either branch gives, by a condition that only a run tells. */
export function choose(
  c: NodeContext,
  test: TensorValue,
  yes: () => readonly EdgeValue[],
  no: () => readonly EdgeValue[],
): Carried[] {
  const made: Carried[][] = [];
  const body = (name: string, values: () => readonly EdgeValue[]): OnnxGraph =>
    c.g.nested(name, (graph) => {
      const results = values().filter(canCarry);
      made.push(results);
      for (const value of results) graph.result(nameIn(c, value));
    });
  const attributes = { then_branch: body('then_branch', yes), else_branch: body('else_branch', no) };
  const [first = [], second = []] = made;
  if (
    first.length !== second.length ||
    first.some(({ kind, dtype }, i) => kind !== second[i]?.kind || dtype !== second[i].dtype)
  )
    throw c.unsupported('branches', 'branches that give different kinds of values', 'tensors from both are');
  const names = c.g.raw('If', [c.g.nameOf(scalarOf(c, test))], first.length, attributes);
  return first.map((value, i) => merged(renamed(value, names[i] ?? ''), second[i]));
}

/** A condition of one element, whatever its rank. */
function scalarOf(c: NodeContext, test: TensorValue): TensorValue {
  const truth = c.g.cast(test, 'bool');
  if (truth.shape?.length === 0) return truth;
  const scalar = c.g.constant({ dtype: 'int64', shape: [0], data: new BigInt64Array(0) });
  return c.emit('Reshape', [truth, scalar], {}, { dtype: 'bool', shape: [] });
}

/** Of two values, the sizes that both have. */
function merged(value: Carried, other: Carried | undefined): Carried {
  if (value.kind !== 'tensor' || other?.kind !== 'tensor') return value;
  return { ...value, shape: commonShape(value.shape, other.shape) };
}

export function commonShape(a: Shape, b: Shape): Shape {
  if (a === null || b === null || a.length !== b.length) return null;
  return a.map((size, at) => (size === b[at] ? size : null));
}
