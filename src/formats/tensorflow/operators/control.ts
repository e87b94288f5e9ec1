import type { NodeContext, OperatorRule, OperatorTable } from '../context.ts';
import { edgeOf } from '../edge.ts';
import type { TensorValue } from '../emitter.ts';
import type { Shape } from '../shapes.ts';
import { constantTruth, type EdgeValue } from '../value.ts';
import { choose } from './branch.ts';
import { repeat } from './loop.ts';

const call: OperatorRule = (c) => c.scope.call(c.functionName('f'), c.inputs);

const branch: OperatorRule = (c) => {
  const test = truthOf(c, c.tensor(0));
  const args = c.inputs.slice(1);
  const known = constantTruth(test);
  const taken = (attr: string): readonly EdgeValue[] => c.scope.call(c.functionName(attr), args);
  if (known !== null) return taken(known ? 'then_branch' : 'else_branch');
  return choose(
    c,
    test,
    () => taken('then_branch'),
    () => taken('else_branch'),
  );
};

/** A number is true where it is not 0, as in conditions of TensorFlow. */
function truthOf(c: NodeContext, test: TensorValue): TensorValue {
  return test.dtype === 'bool' || test.dtype === 'string' ? test : c.g.cast(test, 'bool');
}

/** Branch by number; any other number takes the last one. */
const cases: OperatorRule = (c) => {
  const attr = c.attr('branches');
  const branches = attr?.kind === 'list' ? attr.value.functions : [];
  const index = c.tensor(0);
  const args = c.inputs.slice(1);
  const take = (at: number): readonly EdgeValue[] => {
    const name = branches[at];
    if (name === undefined) throw c.invalid('no branches', 'a function each');
    return c.scope.call(name, args);
  };
  const last = branches.length - 1;
  const known = index.numbers?.[0] ?? null;
  if (known !== null) return take(known < 0 || known > last ? last : known);
  const from = (at: number): readonly EdgeValue[] => {
    if (at === last) return take(at);
    const here = c.emit('Equal', [index, c.g.scalar(at, index)], {}, { dtype: 'bool', shape: index.shape });
    return choose(
      c,
      here,
      () => take(at),
      () => from(at + 1),
    );
  };
  return from(0);
};

/**
 * Runs the body while the condition holds. What the body gives back as it came (variables, weights, inputs) stands outside;
 * the rest is carried from turn to turn.
 */
const loop: OperatorRule = (c) => {
  const [body, condition] = [c.functionName('body'), c.functionName('cond')];
  const attr = c.attr('output_shapes');
  const stated = attr?.kind === 'list' ? attr.value.shapes : [];
  const shapeOf = (at: number): Shape => stated[at]?.map((size) => (size < 0 ? null : size)) ?? null;
  return repeat(c, {
    state: c.inputs,
    fixed: invariants(c, body),
    shapeOf,
    test: (state) => testOf(c, c.scope.call(condition, state)[0]),
    turn: (state) => c.scope.call(body, state),
  });
};

function testOf(c: NodeContext, test: EdgeValue | undefined): TensorValue {
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

/** Whichever value there is: of the branch that a condition takes. */
const merge: OperatorRule = (c) => {
  const selection = c.scope.switches.selection(c.node);
  const test = testOf(c, c.scope.value(selection.test));
  const known = constantTruth(test);
  if (known !== null) return c.scope.value(selection.sides[known ? 1 : 0]);
  const given = new Map(
    selection.entries.switches.map(({ name, inputs: [data = ''] }) => {
      const value = c.scope.value(data);
      return [name, [value, value]];
    }),
  );
  const side = (at: 0 | 1) => () => [c.scope.within(given).value(selection.sides[at])];
  return choose(c, test, side(1), side(0));
};

/** Outside the branch that it leads to, a value may be there or not. */
const switched: OperatorRule = (c) => {
  if (constantTruth(c.tensor(1)) === null)
    throw c.unsupported('data', 'a value of one branch that is read outside it', 'what Merge chooses is');
  return c.inputs.slice(0, 1).flatMap((value) => [value, value]);
};

/** What leaves a loop of TensorFlow 1; all that leaves it is found out at once. */
const exit: OperatorRule = (c) => {
  const { test, variables, enters, exits } = c.scope.switches.frame(c.node);
  const outside = new Map(enters.map(({ name, inputs: [data = ''] }) => [name, [c.scope.value(data)]]));
  const within = (state: readonly EdgeValue[]) => {
    const given = new Map<string, readonly EdgeValue[]>(outside);
    for (const [i, { merge: around, switch: taken }] of variables.entries()) {
      const value = state.slice(i, i + 1);
      given.set(around.name, value).set(taken.name, [...value, ...value]);
    }
    return c.scope.within(given);
  };
  const after = repeat(c, {
    state: variables.flatMap(({ enter }) => outside.get(enter.name) ?? []),
    fixed: new Set(variables.flatMap(({ isFixed }, i) => (isFixed ? [i] : []))),
    shapeOf: () => null,
    test: (state) => testOf(c, within(state).value(test)),
    turn: (state) => {
      const scope = within(state);
      return variables.map(({ next }) => scope.value(next));
    },
  });
  let own: readonly EdgeValue[] = [];
  for (const [i, { switch: taken }] of variables.entries())
    for (const { name } of exits.get(taken.name) ?? []) {
      if (name === c.node.name) own = after.slice(i, i + 1);
      else c.scope.define(name, after.slice(i, i + 1));
    }
  return own;
};

/** Operators that call functions, once, by a condition, or again and again, and the branches and loops of TensorFlow 1. */
export const CONTROL_OPERATORS: OperatorTable = {
  PartitionedCall: call,
  StatefulPartitionedCall: call,
  If: branch,
  StatelessIf: branch,
  Case: cases,
  StatelessCase: cases,
  While: loop,
  StatelessWhile: loop,
  Switch: switched,
  RefSwitch: switched,
  Merge: merge,
  RefMerge: merge,
  Exit: exit,
  RefExit: exit,
};
