import { isObject } from '../json/document.ts';
import { pyObject, pyTuple } from '../pickle/construct.ts';
import { reduceCall } from '../pickle/reduce.ts';
import { isType, type PyGlobal, type PyValue } from '../pickle/value.ts';
import { requireClass } from './containers.ts';
import { SkopsNode } from './node.ts';
import type { NodeReader } from './reading.ts';

/** Nodes of objects, functions and classes (skops/io/_general.py, skops/io/_sklearn.py): records, as pickles give them. */

const WHAT = 'a skops file';

function withState(cls: PyGlobal, args: readonly PyValue[], state: PyValue, offset: number): PyValue {
  return { ...pyObject(cls, args, null, offset), state };
}

/** `cls.__new__(cls)` and its state, which may be missing. */
export const readObjectNode: NodeReader = (node, reading) => {
  const content = node.get('content') ?? null;
  const state = content === null ? null : reading.value(content, node.offset);
  return withState(reading.global(node), [], state, node.offset);
};

function argumentsOf(value: PyValue, node: SkopsNode): readonly PyValue[] {
  if (!isType(value, 'tuple')) throw node.corrupt('arguments that are no tuple', 'a tuple');
  return value.items;
}

/** `cls(*args)`: the record of the call, or the value where the class is one of Python's own (frozenset, range). */
export const readConstructorNode: NodeReader = (node, reading) => {
  const cls = reading.calledClass(node);
  const args = argumentsOf(reading.value(node.get('content'), node.offset), node);
  return reduceCall(cls, args, reading.budget, node.offset);
};

/** `cls(*args)` and its state: trees and losses of scikit-learn, forests of quantile_forest, all written in Cython. */
const reduced =
  (classes: RegExp): NodeReader =>
  (node, reading) => {
    if (!classes.test(node.className)) throw node.unsafe('which it never is');
    const args = node.object('__reduce__').fields.get('args');
    const items = argumentsOf(reading.value(args, node.offset), node);
    const state = reading.value(node.get('content'), node.offset);
    return withState(reading.global(node), items, state, node.offset);
  };

export const readTreeNode = reduced(/^sklearn\.tree\._tree\.Tree$/);
/** The module of the losses is `_loss` where scikit-learn 1.5 to 1.8 wrote them. */
export const readLossNode = reduced(/^(?:sklearn\.(?:\w+\.)+|_loss\.)\w+$/);
export const readQuantileForestNode = reduced(/^quantile_forest\.\w+\.QuantileForest$/);

export const readTypeNode: NodeReader = (node, reading) => reading.global(node);

/** A function by its name; protocol 0 has the name in the content. */
export const readFunctionNode: NodeReader = (node, reading) => {
  const content = node.get('content');
  if (!isObject(content)) return reading.global(node);
  const [module, name] = ['module_path', 'function'].map((field) => content.fields.get(field));
  if (typeof module !== 'string' || typeof name !== 'string')
    throw node.corrupt('no names', 'a module and a name');
  return reading.globals.record(module, name, WHAT, node.offset);
};

/** A bound method, which pickles have as `getattr(owner, 'name')`. Its module is where the method is defined: in a base class, maybe. */
export const readMethodNode: NodeReader = (node, reading) => {
  const { fields } = node.object('content');
  const owner = new SkopsNode(fields.get('obj'), node.offset);
  const name = fields.get('func');
  if (owner.name !== node.name && node.name !== 'method')
    throw node.unsafe(`whose owner is of ${owner.className}`);
  if (typeof name !== 'string') throw node.corrupt('a method without a name', 'a name');
  const args = [reading.value(fields.get('obj'), node.offset), name];
  const callable = reading.globals.record('builtins', 'getattr', WHAT, node.offset);
  reading.globals.used(callable, args);
  return pyObject(callable, args, null, node.offset);
};

/** `functools.partial`, which pickles have as a state of function, arguments, keywords and attributes. */
export const readPartialNode: NodeReader = (node, reading) => {
  requireClass(node, 'functools.partial');
  const { fields } = node.object('content');
  const parts = ['func', 'args', 'kwds', 'namespace'].map((field) =>
    reading.value(fields.get(field), node.offset),
  );
  return withState(reading.global(node), parts.slice(0, 1), pyTuple(parts), node.offset);
};

export const readOperatorNode: NodeReader = (node, reading) => {
  requireClass(node, 'operator.attrgetter', 'operator.itemgetter', 'operator.methodcaller');
  const args = argumentsOf(reading.value(node.get('attrs'), node.offset), node);
  return pyObject(reading.global(node), args, null, node.offset);
};

function requireGenerator(node: SkopsNode): void {
  if (!/^numpy\.random\.(?:\w+\.)?(?:RandomState|Generator)$/.test(node.className))
    throw node.unsafe('which is no random generator of numpy');
}

export const readRandomStateNode: NodeReader = (node, reading) => {
  requireGenerator(node);
  const state = reading.value(node.get('content'), node.offset);
  return withState(reading.global(node), [], state, node.offset);
};

/** The state of the bits is a node since protocol 1; no answer depends on it. */
export const readRandomGeneratorNode: NodeReader = (node, reading) => {
  requireGenerator(node);
  const bits = node.object('content').fields.get('bit_generator');
  const isNode = isObject(bits) && bits.fields.has('__loader__');
  return withState(reading.global(node), [], isNode ? reading.value(bits, node.offset) : null, node.offset);
};
