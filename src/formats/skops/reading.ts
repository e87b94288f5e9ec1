import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import type { DecompressionCodec } from '../format.ts';
import type { DocumentValue } from '../json/document.ts';
import { readNpy } from '../numpy/npy.ts';
import type { GlobalLog } from '../pickle/globals.ts';
import type { PyArray, PyGlobal, PyValue } from '../pickle/value.ts';
import type { ZipArchive } from '../zip/archive.ts';
import { SkopsNode } from './node.ts';

/** What a kind of node gives. */
export type NodeReader = (node: SkopsNode, reading: SkopsReading) => PyValue;

/** Bytes that a value takes, about. */
const VALUE_BYTES = 64;
const WHAT = 'a skops file';

interface SkopsParts {
  readonly archive: ZipArchive;
  readonly budget: ReadBudget;
  readonly globals: GlobalLog;
  readonly codecs: readonly DecompressionCodec[];
  readonly readers: ReadonlyMap<string, NodeReader>;
}

/** One pass over the nodes of a file. Nothing is imported, looked up or called: names are noted, objects become records. */
export class SkopsReading {
  readonly archive: ZipArchive;
  readonly budget: ReadBudget;
  readonly globals: GlobalLog;
  readonly codecs: readonly DecompressionCodec[];
  readonly #readers: ReadonlyMap<string, NodeReader>;
  /** Objects by `__id__`; undefined while one is being read. */
  readonly #objects = new Map<number, { readonly node: SkopsNode; value: PyValue | undefined }>();
  readonly #arrays = new Map<string, PyArray>();

  constructor({ archive, budget, globals, codecs, readers }: SkopsParts) {
    this.codecs = codecs;
    this.archive = archive;
    this.budget = budget;
    this.globals = globals;
    this.#readers = readers;
  }

  /** The value of the node `json`, which lies in something at `around`; one object for all nodes of the same id. */
  value(json: DocumentValue | undefined, around: number): PyValue {
    const node = new SkopsNode(json, around);
    const { id } = node;
    const known = id === null ? undefined : this.#objects.get(id);
    if (known !== undefined) return sharedValue(known, node);
    const entry = { node, value: undefined as PyValue | undefined };
    if (id !== null) this.#objects.set(id, entry);
    entry.value = this.#read(node);
    return entry.value;
  }

  #read(node: SkopsNode): PyValue {
    const reader = this.#readers.get(node.loader);
    if (reader === undefined) throw node.unsafe('which is no kind of node that skops 0.6 to 0.16 write');
    this.budget.charge(VALUE_BYTES, WHAT, node.offset);
    return reader(node, this);
  }

  /** The class or function that a node names. */
  global(node: SkopsNode): PyGlobal {
    return this.globals.record(node.module, node.name, WHAT, node.offset);
  }

  /** As `global`, where Python calls the class with values of the file: no name may be there that runs code. */
  calledClass(node: SkopsNode): PyGlobal {
    const cls = this.global(node);
    this.globals.called(cls);
    if (this.globals.isDangerous(cls)) throw node.unsafe('which Python would call');
    return cls;
  }

  /** An array in the format `.npy`; arrays of objects, which are pickles there, are refused. */
  npy(bytes: Uint8Array): PyArray {
    return readNpy(bytes, this.budget, null);
  }

  /** The array in a `.npy` file of the archive: one for all nodes that name it. */
  array(name: string): PyArray {
    let array = this.#arrays.get(name);
    if (array === undefined) {
      array = this.npy(this.archive.read(name));
      this.#arrays.set(name, array);
    }
    return array;
  }
}

/** skops never reads an id twice; a file whose second node is of another kind means to show each reader another one. */
function sharedValue(
  { node, value }: { readonly node: SkopsNode; readonly value: PyValue | undefined },
  again: SkopsNode,
): PyValue {
  if (value === undefined)
    throw again.corrupt(`an object that holds itself (__id__ ${again.id})`, 'no cycles');
  if (node.loader === again.loader && node.className === again.className) return value;
  const found = `the __id__ of the ${node.loader} of ${node.className} at byte ${node.offset}`;
  throw new PlimsollError('READ_UNSAFE', {
    what: WHAT,
    offset: again.offset,
    found: `a ${again.loader} of ${again.className} with ${found}`,
  });
}
