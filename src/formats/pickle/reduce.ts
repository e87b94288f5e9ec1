import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import { arrayFromBuffer, buildArray, emptyArray, makeScalar } from '../numpy/array.ts';
import { makeDType } from '../numpy/dtype.ts';
import { pyDict, pyList, pyObject, pyTuple } from './construct.ts';
import { encodeLatin1 } from './text.ts';
import { describeValue, isType, type PyGlobal, type PyObject, type PyValue } from './value.ts';

/**
 * What REDUCE of the few names with a meaning gives. Everything else, whatever its name, becomes a record; nothing
 * is ever called.
 */
type Meaning = (
  args: readonly PyValue[],
  callable: PyGlobal,
  budget: ReadBudget,
  offset: number,
) => PyValue | undefined;

const corrupt = (
  callable: PyGlobal,
  args: readonly PyValue[],
  offset: number,
  wanted: string,
): PlimsollError =>
  new PlimsollError('READ_CORRUPT', {
    what: `the arguments of ${callable.module}.${callable.name}`,
    offset,
    found: args.map(describeValue).join(', ') || 'none',
    wanted,
  });

/** Items of the one list, tuple or set argument. */
function itemsArgument(
  args: readonly PyValue[],
  callable: PyGlobal,
  budget: ReadBudget,
  offset: number,
): PyValue[] {
  const source = args[0];
  if (args.length === 0) return [];
  if (
    args.length > 1 ||
    !(
      isType(source, 'list') ||
      isType(source, 'tuple') ||
      isType(source, 'set') ||
      isType(source, 'frozenset')
    )
  ) {
    throw corrupt(callable, args, offset, 'one list, tuple or set');
  }
  budget.chargeObjects(24 * source.items.length, callable.name, offset);
  return [...source.items];
}

/** Entries of a dict argument, or of a sequence of pairs (OrderedDict of Python 2). */
function entriesArgument(
  args: readonly PyValue[],
  callable: PyGlobal,
  budget: ReadBudget,
  offset: number,
): [PyValue, PyValue][] {
  const source = args[0];
  if (source === undefined) return [];
  const entries = isType(source, 'dict')
    ? source.entries
    : isType(source, 'list') || isType(source, 'tuple')
      ? source.items.map(pairOf)
      : null;
  const pairs = entries?.filter((pair) => pair !== null);
  if (pairs === undefined || pairs.length !== entries?.length)
    throw corrupt(callable, args, offset, 'a dict or pairs');
  budget.chargeObjects(80 * pairs.length, callable.name, offset);
  return pairs.map(([key, value]) => [key, value]);
}

function pairOf(value: PyValue): [PyValue, PyValue] | null {
  const items = isType(value, 'list') || isType(value, 'tuple') ? value.items : [];
  const [key, item, ...others] = items;
  return key !== undefined && item !== undefined && others.length === 0 ? [key, item] : null;
}

const codecsEncode: Meaning = (args, callable, budget, offset) => {
  const [text, encoding] = args;
  if (typeof text !== 'string') throw corrupt(callable, args, offset, 'a string and an encoding');
  budget.chargeObjects(text.length, callable.name, offset);
  if (encoding === 'latin1' || encoding === 'latin-1') {
    const bytes = encodeLatin1(text);
    if (bytes === null) throw corrupt(callable, args, offset, 'Latin-1 text');
    return bytes;
  }
  if (encoding === undefined || encoding === 'utf-8' || encoding === 'utf8')
    return new TextEncoder().encode(text);
  return undefined;
};

const byteString: Meaning = (args, callable, budget, offset) => {
  const [source] = args;
  if (source === undefined) return new Uint8Array(0);
  if (source instanceof Uint8Array) return source;
  if (typeof source === 'string') return codecsEncode(args, callable, budget, offset);
  return undefined;
};

const complex: Meaning = (args) => {
  const [real, imaginary] = args.map((part) =>
    isType(part, 'float') || isType(part, 'int') ? part.value : undefined,
  );
  return real === undefined || imaginary === undefined ? undefined : { type: 'complex', real, imaginary };
};

/** `copyreg._reconstructor(cls, base, state)` of protocols 0 and 1: `base.__new__(cls, state)`. */
const reconstructor: Meaning = (args, callable, budget, offset) => {
  const [cls, base, state] = args;
  if (!isType(cls, 'global') || !isType(base, 'global') || state === undefined)
    throw corrupt(callable, args, offset, 'a class, a base and a state');
  const isBase = (name: string): boolean => base.name === name && base.module !== cls.module;
  const object = pyObject(cls, state === null ? [] : [state], null, offset);
  if (!isBase('dict') && !isBase('list')) return object;
  if (isBase('dict'))
    return { ...object, args: [], entries: entriesArgument([state], callable, budget, offset) };
  return { ...object, args: [], items: itemsArgument([state], callable, budget, offset) };
};

/** `numpy.core._ufunc_reconstruct(module, name)`, how numpy before 1.20 wrote its functions: the name they have. */
const ufunc: Meaning = (args, _callable, _budget, offset) => {
  const [module, name] = args;
  if (
    typeof module !== 'string' ||
    typeof name !== 'string' ||
    !/^(?:numpy|scipy\.special)(?:\.|$)/.test(module)
  )
    return undefined;
  return { type: 'global', module, name, offset };
};

