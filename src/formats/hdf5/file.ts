import type { Tensor } from '../../model/tensor.ts';
import type { ReadBudget } from '../budget.ts';
import type { DecompressionCodec } from '../format.ts';
import { type RawAttribute, readAttribute } from './attributes.ts';
import { readDataSet } from './data-set.ts';
import type { ElementReader } from './elements.ts';
import { Hdf5Bytes, unsafeHdf5 } from './file-bytes.ts';
import { GlobalHeap } from './global-heap.ts';
import { type GroupLinks, readLinks, refuseHeap } from './links.ts';
import { type HeaderMessage, MESSAGE, readObjectHeader } from './object-header.ts';
import { readSuperblock } from './superblock.ts';

/**
 * A group or a data set of an HDF5 file. Its parts are read where they are asked for, by name: there is no walk that a file
 * could lead in circles.
 */
export class Hdf5Object {
  /** Names from the root, joined by slashes. */
  readonly path: string;
  readonly address: number;
  readonly #reader: ElementReader;
  readonly #messages: readonly HeaderMessage[];
  readonly #opened = new Map<string, Hdf5Object>();
  #links: GroupLinks | null = null;
  #attributes: ReadonlyMap<string, RawAttribute> | null = null;

  constructor(reader: ElementReader, path: string, address: number) {
    this.path = path;
    this.address = address;
    this.#reader = reader;
    this.#messages = readObjectHeader(reader.file, address);
  }

  /** Names of what the group holds. */
  names(): readonly string[] {
    return [...this.#linkMap().keys()];
  }

  /** The object of a name, or of names joined by slashes; null where there is none. READ_UNSAFE for links that lead elsewhere. */
  find(path: string): Hdf5Object | null {
    let found: Hdf5Object = this;
    for (const name of path.split('/')) {
      const target = found.#linkMap().get(name);
      if (target === undefined) return null;
      if (typeof target === 'string')
        throw unsafeHdf5(
          `"${found.path}/${name}"`,
          found.address,
          `${target === 'soft link' ? 'a soft link' : 'an external link'}, which can lead to any other place`,
        );
      found = found.#open(name, target);
    }
    return found;
  }

  /** Each part is read once. */
  #open(name: string, address: number): Hdf5Object {
    const known = this.#opened.get(name);
    if (known !== undefined) return known;
    const opened = new Hdf5Object(this.#reader, `${this.path}/${name}`, address);
    this.#opened.set(name, opened);
    return opened;
  }

  /** Whether this is a data set, and no group. */
  get isDataSet(): boolean {
    return this.#messages.some(({ type }) => type === MESSAGE.layout);
  }

  /** All elements of a data set. */
  read(): Tensor {
    return readDataSet(this.#reader, this.#messages, this.address);
  }

  /** The value of an attribute, or null where there is none of that name. */
  attribute(name: string): Tensor | null {
    return this.#attributeMap().get(name)?.value() ?? null;
  }

  #linkMap(): GroupLinks {
    this.#links ??= readLinks(this.#reader.file, this.#messages);
    return this.#links;
  }

  #attributeMap(): ReadonlyMap<string, RawAttribute> {
    for (const message of this.#messages) if (message.type === MESSAGE.attributeInfo) refuseHeap(message, 2);
    this.#attributes ??= new Map(
      this.#messages
        .filter(({ type }) => type === MESSAGE.attribute)
        .map(({ body, offset }) => readAttribute(this.#reader, body, offset))
        .map((attribute) => [attribute.name, attribute]),
    );
    return this.#attributes;
  }
}

/**
 * Opens an HDF5 file (HDF5 File Format Specification 3.0) as data: what h5py writes by default and with `libver='latest'`. Links to other
 * files, external and virtual storage are refused where they are met. Errors: READ_TRUNCATED, READ_CORRUPT, READ_UNSAFE, READ_LIMIT.
 */
export function openHdf5(
  bytes: Uint8Array,
  codecs: readonly DecompressionCodec[],
  budget: ReadBudget,
): Hdf5Object {
  const { base, root } = readSuperblock(bytes);
  const file = new Hdf5Bytes(bytes, codecs, budget, base);
  return new Hdf5Object({ file, heap: new GlobalHeap(file) }, '', root);
}
