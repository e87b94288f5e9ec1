import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { DecompressionCodec } from '../format.ts';
import { bzipCrc } from './checksum.ts';
import { corruptStream, DecodedOutput } from './output.ts';

/**
 * bzip2 (the format as described by Joe Tsai, "bzip2: Format Specification", 2016). Own code because the npm decoders
 * have no output limit or work only on streams.
 */

const WHAT = 'a bzip2 stream';
const BLOCK_MAGIC = [0x314159, 0x265359] as const;
const END_MAGIC = [0x177245, 0x385090] as const;
const GROUP = 50;
const MAX_LENGTH = 20;
/** Bits of a code that one look-up resolves. */
const FAST_BITS = 10;
/** Bytes of a block a level. */
const LEVEL_BYTES = 100_000;

/** Bits from the highest down, read ahead by up to four bytes. */
class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #bits = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get offset(): number {
    return this.#at - (this.#count >> 3);
  }
  get left(): number {
    return this.#bytes.length - this.offset;
  }

  /** The next bits, up to 24, with zeros after the end of the data. */
  peek(count: number): number {
    while (this.#count <= 24 && this.#at < this.#bytes.length) {
      this.#bits = (this.#bits << 8) | this.#bytes[this.#at++]!;
      this.#count += 8;
    }
    const shift = this.#count - count;
    return (shift >= 0 ? this.#bits >>> shift : this.#bits << -shift) & (2 ** count - 1);
  }

  skip(count: number): void {
    if (count > this.#count)
      throw new PlimsollError('READ_TRUNCATED', { what: WHAT, offset: this.#at, found: 0, wanted: 1 });
    this.#count -= count;
  }

  /** Up to 24 bits. */
  read(count: number): number {
    const value = this.peek(count);
    this.skip(count);
    return value;
  }

  word(): number {
    return this.read(16) * 65536 + this.read(16);
  }

  /** Moves to the next whole byte. */
  align(): void {
    this.#count -= this.#count & 7;
  }
}

/** Canonical Huffman code: for each length, the first code and where its symbols start. */
interface Code {
  readonly limits: Int32Array;
  readonly bases: Int32Array;
  readonly symbols: Uint16Array;
  /** For each value of the next ten bits: 32 times the symbol plus its length, or 0 for longer codes. */
  readonly fast: Uint16Array;
}

function buildCode(lengths: Uint8Array, offset: number): Code {
  const counts = new Int32Array(MAX_LENGTH + 2);
  for (const length of lengths) counts[length]! += 1;
  const limits = new Int32Array(MAX_LENGTH + 2);
  const bases = new Int32Array(MAX_LENGTH + 2);
  let code = 0;
  let start = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    bases[length] = start - code;
    const count = counts[length]!;
    code += count;
    start += count;
    if (code > 2 ** length)
      throw corruptStream(WHAT, offset, 'an oversubscribed Huffman code', 'a prefix code');
    limits[length] = code;
    code *= 2;
  }
  const symbols = new Uint16Array(lengths.length);
  const order = Array.from(lengths, (length, symbol) => ({ length, symbol })).sort(
    (a, b) => a.length - b.length || a.symbol - b.symbol,
  );
  order.forEach(({ symbol }, i) => {
    symbols[i] = symbol;
  });
  return { limits, bases, symbols, fast: fastTable(limits, bases, symbols) };
}

function fastTable(limits: Int32Array, bases: Int32Array, symbols: Uint16Array): Uint16Array {
  const fast = new Uint16Array(2 ** FAST_BITS);
  for (let bits = 0; bits < fast.length; bits++) {
    for (let length = 1; length <= FAST_BITS; length++) {
      const code = bits >> (FAST_BITS - length);
      if (code >= limits[length]!) continue;
      fast[bits] = symbols[bases[length]! + code]! * 32 + length;
      break;
    }
  }
  return fast;
}

function readSymbol(bits: BitReader, { limits, bases, symbols, fast }: Code): number {
  const entry = fast[bits.peek(FAST_BITS)]!;
  if (entry !== 0) {
    bits.skip(entry & 31);
    return entry >> 5;
  }
  const ahead = bits.peek(MAX_LENGTH);
  for (let length = FAST_BITS + 1; length <= MAX_LENGTH; length++) {
    const code = ahead >> (MAX_LENGTH - length);
    if (code >= limits[length]!) continue;
    bits.skip(length);
    return symbols[bases[length]! + code]!;
  }
  throw corruptStream(WHAT, bits.offset, 'bits that are no code', 'a Huffman code');
}

/** Byte values that occur in the block, from a two-level bitmap. */
function readAlphabet(bits: BitReader): Uint8Array {
  const rows = bits.read(16);
  const used: number[] = [];
  for (let row = 0; row < 16; row++) {
    if (((rows >> (15 - row)) & 1) === 0) continue;
    const columns = bits.read(16);
    for (let column = 0; column < 16; column++)
      if ((columns >> (15 - column)) & 1) used.push(16 * row + column);
  }
  if (used.length === 0) throw corruptStream(WHAT, bits.offset, 'a block of no byte values', 'at least one');
  return Uint8Array.from(used);
}

function readSelectors(bits: BitReader, groups: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw corruptStream(WHAT, bits.offset, 'no selectors', 'at least one');
  const order = Array.from({ length: groups }, (_, i) => i);
  return Uint8Array.from({ length: count }, () => {
    let index = 0;
    while (bits.read(1) === 1)
      if (++index >= groups) throw corruptStream(WHAT, bits.offset, `selector ${index}`, `below ${groups}`);
    const selector = elementAt(order, index);
    order.copyWithin(1, 0, index);
    order[0] = selector;
    return selector;
  });
}

function readCode(bits: BitReader, size: number): Code {
  let length = bits.read(5);
  const lengths = new Uint8Array(size);
  for (let symbol = 0; symbol < size; symbol++) {
    while (bits.read(1) === 1) length += bits.read(1) === 1 ? -1 : 1;
    if (length < 1 || length > MAX_LENGTH)
      throw corruptStream(WHAT, bits.offset, `a code of ${length} bits`, `1 to ${MAX_LENGTH}`);
    lengths[symbol] = length;
  }
  return buildCode(lengths, bits.offset);
}

function moveToFront(recency: Uint8Array, index: number): number {
  const byte = recency[index]!;
  for (let i = index; i > 0; i--) recency[i] = recency[i - 1]!;
  recency[0] = byte;
  return byte;
}

/** Huffman codes, zero runs and move-to-front: the block's bytes in the order of the Burrows-Wheeler transform. */
function readTransformed(bits: BitReader, target: Uint32Array): number {
  const recency = readAlphabet(bits);
  const end = recency.length + 1;
  const groups = bits.read(3);
  if (groups < 2 || groups > 6) throw corruptStream(WHAT, bits.offset, `${groups} Huffman codes`, '2 to 6');
  const selectors = readSelectors(bits, groups);
  const codes = Array.from({ length: groups }, () => readCode(bits, end + 1));
  let length = 0;
  let run = 0;
  let runBit = 1;
  const flushRun = (): void => {
    if (length + run > target.length)
      throw corruptStream(WHAT, bits.offset, 'a block past its size', `${target.length} bytes`);
    target.fill(recency[0]!, length, length + run);
    length += run;
    run = 0;
    runBit = 1;
  };
  for (let i = 0; ; i++) {
    const selector = selectors[Math.floor(i / GROUP)];
    if (selector === undefined)
      throw corruptStream(WHAT, bits.offset, 'more symbols than selectors', 'the end of the block');
    const symbol = readSymbol(bits, codes[selector]!);
    if (symbol <= 1) {
      run += runBit << symbol;
      runBit *= 2;
      if (run > target.length) flushRun();
      continue;
    }
    flushRun();
    if (symbol === end) return length;
    if (length === target.length)
      throw corruptStream(WHAT, bits.offset, 'a block past its size', `${target.length} bytes`);
    target[length++] = moveToFront(recency, symbol - 1);
  }
}

/** Undoes the Burrows-Wheeler transform and the run-length coding of runs of four. */
function writeBlock(
  block: Uint32Array,
  length: number,
  origin: number,
  output: DecodedOutput,
  offset: number,
): void {
  const starts = new Uint32Array(257);
  for (const entry of block.subarray(0, length)) starts[(entry & 0xff) + 1]! += 1;
  for (let byte = 0; byte < 256; byte++) starts[byte + 1]! += starts[byte]!;
  for (let i = 0; i < length; i++) block[starts[block[i]! & 0xff]!++]! |= i << 8;
  let link = block[origin]! >>> 8;
  let last = -1;
  let repeats = 0;
  for (let i = 0; i < length; i++) {
    const entry = block[link]!;
    link = entry >>> 8;
    const byte = entry & 0xff;
    if (repeats === 4) {
      output.reserve(byte, offset);
      output.bytes.fill(last, output.length, output.length + byte);
      output.length += byte;
      repeats = 0;
      last = -1;
      continue;
    }
    output.reserve(1, offset);
    output.bytes[output.length++] = byte;
    repeats = byte === last ? repeats + 1 : 1;
    last = byte;
  }
}

function readBlock(bits: BitReader, block: Uint32Array, output: DecodedOutput): number {
  const expected = bits.word();
  if (bits.read(1) === 1)
    throw corruptStream(WHAT, bits.offset, 'a randomised block, obsolete since 1997', 'a plain block');
  const origin = bits.read(24);
  const length = readTransformed(bits, block);
  if (length === 0 || origin >= length)
    throw corruptStream(WHAT, bits.offset, `the origin ${origin}`, `below ${length}`);
  const start = output.length;
  writeBlock(block, length, origin, output, bits.offset);
  const crc = bzipCrc(output.bytes, start, output.length);
  if (crc !== expected)
    throw corruptStream(WHAT, bits.offset, 'a block checksum that does not match', 'an intact block');
  return crc;
}

function readStream(bits: BitReader, buffer: Uint32Array, output: DecodedOutput): void {
  const magic = bits.read(24);
  const level = bits.read(8) - 0x30;
  if (magic !== 0x425a68 || level < 1 || level > 9)
    throw corruptStream(WHAT, bits.offset, 'other bytes', 'BZh1 to BZh9');
  const block = buffer.subarray(0, level * LEVEL_BYTES);
  let combined = 0;
  for (;;) {
    const [high, low] = [bits.read(24), bits.read(24)];
    if (high === END_MAGIC[0] && low === END_MAGIC[1]) break;
    if (high !== BLOCK_MAGIC[0] || low !== BLOCK_MAGIC[1])
      throw corruptStream(WHAT, bits.offset, 'other bytes', 'a block or the end');
    const crc = readBlock(bits, block, output);
    combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
  }
  if (bits.word() !== combined)
    throw corruptStream(WHAT, bits.offset, 'a stream checksum that does not match', 'an intact stream');
  bits.align();
}

export const bz2: DecompressionCodec = {
  id: 'bz2',
  decompress(data, limit, tick) {
    const bits = new BitReader(data);
    const output = new DecodedOutput(limit, WHAT, tick);
    const buffer = new Uint32Array(9 * LEVEL_BYTES);
    do {
      readStream(bits, buffer, output);
      tick();
    } while (bits.left > 0);
    return output.finish();
  },
};
