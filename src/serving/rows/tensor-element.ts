import type { DType, TensorData } from '../../model/tensor.ts';

export type TensorElement = number | bigint | string;

/** How one tensor type is read from JSON. */
export interface ElementType {
  /** In words, for messages. */
  readonly wanted: string;
  /** Type of the complaint about a value that does not fit. */
  fault(value: unknown): string;
  /** The element, or undefined where the value does not fit. */
  read(value: unknown): TensorElement | undefined;
  pack(items: readonly TensorElement[]): TensorData[DType];
}

/** Elements as `read` of the same type has given them. */
const numbersIn = (items: readonly TensorElement[]): readonly number[] => items as readonly number[];
const bigintsIn = (items: readonly TensorElement[]): readonly bigint[] => items as readonly bigint[];
const stringsIn = (items: readonly TensorElement[]): readonly string[] => items as readonly string[];

const FLOAT_WORDS: ReadonlyMap<unknown, number> = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** Numbers; null and "NaN" are missing values, which graphs know as NaN. */
function readFloat(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value === null ? NaN : FLOAT_WORDS.get(value);
}

const readInteger =
  (min: number, max: number) =>
  (value: unknown): number | undefined => {
    const number = typeof value === 'boolean' ? Number(value) : value;
    return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
      ? number
      : undefined;
  };

/** 64-bit integers that JSON numbers cannot hold come as decimal strings. */
const readBigInteger =
  (min: bigint, max: bigint) =>
  (value: unknown): bigint | undefined => {
    const exact =
      typeof value === 'boolean' ||
      (typeof value === 'number' && Number.isSafeInteger(value)) ||
      (typeof value === 'string' && /^-?\d{1,20}$/.test(value));
    if (!exact) return undefined;
    const number = BigInt(value);
    return number >= min && number <= max ? number : undefined;
  };

/** `edge`: the least magnitude that the type rounds to infinity, which nobody sent. */
const float = (pack: ElementType['pack'], dtype?: DType, edge = Infinity): ElementType => ({
  wanted: dtype === undefined ? 'a number' : `a number that ${dtype} can hold`,
  // A number it is, only too large for this version: another may hold more.
  fault: (value) => (Number.isFinite(readFloat(value)) ? 'finite_number' : 'number_type'),
  read(value) {
    const number = readFloat(value);
    return number !== undefined && Number.isFinite(number) && Math.abs(number) >= edge ? undefined : number;
  },
  pack,
});

/** Half a unit in the last place above the largest finite number (IEEE 754 §4.3.1). */
const FLOAT32_EDGE = (2 - 2 ** -24) * 2 ** 127;
const FLOAT16_EDGE = 65_520;

const integer = (dtype: string, min: number, max: number, pack: ElementType['pack']): ElementType => ({
  wanted: `an integer between ${min} and ${max} (${dtype})`,
  fault: () => 'int_type',
  read: readInteger(min, max),
  pack,
});

const bigInteger = (dtype: string, min: bigint, max: bigint, pack: ElementType['pack']): ElementType => ({
  wanted: `an ${dtype} integer (beyond 2^53 as a decimal string)`,
  fault: () => 'int_type',
  read: readBigInteger(min, max),
  pack,
});

/** IEEE 754 binary16 bits of each number, rounded to nearest even. */
function packHalf(items: readonly TensorElement[]): Uint16Array {
  const view = new DataView(new ArrayBuffer(items.length * 2));
  numbersIn(items).forEach((item, i) => view.setFloat16(i * 2, item, true));
  return new Uint16Array(view.buffer);
}

const TYPES: Readonly<Record<DType, ElementType>> = {
  float64: float((items) => Float64Array.from(numbersIn(items))),
  float32: float((items) => Float32Array.from(numbersIn(items)), 'float32', FLOAT32_EDGE),
  float16: float(packHalf, 'float16', FLOAT16_EDGE),
  int64: bigInteger('int64', -(2n ** 63n), 2n ** 63n - 1n, (items) => BigInt64Array.from(bigintsIn(items))),
  uint64: bigInteger('uint64', 0n, 2n ** 64n - 1n, (items) => BigUint64Array.from(bigintsIn(items))),
  int32: integer('int32', -(2 ** 31), 2 ** 31 - 1, (items) => Int32Array.from(numbersIn(items))),
  uint32: integer('uint32', 0, 2 ** 32 - 1, (items) => Uint32Array.from(numbersIn(items))),
  int16: integer('int16', -32768, 32767, (items) => Int16Array.from(numbersIn(items))),
  uint16: integer('uint16', 0, 65535, (items) => Uint16Array.from(numbersIn(items))),
  int8: integer('int8', -128, 127, (items) => Int8Array.from(numbersIn(items))),
  uint8: integer('uint8', 0, 255, (items) => Uint8Array.from(numbersIn(items))),
  bool: {
    wanted: 'true or false',
    fault: () => 'bool_type',
    read: readInteger(0, 1),
    pack: (items) => Uint8Array.from(numbersIn(items)),
  },
  string: {
    wanted: 'a string',
    fault: () => 'string_type',
    read: (value) => (typeof value === 'string' ? value : undefined),
    pack: (items) => stringsIn(items),
  },
};

export const elementType = (dtype: DType): ElementType => TYPES[dtype];
