import type { OnnxGraph, ValueName } from '../../../onnx/graph.ts';
import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import { edgeOf } from '../edge.ts';
import type { TensorValue } from '../emitter.ts';
import { type EdgeValue, NO_VALUE, type TensorList } from '../value.ts';

const call: OperatorRule = (c) => c.scope.call(c.functionName('f'), c.inputs);

/** What a constant condition chooses, or null where only a run tells. */
function chosen(value: TensorValue): boolean | null {
  const { constant } = value;
  if (constant?.dtype !== 'bool' || constant.shape.some((size) => size !== 1)) return null;
  return Number(constant.load().data[0]) !== 0;
}

/** Values that a graph can carry out of a branch or through a loop. */
type Carried = TensorValue | TensorList;
const isCarried = (value: EdgeValue): value is Carried => value.kind === 'tensor' || value.kind === 'list';

const nameIn = (c: NodeContext, value: Carried): ValueName =>
  value.kind === 'list' ? value.name : c.g.nameOf(value);

/** The same value under another name, of which nothing more is known than its type and shape. */
const renamed = (value: Carried, name: ValueName): Carried =>
  value.kind === 'list' ? { ...value, name } : { ...value, numbers: null, constant: null, name };

const branch: OperatorRule = (c) => {
  const test = c.tensor(0);
  const args = c.inputs.slice(1);
  const known = chosen(test);
  if (known !== null) return c.scope.call(c.functionName(known ? 'then_branch' : 'else_branch'), args);
  const results: Carried[][] = [];
  const body = (attr: string): OnnxGraph =>
    c.g.nested(attr, (graph) => {
      const values = c.scope.call(c.functionName(attr), args).filter(isCarried);
      results.push(values);
      for (const value of values) graph.result(nameIn(c, value));
    });
  const attributes = { then_branch: body('then_branch'), else_branch: body('else_branch') };
  const [yes = [], no = []] = results;
  if (yes.length !== no.length)
    throw c.unsupported('branches', 'branches that give different kinds of values', 'tensors from both are');
  const names = c.g.raw('If', [c.g.nameOf(c.g.cast(test, 'bool'))], yes.length, attributes);
  return yes.map((value, i) => merged(renamed(value, names[i] ?? ''), no[i]));
};

/** Of two branches, the sizes that both give. */
function merged(value: Carried, other: Carried | undefined): Carried {
  if (value.kind !== 'tensor' || other?.kind !== 'tensor') return value;
  const [a, b] = [value.shape, other.shape];
  const alike = a !== null && b !== null && a.length === b.length;
  return { ...value, shape: alike ? a.map((size, at) => (size === b[at] ? size : null)) : null };
}

/**
 * Runs the body while the condition holds. What the body gives back as it came (variables, weights, inputs) stands outside;
 * the rest is carried from turn to turn.
 */
const loop: OperatorRule = (c) => {
  const [body, condition] = [c.functionName('body'), c.functionName('cond')];
  const fixed = invariants(c, body);
  const carried = c.inputs.flatMap((value, at) =>
    fixed.has(at) ? [] : [{ value: carriedOf(c, value, at), at }],
  );
  const first = testOf(c, condition, c.inputs);
  const inner = c.g.nested('body', (graph) => {
    graph.argument('turn', 'int64');
    graph.argument('going', 'bool');
    const state = [...c.inputs];
    for (const { value, at } of carried) state[at] = renamed(value, graph.argument('state'));
    const next = c.scope.call(body, state);
    graph.result(c.g.nameOf(testOf(c, condition, next)));
    for (const { at } of carried) graph.result(nameIn(c, carriedOf(c, next[at] ?? NO_VALUE, at)));
  });
  const inputs = ['', c.g.nameOf(first), ...carried.map(({ value }) => nameIn(c, value))];
  const names = c.g.raw('Loop', inputs, carried.length, { body: inner });
  const after = [...c.inputs];
  for (const [i, { value, at }] of carried.entries()) after[at] = renamed(value, names[i] ?? '');
  return after;
};

/** A value that turns carry on, of the shape that holds in every turn. */
function carriedOf(c: NodeContext, value: EdgeValue, at: number): Carried {
  if (!isCarried(value))
    throw c.unsupported(`input ${at}`, `a ${value.kind} that changes in a loop`, 'a tensor or a list are');
  if (value.kind === 'list') return value;
  const attr = c.attr('output_shapes');
  const stated = attr?.kind === 'list' ? (attr.value.shapes[at] ?? null) : null;
  const shape = stated === null ? null : stated.map((size) => (size < 0 ? null : size));
  return { ...value, shape: shape ?? value.shape?.map(() => null) ?? null };
}

function testOf(c: NodeContext, condition: string, state: readonly EdgeValue[]): TensorValue {
  const [test] = c.scope.call(condition, state);
  if (test?.kind !== 'tensor') throw c.invalid('a condition that is no tensor', 'a boolean');
  return c.g.cast(test, 'bool');
}

/** Arguments that the body gives back as they came. */
function invariants(c: NodeContext, body: string): ReadonlySet<number> {
  const called = c.scope.program.functions.get(body);
  if (called === undefined) throw c.invalid(`no function "${body}"`, 'a function of the library');
  const { nodes } = called;
  const source = (reference: string): string => {
    let { name } = edgeOf(reference);
    const seen = new Set<string>();
    for (let node = nodes.get(name); node?.op === 'Identity' && !seen.has(name); node = nodes.get(name)) {
      seen.add(name);
      name = edgeOf(node.inputs[0] ?? '').name;
    }
    return name;
  };
  const fixed = called.outputs.flatMap((output, at) => {
    const reference = called.returns.get(output);
    return reference !== undefined && source(reference) === called.inputs[at] ? [at] : [];
  });
  return new Set(fixed);
}

/** Operators that call functions, once, by a condition, or again and again. */
export const CONTROL_OPERATORS: OperatorTable = {
  PartitionedCall: call,
  StatefulPartitionedCall: call,
  If: branch,
  StatelessIf: branch,
  While: loop,
  StatelessWhile: loop,
};
