import { corruptHdf5, expectMark, expectVersion, type Hdf5Bytes } from './file-bytes.ts';

const WHAT = 'a global heap';
const HEAD = 16;

/** Texts of variable length, by the collection they lie in and their number there (specification, section III.E). */
export class GlobalHeap {
  readonly #file: Hdf5Bytes;
  readonly #collections = new Map<number, ReadonlyMap<number, Uint8Array>>();

  constructor(file: Hdf5Bytes) {
    this.#file = file;
  }

  object(address: number, index: number): Uint8Array {
    let collection = this.#collections.get(address);
    if (collection === undefined) {
      collection = this.#read(address);
      this.#collections.set(address, collection);
    }
    const object = collection.get(index);
    if (object === undefined) throw corruptHdf5(WHAT, address, `no object ${index}`, 'that object');
    return object;
  }

  #read(address: number): ReadonlyMap<number, Uint8Array> {
    const objects = new Map<number, Uint8Array>();
    const cursor = this.#file.at(address, WHAT);
    expectMark(cursor, 'GCOL', WHAT);
    expectVersion(cursor, [1], WHAT);
    cursor.advance(3, WHAT);
    const end = address + cursor.u64(WHAT);
    while (cursor.offset + HEAD <= end) {
      const index = cursor.u16(WHAT);
      // Object 0 is the free space behind all others.
      if (index === 0) break;
      this.#file.count(WHAT, cursor.offset);
      cursor.advance(6, WHAT);
      const size = cursor.u64(WHAT);
      objects.set(index, cursor.take(size, WHAT));
      cursor.advance(Math.min(cursor.left, Math.ceil(size / 8) * 8 - size), WHAT);
    }
    return objects;
  }
}
