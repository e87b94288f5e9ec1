import type { DocumentValue } from '../json/document.ts';
import { shownValue } from '../json/document-view.ts';
import { pyDict, pyFloat, pyInt, pyList, pyLong, pyObject, pyTuple } from '../pickle/construct.ts';
import { isType, type PyGlobal, type PyValue } from '../pickle/value.ts';
import type { SkopsNode } from './node.ts';
import type { NodeReader, SkopsReading } from './reading.ts';

/** Nodes of Python's own types (skops/io/_general.py). */

/** Decimal digits of an integer whose conversion is quick. */
const MAX_DIGITS = 8192;
const INTEGER = /^-?\d+$/;
const CONSTANTS: ReadonlyMap<string, PyValue> = new Map<string, PyValue>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', pyFloat(NaN)],
  ['Infinity', pyFloat(Infinity)],
  ['-Infinity', pyFloat(-Infinity)],
]);

const isBuiltin = (node: SkopsNode, name: string): boolean => node.className === `builtins.${name}`;

/** Throws READ_UNSAFE where a node is not of the class that its kind has. */
export function requireClass(node: SkopsNode, ...names: readonly string[]): void {
  if (!names.includes(node.className)) throw node.unsafe(`where ${names.join(' or ')} was wanted`);
}

function integer(node: SkopsNode, text: string): PyValue {
  if (text.length > MAX_DIGITS)
    throw node.corrupt(`an integer of ${text.length} digits`, `at most ${MAX_DIGITS}`);
  return pyLong(BigInt(text));
}

/** A number as Python's `repr` and `json` write it, or null. */
function pyNumber(node: SkopsNode, text: string): PyValue {
  if (INTEGER.test(text)) return integer(node, text);
  const number = Number(text);
  return /^-?\d[\d.]*(?:[eE][+-]?\d+)?$/.test(text) && !Number.isNaN(number) ? pyFloat(number) : null;
}

/** `JsonNode`: None, bool, int, float or str, as JSON in a string. */
export const readJsonNode: NodeReader = (node) => {
  requireClass(node, 'builtins.str');
  const text = node.text('content');
  const constant = CONSTANTS.get(text);
  if (constant !== undefined) return constant;
  const value = text.startsWith('"') ? jsonString(text) : pyNumber(node, text);
  if (value === null)
    throw node.corrupt(`the content ${JSON.stringify(text.slice(0, 40))}`, 'one plain value of JSON');
  return value;
};

function jsonString(text: string): string | null {
  try {
    return String(JSON.parse(text));
  } catch {
    return null;
  }
}

const itemsOf = (node: SkopsNode, reading: SkopsReading): PyValue[] =>
  node.list('content').map((item) => reading.value(item, node.offset));

/** The record of an instance of a class that is a list, set or dict too. */
function instance(cls: PyGlobal, node: SkopsNode, items: PyValue[], entries: [PyValue, PyValue][]): PyValue {
  return { ...pyObject(cls, [], null, node.offset), items, entries };
}

/** The class of a node where it is not Python's own, or null. Python calls it: it is looked at before what it is given. */
const ownClass = (node: SkopsNode, reading: SkopsReading, name: string): PyGlobal | null =>
  isBuiltin(node, name) ? null : reading.calledClass(node);

export const readListNode: NodeReader = (node, reading) => {
  const cls = ownClass(node, reading, 'list');
  const items = itemsOf(node, reading);
  return cls === null ? pyList(items) : instance(cls, node, items, []);
};

export const readSetNode: NodeReader = (node, reading) => {
  const cls = ownClass(node, reading, 'set');
  const items = itemsOf(node, reading);
  return cls === null ? { type: 'set', items } : instance(cls, node, items, []);
};

/** A tuple, or a namedtuple, whose items are the arguments of its class. */
export const readTupleNode: NodeReader = (node, reading) => {
  const cls = ownClass(node, reading, 'tuple');
  const items = itemsOf(node, reading);
  return cls === null ? pyTuple(items) : pyObject(cls, items, null, node.offset);
};

type KeyReader = (node: SkopsNode, text: string) => PyValue | undefined;

