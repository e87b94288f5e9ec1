import { elementAt } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { ReadBudget } from '../budget.ts';
import { unpack } from '../codecs/unpack.ts';
import type { DecompressionCodec } from '../format.ts';
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
  const stream = { data, id: compression, size: null, what: `${compression} data`, offset: 0 };
  return unpack(stream, codecs, budget);
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
  const stream = data.subarray(start);
  return unpack(
    { data: stream, id: 'zlib', size, what: 'a ZF file of old joblib', offset: start },
    codecs,
    budget,
  );
}
