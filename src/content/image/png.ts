import { inflateSync } from 'node:zlib';
import { crc32 } from '../../bytes/crc32.ts';
import { ByteCursor } from '../../bytes/cursor.ts';
import { PlimsollError } from '../../core/errors.ts';
import { checkPixels, type DecodedImage, type TakeMemory } from './decoded-image.ts';

/** PNG (https://www.w3.org/TR/png-3/). Alpha is dropped, palettes are looked up, 16-bit samples keep their high byte, as libpng does. */

const WHAT = 'a PNG image';
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, k) => bytes[k] === byte);

const corrupt = (offset: number, found: string, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: WHAT, offset, found, wanted });

interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  /** Samples a pixel in the file, and those that are kept. */
  readonly samples: number;
  readonly isPalette: boolean;
  readonly isInterlaced: boolean;
}

/** Samples a pixel and bit depths by type of colour (§11.2.1). */
const COLOURS: ReadonlyMap<number, readonly [number, readonly number[]]> = new Map([
  [0, [1, [1, 2, 4, 8, 16]]],
  [2, [3, [8, 16]]],
  [3, [1, [1, 2, 4, 8]]],
  [4, [2, [8, 16]]],
  [6, [4, [8, 16]]],
] as const);

/** Adam7: where each pass begins, and its steps (§8.1). */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const WHOLE = [[0, 0, 1, 1]] as const;

/** Errors: READ_TRUNCATED, READ_CORRUPT, READ_LIMIT for more pixels than are read, MEMORY_EXCEEDED. */
export function decodePng(bytes: Uint8Array, take: TakeMemory): DecodedImage {
  const { header, palette, data } = readChunks(bytes);
  const { width, height, depth, samples, isPalette } = header;
  const channels = isPalette || samples > 2 ? 3 : 1;
  const packed = rawBytes(header);
  take(bytes.length + packed + width * height * channels, WHAT);
  const raw = inflated(data, packed, header);
  const pixels = new Uint8Array(width * height * channels);
  let at = 0;
  for (const [x0, y0, dx, dy] of header.isInterlaced ? PASSES : WHOLE) {
    const [columns, rows] = [Math.ceil((width - x0) / dx), Math.ceil((height - y0) / dy)];
    if (columns <= 0 || rows <= 0) continue;
    const length = rowBytes(columns, header);
    const step = Math.max(1, (samples * depth) >> 3);
    let above: Uint8Array = new Uint8Array(length);
    for (let j = 0; j < rows; j++) {
      const line = raw.subarray(at + 1, at + 1 + length);
      unfilter(raw[at] ?? 0, line, above, step);
      const to = ((y0 + j * dy) * width + x0) * channels;
      putLine({ line, header, palette, columns, pixels, channels }, to, dx * channels);
      above = line;
      at += 1 + length;
    }
  }
  return { width, height, channels, data: pixels };
}

interface PngChunks {
  readonly header: PngHeader;
  readonly palette: Uint8Array | null;
  readonly data: readonly Uint8Array[];
}

function readChunks(bytes: Uint8Array): PngChunks {
  const cursor = new ByteCursor(bytes);
  cursor.take(SIGNATURE.length, WHAT);
  let [header, palette]: [PngHeader | null, Uint8Array | null] = [null, null];
  const data: Uint8Array[] = [];
  for (;;) {
    const length = cursor.u32be(WHAT);
    const start = cursor.offset;
    const name = String.fromCharCode(...cursor.take(4, WHAT));
    const body = cursor.take(length, WHAT);
    if (crc32(bytes.subarray(start, start + 4 + length)) !== cursor.u32be(WHAT))
      throw corrupt(start, `a chunk ${JSON.stringify(name)} of another checksum`, 'intact data');
    if (header === null && name !== 'IHDR')
      throw corrupt(start, `the chunk ${JSON.stringify(name)}`, 'IHDR first');
    if (name === 'IHDR') header = readHeader(body, start);
    else if (name === 'PLTE') palette = body;
    else if (name === 'IDAT') data.push(body);
    else if (name === 'IEND') break;
  }
  if (header === null || data.length === 0) throw corrupt(0, 'no pixels', 'IDAT');
  if (header.isPalette && palette === null) throw corrupt(0, 'no palette', 'PLTE');
  return { header, palette, data };
}

