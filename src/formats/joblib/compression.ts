import { elementAt } from '../../core/element-at.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import type { DecompressionCodec } from '../format.ts';
import type { LimitName } from '../limits.ts';
import type { ObjectFile } from '../object-file.ts';

type Compression = NonNullable<ObjectFile['compression']>;

/** First bytes of each compressor (joblib/compressor.py; joblib/numpy_pickle_utils.py for ZF). */
const MAGICS: readonly { readonly id: Compression; readonly bytes: readonly number[] }[] = [
  { id: 'zf', bytes: [0x5a, 0x46] },
  { id: 'gzip', bytes: [0x1f, 0x8b] },
  { id: 'bz2', bytes: [0x42, 0x5a, 0x68] },
  { id: 'xz', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { id: 'lzma', bytes: [0x5d, 0x00] },
  { id: 'lz4', bytes: [0x04, 0x22, 0x4d, 0x18] },
];

/** Output below which the ratio says nothing: a few MiB of zeros pack very well. */
const RATIO_FLOOR = 32 * 2 ** 20;
const ZF_MAX_LENGTH = 19;

/** How the whole file is compressed, by its first bytes; null for none. */
export function detectCompression(head: Uint8Array): Compression | null {
  const found = MAGICS.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte));
  if (found !== undefined) return found.id;
  // A zlib header is deflate with a window up to 32 KiB whose two bytes are a multiple of 31 (RFC 1950).
  const [method, flags] = head;
  if (method !== 0x78 || flags === undefined) return null;
  return (method * 256 + flags) % 31 === 0 ? 'zlib' : null;
}

/** Unpacks one compressed file within what is left of the limits. */
export function decompress(
  data: Uint8Array,
  compression: Compression,
  codecs: readonly DecompressionCodec[],
  budget: ReadBudget,
): Uint8Array {
  if (compression === 'zf') return decompressZf(data, codecs, budget);
  return unpack(data, compression, codecs, budget);
}

function unpack(
  data: Uint8Array,
  id: DecompressionCodec['id'],
  codecs: readonly DecompressionCodec[],
  budget: ReadBudget,
): Uint8Array {
  const codec = codecs.find((candidate) => candidate.id === id);
  if (codec === undefined) {
    throw new PlimsollError('READ_CORRUPT', {
      what: 'a compressed file',
      offset: 0,
      found: `${id} data`,
      wanted: 'a compression this build unpacks',
    });
  }
  const { name, limit } = outputLimit(data.length, budget);
  try {
    const output = codec.decompress(data, limit, () => budget.checkTime(`${id} data`, 0));
    budget.charge(output.length, `${id} data`, 0);
    budget.checkTime(`${id} data`, 0);
    return output;
  } catch (cause) {
    // The codec knows the size of the limit, not which limit it is.
    if (!isPlimsollError(cause) || cause.details['name'] !== 'decompressedBytes') throw cause;
    throw new PlimsollError(cause.code, { ...cause.details, name }, { cause });
  }
}

/** The tightest of the limits on output, and its name. */
function outputLimit(size: number, budget: ReadBudget): { name: LimitName; limit: number } {
  const { decompressedBytes, decompressionRatio, totalBytes } = budget.limits;
  const limits: { name: LimitName; limit: number }[] = [
    { name: 'decompressedBytes', limit: decompressedBytes },
    { name: 'decompressionRatio', limit: Math.max(RATIO_FLOOR, size * decompressionRatio) },
    { name: 'totalBytes', limit: Math.max(0, totalBytes - budget.bytes) },
  ];
  return limits.reduce((tightest, one) => (one.limit < tightest.limit ? one : tightest));
}

/** `ZF`, the size of the content in hexadecimal padded to 19 characters (20 by Python 2), a zlib stream. */
function decompressZf(
  data: Uint8Array,
  codecs: readonly DecompressionCodec[],
  budget: ReadBudget,
): Uint8Array {
  const text = String.fromCharCode(...data.subarray(2, 2 + ZF_MAX_LENGTH));
  const corrupt = (found: string, wanted: string): PlimsollError =>
    new PlimsollError('READ_CORRUPT', { what: 'a ZF file of old joblib', offset: 2, found, wanted });
  const match = /^0x([0-9a-f]{1,13})L? *$/.exec(text);
  if (match === null || text.length < ZF_MAX_LENGTH)
    throw corrupt(JSON.stringify(text), 'a size in hexadecimal');
  const start = 2 + ZF_MAX_LENGTH + (data[2 + ZF_MAX_LENGTH] === 0x20 ? 1 : 0);
  const size = Number.parseInt(elementAt(match, 1), 16);
  budget.check('decompressedBytes', size, 'a ZF file of old joblib', 2);
  const content = unpack(data.subarray(start), 'zlib', codecs, budget);
  if (content.length !== size) throw corrupt(`${content.length} bytes`, `${size} bytes`);
  return content;
}
