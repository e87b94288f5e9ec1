/**
 * For tests: values in the words of tools/fixtures/pickles.py, to compare with what Python says it wrote, and pickle
 * programs written by hand.
 */
import { isPlimsollError } from '../../../core/errors.ts';
import { DEFAULT_LIMITS, type ReadLimits } from '../../limits.ts';
import { fieldColumn, isNumeric, numpyDtypeName, scalarValue, toValues } from '../../numpy/decode.ts';
import type { ObjectFile } from '../../object-file.ts';
import { className } from '../access.ts';
import { readPickle } from '../read.ts';
import { isType, type PyArray, type PyValue } from '../value.ts';

export type JsonCase = null | boolean | string | number | JsonCase[] | { [key: string]: JsonCase };

function hexOf(value: number): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return Buffer.from(bytes).toString('hex');
}

/** The value in the words of the Python script. */
export function tell(value: PyValue): JsonCase {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return { type: 'str', value };
  if (typeof value === 'bigint') return { type: 'int', value: String(value) };
  if (value instanceof Uint8Array) return { type: 'bytes', value: Buffer.from(value).toString('hex') };
  switch (value.type) {
    case 'int':
      return { type: 'int', value: String(value.value) };
    case 'float':
      return { type: 'float', value: hexOf(value.value) };
    case 'complex':
      return { type: 'complex', value: [hexOf(value.real), hexOf(value.imaginary)] };
    case 'dict':
      return { type: 'dict', entries: value.entries.map((entry) => entry.map(tell)) };
    case 'array':
      return tellArray(value);
    case 'scalar':
      return { type: 'scalar', dtype: numpyDtypeName(value.dtype), value: tell(scalarValue(value)) };
    case 'dtype':
      return { type: 'dtype', dtype: numpyDtypeName(value) };
    case 'global':
      return { type: 'global', name: value.name };
    case 'object':
      return tellObject(value);
    default:
      return { type: value.type, items: value.items.map(tell) };
  }
}

function tellArray(array: PyArray): JsonCase {
  const base = { type: 'array', dtype: numpyDtypeName(array.dtype), shape: [...array.shape] };
  if (array.dtype.code === 'c') return base;
  const { fields } = array.dtype;
  if (fields === null) return { ...base, items: toValues(array).map(tell) };
  const numeric = fields.filter((field) => isNumeric(field.dtype));
  return {
    ...base,
    dtype: fields.map((field) => field.name).sort(),
    fields: Object.fromEntries(
      numeric.map(({ name }) => [name, Array.from(fieldColumn(array, name), hexOf)]),
    ),
  };
}

function tellObject(value: Extract<PyValue, { type: 'object' }>): JsonCase {
  if (value.cls.name === 'slice') return { type: 'object', class: 'slice', args: value.args.map(tell) };
  const base = { type: 'object', class: className(value) };
  if (value.entries.length > 0) return { ...base, entries: value.entries.map((entry) => entry.map(tell)) };
  const state = isType(value.state, 'dict') && value.state.entries.length === 0 ? null : tell(value.state);
  return value.items.length > 0 ? { ...base, state, items: value.items.map(tell) } : { ...base, state };
}

/** Bytes of a program: text is Latin-1, numbers are single bytes. */
export function pickleProgram(...parts: readonly (string | number | Uint8Array)[]): Uint8Array {
  return new Uint8Array(
    Buffer.concat(
      parts.map((part) =>
        typeof part === 'number'
          ? Buffer.of(part)
          : typeof part === 'string'
            ? Buffer.from(part, 'latin1')
            : part,
      ),
    ),
  );
}

export const unicode = (text: string): Uint8Array => pickleProgram(0x8c, text.length, text);
export const global = (module: string, name: string): Uint8Array =>
  pickleProgram(unicode(module), unicode(name), 0x93);
export const u32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);
export const u64 = (value: bigint): Uint8Array => new Uint8Array(new BigUint64Array([value]).buffer);

export const readTestPickle = (bytes: Uint8Array, limits: Partial<ReadLimits> = {}): ObjectFile =>
  readPickle(bytes, { limits: { ...DEFAULT_LIMITS, ...limits }, now: () => performance.now() });

/** `read`, or the code and details of the refusal; anything but a typed refusal fails the test. */
export function outcome(
  bytes: Uint8Array,
  limits: Partial<ReadLimits> = {},
): { code: string; offset?: unknown; name?: unknown } {
  try {
    readTestPickle(bytes, limits);
    return { code: 'read' };
  } catch (error) {
    if (!isPlimsollError(error)) throw error;
    return { code: error.code, offset: error.details['offset'], name: error.details['name'] };
  }
}
