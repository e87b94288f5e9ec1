type NumberArray = Int32Array | Uint32Array | Uint8Array | Float64Array;

/** A typed array that grows while it is filled; what was not written is 0. */
export class GrowingArray<A extends NumberArray> {
  readonly #make: (length: number) => A;
  #array: A;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#array = make(0);
  }

  /** The array with room for `length` numbers at least: hold it only until the next call. */
  upTo(length: number): A {
    if (length > this.#array.length) {
      const next = this.#make(Math.max(length, 2 * this.#array.length));
      next.set(this.#array);
      this.#array = next;
    }
    return this.#array;
  }

  /** The first `length` numbers, without the room behind them; the array is empty then. */
  cut(length: number): A {
    const cut = this.#make(length);
    cut.set(this.upTo(length).subarray(0, length));
    this.#array = this.#make(0);
    return cut;
  }
}
