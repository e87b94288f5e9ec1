import { className, objectState } from '../../pickle/access.ts';
import { describeValue, isType, type PyObject, type PyValue } from '../../pickle/value.ts';
import type { AtenGraph } from '../aten/graph.ts';
import { savedTensor } from '../save/stored-tensor.ts';
import type { ScriptArchive, ScriptPickle } from './archive.ts';
import { ScriptTensor } from './tensor.ts';
import {
  isScript,
  type ScriptDict,
  type ScriptObject,
  type ScriptValue,
  scriptList,
  scriptTuple,
  scriptUnsupported,
} from './value.ts';

/** Values in values of a pickle. */
const DEPTH = 64;

/** The module and the constants of an archive as values of its code. Each object and tensor is one, however many see it. */
export class StoredValues {
  readonly #archive: ScriptArchive;
  readonly #g: AtenGraph;
  readonly #known = new Map<PyValue, ScriptValue>();

  constructor(archive: ScriptArchive, g: AtenGraph) {
    this.#archive = archive;
    this.#g = g;
  }

  module(): ScriptObject {
    const module = this.#value(this.#archive.data, this.#archive.data.root, '', 0);
    if (isScript(module, 'object')) return module;
    throw this.#wrong(
      '',
      'the module',
      describeValue(this.#archive.data.root),
      'a module of torch.jit.save is',
    );
  }

  /** `CONSTANTS.c3`. */
  constant(name: string): ScriptValue | undefined {
    const pickle = this.#archive.constants();
    const index = /^c(\d{1,9})$/.exec(name)?.[1];
    const items = isType(pickle.root, 'tuple') || isType(pickle.root, 'list') ? pickle.root.items : [];
    const item = index === undefined ? undefined : items[Number(index)];
    return item === undefined ? undefined : this.#value(pickle, item, `CONSTANTS.${name}`, 0);
  }

  #value(pickle: ScriptPickle, value: PyValue, path: string, depth: number): ScriptValue {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (isType(value, 'int')) return value.value;
    if (isType(value, 'float')) return { type: 'float', value: value.value };
    if (depth > DEPTH) throw this.#wrong(path, 'its depth', `more than ${DEPTH}`, 'values that end are');
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const made = this.#made(pickle, value, path, depth + 1);
    this.#known.set(value, made);
    return made;
  }

  #made(pickle: ScriptPickle, value: PyValue, path: string, depth: number): ScriptValue {
    if (isType(value, 'list'))
      return scriptList(value.items.map((item, i) => this.#value(pickle, item, `${path}.${i}`, depth)));
    if (isType(value, 'tuple'))
      return scriptTuple(value.items.map((item, i) => this.#value(pickle, item, `${path}.${i}`, depth)));
    if (isType(value, 'dict')) return this.#dict(pickle, value.entries, path, depth);
    if (!isType(value, 'object'))
      throw this.#wrong(path, 'its value', describeValue(value), 'plain values are');
    const tensor = savedTensor(value, pickle.storages, `tensor "${path}"`);
    if (tensor !== null)
      return new ScriptTensor(this.#g.constant(this.#archive.tensorOf(value, tensor)), {
        stored: path,
        input: null,
      });
    if (value.cls.module === 'torch.jit._pickle' || className(value) === 'collections.OrderedDict')
      return this.#tagged(pickle, value, path, depth);
    if (className(value) === 'torch.device') return { type: 'device' };
    return this.#object(pickle, value, path);
  }

  /** Lists and dicts come with the type of what they hold: `build_intlist`, `restore_type_tag`. */
  #tagged(pickle: ScriptPickle, value: PyObject, path: string, depth: number): ScriptValue {
    const [inner] = value.args;
    if (inner !== undefined) return this.#value(pickle, inner, path, depth);
    return this.#dict(pickle, value.entries, path, depth);
  }

  #dict(
    pickle: ScriptPickle,
    entries: readonly (readonly [PyValue, PyValue])[],
    path: string,
    depth: number,
  ): ScriptDict {
    const made = new Map<string | number, ScriptValue>();
    for (const [key, item] of entries) {
      const plain = isType(key, 'int') ? key.value : key;
      if (typeof plain !== 'string' && typeof plain !== 'number')
        throw this.#wrong(path, 'a key', describeValue(key), 'texts and whole numbers are');
      made.set(plain, this.#value(pickle, item, `${path}.${plain}`, depth));
    }
    return { type: 'dict', entries: made };
  }

  /** An object of a class of the code; what it holds is looked at once it is asked for. */
  #object(pickle: ScriptPickle, object: PyObject, path: string): ScriptObject {
    const name = className(object);
    const cls = this.#archive.class(name);
    if (cls === null) throw this.#wrong(path, 'the class', name, 'classes whose code is in the archive are');
    if (cls.methods.has('__setstate__') || (object.state !== null && !isType(object.state, 'dict')))
      throw this.#wrong(path, 'its state', `packed by ${name}`, 'modules without packed weights are');
    const state = objectState(object);
    const own = new Map<string, ScriptValue>();
    return {
      type: 'object',
      cls,
      className: name,
      path,
      own,
      attribute: (attribute) => {
        const made = own.get(attribute);
        if (made !== undefined) return made;
        const value = state.get(attribute);
        return value === undefined
          ? undefined
          : this.#value(pickle, value, path === '' ? attribute : `${path}.${attribute}`, 0);
      },
    };
  }

  #wrong(path: string, field: string, found: string, wanted: string): Error {
    const file = path === '' ? 'the model' : `attribute "${path.slice(0, 120)}"`;
    return scriptUnsupported({ file, line: 0 }, field, found, wanted);
  }
}
