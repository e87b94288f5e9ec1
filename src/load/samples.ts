/** Numbers that come one after the other, and are many: a list that grows, of eight bytes each. */
export class Samples {
  #values = new Float64Array(1024);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(value: number): void {
    if (this.#count === this.#values.length) {
      const longer = new Float64Array(2 * this.#count);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#count++] = value;
  }

  read(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }
}
