import type { ReadBudget } from '../budget.ts';
import { type DocumentNumbers, type DocumentValue, isItems, isNumbers, isObject } from './document.ts';
import { NumberBuffer } from './number-buffer.ts';

/**
 * Names the fields that are needed of an object that was read, where it is of a kind that takes most of a document; null for
 * all others. What is not needed is forgotten while the document is read.
 */
export type NeededFields = (fields: ReadonlyMap<string, DocumentValue>) => readonly string[] | null;

type Narrow = 'int8' | 'int16' | 'int32' | 'float32' | 'float64';

const NONE = new Float64Array(0);

/** Values that stay, copied from where a document is read to: numbers in the narrowest arrays that hold them exactly. */
export class KeptValues {
  readonly #buffers: Readonly<Record<Narrow, NumberBuffer>>;

  constructor(budget: ReadBudget) {
    this.#buffers = {
      int8: new NumberBuffer((length) => new Int8Array(length), budget),
      int16: new NumberBuffer((length) => new Int16Array(length), budget),
      int32: new NumberBuffer((length) => new Int32Array(length), budget),
      float32: new NumberBuffer((length) => new Float32Array(length), budget),
      float64: new NumberBuffer((length) => new Float64Array(length), budget),
    };
  }

  /** Copies of the fields of an object that are needed. Throws READ_LIMIT. */
  fields(
    fields: ReadonlyMap<string, DocumentValue>,
    names: readonly string[],
    what: string,
    offset: number,
  ): Map<string, DocumentValue> {
    const kept = new Map<string, DocumentValue>();
    for (const name of names) {
      const value = fields.get(name);
      if (value !== undefined) kept.set(name, this.#keep(value, what, offset));
    }
    return kept;
  }

  /** A copy of a value that shares no numbers with it. */
  #keep(value: DocumentValue, what: string, offset: number): DocumentValue {
    if (isNumbers(value)) return this.#numbers(value, what, offset);
    if (isItems(value)) return value.map((item) => this.#keep(item, what, offset));
    if (!isObject(value)) return value;
    const fields = new Map<string, DocumentValue>();
    for (const [name, item] of value.fields) fields.set(name, this.#keep(item, what, offset));
    return { offset: value.offset, fields };
  }

  #numbers(numbers: DocumentNumbers, what: string, offset: number): DocumentNumbers {
    if (numbers.length === 0) return NONE;
    const kept = this.#buffers[narrowest(numbers)].take(numbers.length, what, offset);
    kept.set(numbers);
    return kept;
  }
}

/** The narrowest kind of array that holds these numbers to the bit. */
function narrowest(numbers: DocumentNumbers): Narrow {
  const otherwise = numbers instanceof Float32Array ? 'float32' : 'float64';
  let least = 0;
  let most = 0;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    // Whole numbers of 32 bits; -0 is none of them.
    if ((number | 0) !== number || (number === 0 && 1 / number < 0)) return otherwise;
    if (number < least) least = number;
    else if (number > most) most = number;
  }
  if (least >= -128 && most < 128) return 'int8';
  return least >= -32_768 && most < 32_768 ? 'int16' : 'int32';
}