const integerKey: KeyReader = (node, text) => (INTEGER.test(text) ? integer(node, text) : undefined);
const booleanKey: KeyReader = (_node, text) =>
  text === 'true' ? true : text === 'false' ? false : undefined;
const floatKey: KeyReader = (node, text) => {
  const value = CONSTANTS.get(text) ?? pyNumber(node, text);
  if (isType(value, 'int')) return pyFloat(value.value);
  return isType(value, 'float') ? value : undefined;
};

/** How the string that JSON has for a key becomes the key again, by its type in `builtins` or `numpy`. */
const KEYS: readonly (readonly [type: RegExp, read: KeyReader])[] = [
  [/^str_?$/, (_node, text) => text],
  [/^(?:u?int(?:8|16|32|64)?|u?intc|u?longlong)$/, integerKey],
  [/^float(?:16|32|64)?$/, floatKey],
  [/^bool_?$/, booleanKey],
  [/^NoneType$/, (_node, text) => (text === 'null' ? null : undefined)],
];

function keyOf(node: SkopsNode, text: string, type: PyValue | undefined): PyValue {
  if (!isType(type, 'global')) throw node.corrupt('"key_types" that do not fit the keys', 'one type a key');
  const isPlain = type.module === 'builtins' || type.module === 'numpy';
  const read = isPlain ? KEYS.find(([name]) => name.test(type.name))?.[1] : undefined;
  if (read === undefined) throw node.unsafe(`whose keys Python would make by ${type.module}.${type.name}`);
  const key = read(node, text);
  if (key === undefined)
    throw node.corrupt(`the key ${JSON.stringify(text.slice(0, 40))}`, `a key of type ${type.name}`);
  return key;
}

function entriesOf(node: SkopsNode, reading: SkopsReading): [PyValue, PyValue][] {
  const types = reading.value(node.get('key_types'), node.offset);
  const { fields } = node.object('content');
  const kinds = isType(types, 'list') ? types.items : [];
  if (kinds.length !== fields.size)
    throw node.corrupt(`${kinds.length} types of ${fields.size} keys`, 'one type a key');
  return Array.from(fields, ([text, json], i) => [
    keyOf(node, text, kinds[i]),
    reading.value(json, node.offset),
  ]);
}

const DICTS = ['OrderedDict', 'Counter', 'defaultdict'].map((name) => `collections.${name}`);

export const readDictNode: NodeReader = (node, reading) => {
  const cls = ownClass(node, reading, 'dict');
  const entries = entriesOf(node, reading);
  if (cls === null) return pyDict(entries);
  return DICTS.includes(node.className) ? pyDict(entries, cls) : instance(cls, node, [], entries);
};

/** A dict of a class of its own around a plain one: `defaultdict`, and one of GraphicalLassoCV up to scikit-learn 1.1. */
export const readWrappedDictNode: NodeReader = (node, reading) => {
  requireClass(node, 'collections.defaultdict', 'sklearn.covariance._graph_lasso._DictWithDeprecatedKeys');
  const main = reading.value(node.object('content').fields.get('main'), node.offset);
  if (!isType(main, 'dict')) throw node.corrupt('"main" that is no dict', 'a dict');
  return pyDict(main.entries, reading.global(node));
};

/** `SliceNode`, whose bounds are JSON as they are. */
export const readSliceNode: NodeReader = (node, reading) => {
  requireClass(node, 'builtins.slice');
  const { fields } = node.object('content');
  const bounds = ['start', 'stop', 'step'].map((field) => sliceBound(node, fields.get(field)));
  return pyObject(reading.global(node), bounds, null, node.offset);
};

function sliceBound(node: SkopsNode, value: DocumentValue | undefined): PyValue {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return pyInt(value);
  throw node.corrupt(`the bound ${shownValue(value)}`, 'an integer, a string or null');
}

export const readBytesNode: NodeReader = (node, reading) => {
  requireClass(node, node.loader === 'BytearrayNode' ? 'builtins.bytearray' : 'builtins.bytes');
  return reading.archive.read(node.text('file'));
};