function readHeader(body: Uint8Array, offset: number): PngHeader {
  const cursor = new ByteCursor(body);
  const [width, height] = [cursor.u32be(WHAT), cursor.u32be(WHAT)];
  const [depth, colour, compression, filter, interlace] = Array.from({ length: 5 }, () => cursor.u8(WHAT));
  const [samples = 0, depths = []] = COLOURS.get(colour ?? -1) ?? [];
  if (
    depth === undefined ||
    !depths.includes(depth) ||
    compression !== 0 ||
    filter !== 0 ||
    (interlace ?? 2) > 1
  )
    throw corrupt(offset, `colours of type ${colour} in ${depth} bits`, 'a kind of PNG that there is');
  checkPixels(width, height, WHAT);
  return { width, height, depth, samples, isPalette: colour === 3, isInterlaced: interlace === 1 };
}

const rowBytes = (columns: number, { samples, depth }: PngHeader): number =>
  Math.ceil((columns * samples * depth) / 8);

/** Bytes of all filtered lines. */
function rawBytes(header: PngHeader): number {
  const { width, height, isInterlaced } = header;
  return (isInterlaced ? PASSES : WHOLE).reduce((sum, [x0, y0, dx, dy]) => {
    const [columns, rows] = [Math.ceil((width - x0) / dx), Math.ceil((height - y0) / dy)];
    return columns > 0 && rows > 0 ? sum + rows * (1 + rowBytes(columns, header)) : sum;
  }, 0);
}

/** Least that zlib takes as the size of a piece of its output. */
const CHUNK_LEAST = 64;

/** The filtered lines, which are exactly as many bytes as the header says. */
function inflated(data: readonly Uint8Array[], wanted: number, { width, height }: PngHeader): Uint8Array {
  try {
    // One piece that never becomes full: of several, a copy would be made.
    const sizes = { maxOutputLength: wanted, chunkSize: wanted + CHUNK_LEAST };
    const raw = inflateSync(Buffer.concat(data), sizes);
    if (raw.length === wanted) return raw;
    throw corrupt(0, `${raw.length} bytes of pixels`, `${wanted} for ${width} × ${height}`);
  } catch (cause) {
    if (cause instanceof PlimsollError) throw cause;
    throw new PlimsollError(
      'READ_CORRUPT',
      { what: WHAT, offset: 0, found: 'pixels that do not unpack to its size', wanted: `${wanted} bytes` },
      { cause },
    );
  }
}

/** Undoes the filter of a line in place (§9). */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array, step: number): void {
  if (filter > 4) throw corrupt(0, `the filter ${filter}`, 'one of 0 to 4');
  if (filter === 0) return;
  for (let k = 0; k < line.length; k++) {
    const left = k < step ? 0 : line[k - step]!;
    const up = above[k]!;
    const corner = k < step ? 0 : above[k - step]!;
    line[k]! +=
      filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, corner);
  }
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

interface PngLine {
  readonly line: Uint8Array;
  readonly header: PngHeader;
  readonly palette: Uint8Array | null;
  readonly columns: number;
  readonly pixels: Uint8Array;
  readonly channels: number;
}

/** Puts the pixels of a line where they belong, `step` samples apart. */
function putLine(
  { line, header, palette, columns, pixels, channels }: PngLine,
  to: number,
  step: number,
): void {
  const { depth, samples } = header;
  const largest = 2 ** depth - 1;
  for (let i = 0, at = to; i < columns; i++, at += step) {
    if (depth >= 8) {
      const size = depth >> 3;
      const from = i * samples * size;
      if (palette !== null && header.isPalette) lookUp(palette, line[from]!, pixels, at);
      else for (let c = 0; c < channels; c++) pixels[at + c] = line[from + c * size]!;
    } else {
      const bit = i * depth;
      const value = (line[bit >> 3]! >> (8 - depth - (bit & 7))) & largest;
      if (palette !== null && header.isPalette) lookUp(palette, value, pixels, at);
      else pixels[at] = (value * 255) / largest;
    }
  }
}

function lookUp(palette: Uint8Array, index: number, pixels: Uint8Array, at: number): void {
  for (let c = 0; c < 3; c++) pixels[at + c] = palette[index * 3 + c] ?? 0;
}
