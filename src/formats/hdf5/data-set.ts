import { ByteCursor } from '../../bytes/cursor.ts';
import type { Tensor } from '../../model/tensor.ts';
import { type PlacedChunk, storedChunks } from './chunks.ts';
import { elementsIn, readDataspace } from './dataspace.ts';
import { readDatatype } from './datatype.ts';
import { decodeElements, type ElementReader } from './elements.ts';
import { corruptHdf5, unsafeHdf5 } from './file-bytes.ts';
import { readFilters, unfilter } from './filters.ts';
import { type DataLayout, readDataLayout } from './layout.ts';
import { type HeaderMessage, MESSAGE } from './object-header.ts';

const WHAT = 'a data set';

/** Reads a whole data set: compact, contiguous or in chunks. READ_UNSAFE where its numbers lie in other files. */
export function readDataSet(
  reader: ElementReader,
  messages: readonly HeaderMessage[],
  address: number,
): Tensor {
  const { budget } = reader.file;
  const find = (type: number): HeaderMessage | undefined => messages.find((message) => message.type === type);
  const [space, type, layout] = [find(MESSAGE.dataspace), find(MESSAGE.datatype), find(MESSAGE.layout)];
  if (space === undefined || type === undefined || layout === undefined)
    throw corruptHdf5(WHAT, address, 'an object without shape, type or layout', 'a data set');
  const external = find(MESSAGE.externalFiles);
  if (external !== undefined)
    throw unsafeHdf5(WHAT, external.offset, 'external storage, numbers that lie in other files');
  const shape = readDataspace(new ByteCursor(space.body), budget);
  const datatype = readDatatype(new ByteCursor(type.body));
  const bytes = elementsIn(shape, budget, address) * datatype.size;
  budget.check('arrayBytes', bytes, WHAT, address);
  const stored = { shape, width: datatype.size, bytes, filters: find(MESSAGE.filters) };
  return decodeElements(
    reader,
    datatype,
    shape,
    storedBytes(reader, readDataLayout(reader.file, layout), stored, address),
    address,
  );
}

interface StoredShape {
  readonly shape: readonly number[];
  /** Bytes of an element, and of all. */
  readonly width: number;
  readonly bytes: number;
  readonly filters: HeaderMessage | undefined;
}

function storedBytes(
  { file }: ElementReader,
  layout: DataLayout,
  stored: StoredShape,
  address: number,
): Uint8Array {
  const { bytes } = stored;
  if (layout.kind === 'compact') return layout.data.subarray(0, bytes);
  if (layout.kind === 'chunked') return chunkedBytes(file, layout, stored, address);
  if (layout.address === null) return emptyBytes(file, stored, address);
  if (layout.size < bytes)
    throw corruptHdf5(WHAT, address, `storage of ${layout.size} bytes`, `${bytes} bytes`);
  return file.slice(layout.address, bytes, WHAT);
}

/** What was never written has the fill value, which is zero in all that Keras writes. */
function emptyBytes(file: ElementReader['file'], { bytes }: StoredShape, address: number): Uint8Array {
  if (bytes > 0) throw corruptHdf5(WHAT, address, 'no storage', `${bytes} bytes of numbers`);
  file.budget.charge(bytes, WHAT, address);
  return new Uint8Array(bytes);
}

function chunkedBytes(
  file: ElementReader['file'],
  layout: Extract<DataLayout, { kind: 'chunked' }>,
  stored: StoredShape,
  address: number,
): Uint8Array {
  const { shape, width, bytes } = stored;
  if (layout.chunk.length !== shape.length || shape.length === 0)
    throw corruptHdf5(WHAT, address, `chunks of shape [${layout.chunk}]`, `${shape.length} axes`);
  const chunkBytes = layout.chunk.reduce((product, size) => product * size, width);
  file.budget.check('arrayBytes', chunkBytes, WHAT, address);
  const filters = stored.filters === undefined ? [] : readFilters(stored.filters);
  let output: Uint8Array | null = null;
  let found = 0;
  for (const chunk of storedChunks(file, layout, shape, chunkBytes)) {
    // Nothing is allocated before there is a first chunk.
    if (output === null) {
      file.budget.charge(bytes, WHAT, address);
      output = new Uint8Array(bytes);
    }
    file.budget.checkTime(WHAT, chunk.address);
    found += placeChunk(output, unfilter(file, filters, chunk, chunkBytes), chunk, { layout, stored });
  }
  const elements = bytes / width;
  if (found < elements) throw corruptHdf5(WHAT, address, `${found} numbers in chunks`, `${elements}`);
  return output ?? new Uint8Array(0);
}

/** Copies the part of a chunk that lies within the shape, and answers how many elements that is. */
function placeChunk(
  output: Uint8Array,
  data: Uint8Array,
  { origin, address }: PlacedChunk,
  { layout, stored }: { layout: Extract<DataLayout, { kind: 'chunked' }>; stored: StoredShape },
): number {
  const { shape, width } = stored;
  const { chunk } = layout;
  const counts = shape.map((size, axis) => Math.min(chunk[axis] ?? 0, size - (origin[axis] ?? 0)));
  if (counts.some((count) => count <= 0))
    throw corruptHdf5(WHAT, address, `a chunk at [${origin}]`, `one inside [${shape}]`);
  const last = shape.length - 1;
  const run = counts[last] ?? 0;
  const index = new Array<number>(last).fill(0);
  let copied = 0;
  for (;;) {
    let [from, to] = [0, 0];
    for (let axis = 0; axis <= last; axis += 1) {
      const at = index[axis] ?? 0;
      from = from * (chunk[axis] ?? 1) + at;
      to = to * (shape[axis] ?? 1) + at + (origin[axis] ?? 0);
    }
    output.set(data.subarray(from * width, (from + run) * width), to * width);
    copied += run;
    let axis = last - 1;
    while (axis >= 0 && (index[axis] ?? 0) + 1 >= (counts[axis] ?? 0)) {
      index[axis] = 0;
      axis -= 1;
    }
    if (axis < 0) return copied;
    index[axis] = (index[axis] ?? 0) + 1;
  }
}
