import { ByteCursor } from '../../bytes/cursor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ReadNote } from '../../model/description.ts';
import type { Tensor } from '../../model/tensor.ts';
import { ReadBudget } from '../budget.ts';
import type { ByteSource, FileFormatReader } from '../format.ts';
import { DocumentView } from '../json/document-view.ts';
import { readJson } from '../json/read.ts';
import { type SavedTensor, unreadable } from './save/stored-tensor.ts';
import { type StoredDType, tensorOfStorage } from './storage.ts';
import { describeWeights, type NamedWeights } from './weights.ts';

/** Weights in safetensors (https://huggingface.co/docs/safetensors): a header in JSON, then the bytes of tensors. */

const WHAT = 'a safetensors file';
/** The reference implementation refuses longer headers. */
const HEADER_BYTES = 100_000_000;
const METADATA = '__metadata__';

/** Bits of an element of each type. */
const BITS: ReadonlyMap<string, number> = new Map([
  ...['F64', 'I64', 'U64', 'C64'].map((name) => [name, 64] as const),
  ...['F32', 'I32', 'U32'].map((name) => [name, 32] as const),
  ...['F16', 'BF16', 'I16', 'U16'].map((name) => [name, 16] as const),
  ...['I8', 'U8', 'BOOL', 'F8_E4M3', 'F8_E5M2', 'F8_E8M0'].map((name) => [name, 8] as const),
  ...['F6_E2M3', 'F6_E3M2'].map((name) => [name, 6] as const),
  ['F4', 4],
]);

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });

/** A length below 2⁴⁰, and an object of JSON. */
export const looksLikeSafetensors = (head: Uint8Array): boolean =>
  head[8] === 0x7b && head[5] === 0 && head[6] === 0 && head[7] === 0 && head.length > 9;

export const safetensorsFormat: FileFormatReader = {
  id: 'safetensors',
  match: looksLikeSafetensors,
  read(source, context) {
    const { header, weights } = opened(source, new ReadBudget(context));
    return {
      ...describeWeights(weights, {
        what: 'safetensors',
        framework: { name: 'safetensors', version: null },
        notes: metadataNotes(header),
        globals: [],
      }),
      format: 'safetensors',
    };
  },
};

interface OpenedFile {
  readonly header: DocumentView;
  readonly weights: readonly HeaderEntry[];
  /** Where the bytes of tensors begin. */
  readonly start: number;
}

interface HeaderEntry extends NamedWeights {
  readonly start: number;
  readonly end: number;
}

function opened(source: ByteSource, budget: ReadBudget): OpenedFile {
  const cursor = new ByteCursor(source.slice(0, Math.min(8, source.size)));
  const length = cursor.u64(WHAT);
  if (length > HEADER_BYTES || length > source.size - 8)
    throw corrupt(0, `a header of ${length} bytes in a file of ${source.size}`, 'a header inside the file');
  budget.charge(length, WHAT, 0);
  const header = new DocumentView(
    readJson(source.slice(8, 8 + length), WHAT, budget),
    { path: '', offset: 0 },
    (place, field, found, wanted) =>
      corrupt(8 + place.offset, `${place.path === '' ? field : `${place.path}.${field}`}: ${found}`, wanted),
  );
  return { header, weights: readHeader(header, source.size - 8 - length), start: 8 + length };
}

/** Types that are computed with, by their names in a header. */
const READ_AS: ReadonlyMap<string, StoredDType> = new Map([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

/** Tensors by their names; the bytes of each are read when it is asked for. */
export function safetensorsOf(source: ByteSource, budget: ReadBudget): ReadonlyMap<string, SavedTensor> {
  const { weights, start } = opened(source, budget);
  return new Map(
    weights.map(({ name, dtype, shape, start: from, end }): [string, SavedTensor] => {
      const stored = READ_AS.get(dtype);
      const where = `tensor "${name}"`;
      if (stored === undefined) return [name, unreadable(dtype, shape, where)];
      const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((all, size) => all * size, 1));
      const read = (): Tensor => {
        budget.charge(end - from, where, start + from);
        const bytes = source.slice(start + from, start + end);
        return tensorOfStorage(bytes, { dtype: stored, shape, strides, offset: 0 }, where, budget);
      };
      return [name, { dtype: stored, shape, read }];
    }),
  );
}

/** Tensors of a header; together they must fill the data, without holes and without sharing a byte. */
function readHeader(header: DocumentView, size: number): readonly HeaderEntry[] {
  const spans = header
    .names()
    .filter((name) => name !== METADATA)
    .map((name) => {
      const entry = header.child(name);
      const dtype = entry.text('dtype');
      const bits = BITS.get(dtype);
      if (bits === undefined) throw entry.wrong('dtype', [...BITS.keys()].join(', '));
      const shape = [...entry.indexes('shape', 0, Number.MAX_SAFE_INTEGER)];
      const [start = 0, end = 0] = entry.indexes('data_offsets', 0, size, 2);
      const bytes = (shape.reduce((all, length) => all * length, 1) * bits) / 8;
      if (end - start !== bytes) throw entry.wrong('data_offsets', `${bytes} bytes, as type and shape say`);
      return { name, dtype, shape, start, end, entry };
    })
    .sort((a, b) => a.start - b.start || a.end - b.end);
  let at = 0;
  for (const { start, end, entry } of spans) {
    if (start !== at) throw entry.wrong('data_offsets', `bytes from ${at} on, one tensor after the other`);
    at = end;
  }
  if (at !== size)
    throw corrupt(0, `${size - at} bytes behind the last tensor`, 'tensors that fill the file');
  return spans;
}

function metadataNotes(header: DocumentView): readonly ReadNote[] {
  if (!header.has(METADATA)) return [];
  const metadata = header.child(METADATA);
  const shown = metadata
    .names()
    .slice(0, 8)
    .map((name) => `${name}: ${metadata.text(name).slice(0, 80)}`);
  return shown.length === 0 ? [] : [{ level: 'info', text: `Its metadata say ${shown.join('; ')}` }];
}
