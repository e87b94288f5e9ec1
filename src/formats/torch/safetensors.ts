import { ByteCursor } from '../../bytes/cursor.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ReadNote } from '../../model/description.ts';
import { ReadBudget } from '../budget.ts';
import type { FileFormatReader } from '../format.ts';
import { DocumentView } from '../json/document-view.ts';
import { readJson } from '../json/read.ts';
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
const looksLikeSafetensors = (head: Uint8Array): boolean =>
  head[8] === 0x7b && head[5] === 0 && head[6] === 0 && head[7] === 0 && head.length > 9;

export const safetensorsFormat: FileFormatReader = {
  id: 'safetensors',
  match: looksLikeSafetensors,
  read(source, context) {
    const budget = new ReadBudget(context);
    const cursor = new ByteCursor(source.slice(0, 8));
    const length = cursor.u64(WHAT);
    if (length > HEADER_BYTES || length > source.size - 8)
      throw corrupt(0, `a header of ${length} bytes in a file of ${source.size}`, 'a header inside the file');
    budget.charge(length, WHAT, 0);
    const header = new DocumentView(
      readJson(source.slice(8, 8 + length), WHAT, budget),
      { path: '', offset: 0 },
      (place, field, found, wanted) =>
        corrupt(
          8 + place.offset,
          `${place.path === '' ? field : `${place.path}.${field}`}: ${found}`,
          wanted,
        ),
    );
    const weights = readHeader(header, source.size - 8 - length);
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

/** Tensors of a header; together they must fill the data, without holes and without sharing a byte. */
function readHeader(header: DocumentView, size: number): readonly NamedWeights[] {
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
