import type { ReadBudget } from '../budget.ts';
import type { DocumentNumbers } from './document.ts';

/** Numbers that share a buffer: a typed array with one of its own takes some 300 bytes beside its numbers. */
const CHUNK = 2 ** 16;

/** Where a buffer stood. */
export interface BufferMark {
  readonly chunk: DocumentNumbers;
  readonly used: number;
}

/** Lists of numbers of one kind, one behind the other in large chunks. */
export class NumberBuffer {
  readonly #make: (length: number) => DocumentNumbers;
  readonly #budget: ReadBudget;
  #chunk: DocumentNumbers;
  #used = 0;

  constructor(make: (length: number) => DocumentNumbers, budget: ReadBudget) {
    this.#make = make;
    this.#budget = budget;
    this.#chunk = make(0);
  }

  /** Room for so many numbers; what is in it is left from before. Throws READ_LIMIT. */
  take(length: number, what: string, offset: number): DocumentNumbers {
    if (this.#used + length > this.#chunk.length) {
      const size = Math.max(length, Math.min(CHUNK, 2 * this.#chunk.length));
      this.#budget.charge(size * this.#chunk.BYTES_PER_ELEMENT, what, offset);
      this.#chunk = this.#make(size);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    return this.#chunk.subarray(start, this.#used);
  }

  mark(): BufferMark {
    return { chunk: this.#chunk, used: this.#used };
  }

  /** Has all that was taken since be overwritten. */
  rewind({ chunk, used }: BufferMark): void {
    this.#used = chunk === this.#chunk ? used : 0;
  }
}
