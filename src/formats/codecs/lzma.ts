import { ByteCursor } from '../../bytes/cursor.ts';
import type { DecompressionCodec } from '../format.ts';
import { LzmaDecoder, parseProperties } from './lzma-decoder.ts';
import { corruptStream, DecodedOutput } from './output.ts';

const WHAT = 'an .lzma file';
const UNKNOWN_SIZE = 0xffffffff;

/**
 * `.lzma` ("LZMA alone"): properties, dictionary size, output size or all ones, data. Own code, like the other codecs
 * here: the npm packages are asynchronous, native, or without an output limit.
 */
export const lzma: DecompressionCodec = {
  id: 'lzma',
  decompress(data, limit, tick) {
    const cursor = new ByteCursor(data);
    const properties = parseProperties(cursor.u8(WHAT), 0);
    // The dictionary is the output, so its size means nothing here.
    cursor.u32(WHAT);
    const low = cursor.u32(WHAT);
    const high = cursor.u32(WHAT);
    const size = low === UNKNOWN_SIZE && high === UNKNOWN_SIZE ? null : high * 2 ** 32 + low;
    const output = new DecodedOutput(limit, WHAT, tick);
    if (size !== null) output.reserve(size, 5);
    const end = new LzmaDecoder(output, properties, 0).decode(cursor.bytes, cursor.offset, data.length, size);
    if (end !== data.length)
      throw corruptStream(WHAT, end, `${data.length - end} bytes after its end`, 'nothing');
    return output.finish();
  },
};