const NUMPY_CORES = ['numpy.core.', 'numpy._core.'];
const BUILTIN_MODULES = ['builtins.', '__builtin__.'];
const under = (prefixes: readonly string[], name: string): string[] =>
  prefixes.map((prefix) => prefix + name);

const orderedEntries: Meaning = (args, cls, budget, offset) =>
  pyDict(entriesArgument(args, cls, budget, offset), cls);

const MEANINGS = new Map<string, Meaning>();
const define = (names: readonly string[], meaning: Meaning): void => {
  for (const name of names) MEANINGS.set(name, meaning);
};

/**
 * `_create_array(_reconstruct, its arguments, state, attributes)`, how dill writes an array (dill/_dill.py); with another function or
 * attributes of its own it stays a record.
 */
const dillArray: Meaning = ([construct, , state, attributes = null], _callable, budget, offset) => {
  const isPlain = isType(construct, 'global') && RECONSTRUCT.has(`${construct.module}.${construct.name}`);
  if (!isPlain || state === undefined || attributes !== null) return undefined;
  const array = emptyArray(offset);
  buildArray(array, state, budget);
  return array;
};

const RECONSTRUCT = new Set(
  ['multiarray', '_multiarray_umath'].flatMap((module) => under(NUMPY_CORES, `${module}._reconstruct`)),
);

/** `_load_type(name)`, how dill writes a built-in type: the name that pickle gives it. Others stay records. */
const dillType: Meaning = ([name], _callable, _budget, offset) =>
  typeof name === 'string' && PLAIN_TYPES.has(name)
    ? { type: 'global', module: 'builtins', name, offset }
    : undefined;

const PLAIN_TYPES = new Set(
  'object int float complex bool str bytes bytearray list tuple dict set frozenset slice range'.split(' '),
);

const empty: Meaning = (_args, _callable, _budget, offset) => emptyArray(offset);
for (const module of ['multiarray', '_multiarray_umath']) {
  define(under(NUMPY_CORES, `${module}._reconstruct`), empty);
  define(under(NUMPY_CORES, `${module}.scalar`), (args, _callable, _budget, offset) =>
    makeScalar(args, offset),
  );
}
define(['dill._dill._create_array'], dillArray);
define(['dill._dill._load_type'], dillType);
define(['numpy.ma.core._mareconstruct', 'numpy.core.ma._mareconstruct'], empty);
define(under(NUMPY_CORES, 'numeric._frombuffer'), (args, _callable, budget, offset) =>
  arrayFromBuffer(args, budget, offset),
);
define(['numpy.dtype', ...under(NUMPY_CORES, 'multiarray.dtype')], (args, _callable, _budget, offset) =>
  makeDType(args, offset));
define(['numpy.core._ufunc_reconstruct', 'numpy._core._ufunc_reconstruct'], ufunc);
define(['_codecs.encode'], codecsEncode);
define([...under(BUILTIN_MODULES, 'bytes'), ...under(BUILTIN_MODULES, 'bytearray')], byteString);
define(under(BUILTIN_MODULES, 'complex'), complex);
define(under(BUILTIN_MODULES, 'list'), (...call) => pyList(itemsArgument(...call)));
define(under(BUILTIN_MODULES, 'tuple'), (...call) => pyTuple(itemsArgument(...call)));
define([...under(BUILTIN_MODULES, 'set'), 'sets.Set'], (...call) => ({
  type: 'set',
  items: itemsArgument(...call),
}));
define(under(BUILTIN_MODULES, 'frozenset'), (...call) => ({
  type: 'frozenset',
  items: itemsArgument(...call),
}));
define(under(BUILTIN_MODULES, 'dict'), (args, _callable, budget, offset) =>
  pyDict(entriesArgument(args, _callable, budget, offset)),
);
define(['collections.OrderedDict', 'collections.Counter'], orderedEntries);
define(['collections.defaultdict'], (args, cls, budget, offset) =>
  orderedEntries(args.slice(1), cls, budget, offset));
define(['copyreg._reconstructor', 'copy_reg._reconstructor'], reconstructor);
define(['copyreg.__newobj__', 'copy_reg.__newobj__'], (args, _callable, _budget, offset) =>
  isType(args[0], 'global') ? pyObject(args[0], args.slice(1), null, offset) : undefined);

const CALL: PyGlobal = { type: 'global', module: '', name: '<call>', offset: 0 };

/** The record of a call whose callable is itself an object: what a call gave, or a class made on the spot. */
export const callOf = (callable: PyObject, args: readonly PyValue[], offset: number): PyObject =>
  pyObject({ ...CALL, offset }, [callable, pyTuple(args)], null, offset);

/** The value of `callable(*args)`: one of the few meanings above, or a record of the call. */
export function reduceCall(
  callable: PyValue,
  args: readonly PyValue[],
  budget: ReadBudget,
  offset: number,
): PyValue {
  if (isType(callable, 'object')) return callOf(callable, args, offset);
  if (!isType(callable, 'global')) {
    throw new PlimsollError('READ_CORRUPT', {
      what: 'a call record',
      offset,
      found: describeValue(callable),
      wanted: 'a name to call',
    });
  }
  const meaning = MEANINGS.get(`${callable.module}.${callable.name}`);
  const value = meaning?.(args, callable, budget, offset);
  return value === undefined ? pyObject(callable, args, null, offset) : value;
}
