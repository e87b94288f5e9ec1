import { gunzipSync, inflateRawSync, inflateSync, type ZlibOptions } from 'node:zlib';
import { messageOf } from '../core/error-text.ts';
import { PlimsollError } from '../core/errors.ts';
import { bz2 } from '../formats/codecs/bz2.ts';
import { lz4 } from '../formats/codecs/lz4.ts';
import { lzma } from '../formats/codecs/lzma.ts';
import { xz } from '../formats/codecs/xz.ts';
import type { DecompressionCodec } from '../formats/format.ts';

/** With `info` node answers how much input it used, which its types leave out. */
type Inflate = (
  data: Uint8Array,
  options: ZlibOptions & { info: true },
) => { buffer: Buffer; engine: { bytesWritten: number } };

function nodeCodec(id: 'deflate' | 'zlib' | 'gzip', inflate: Inflate): DecompressionCodec {
  const what = `a ${id} stream`;
  return {
    id,
    decompress(data, limit) {
      try {
        // One chunk of the whole limit (of which only written pages exist) saves node the final copy.
        const { buffer, engine } = inflate(data, {
          maxOutputLength: Math.max(limit, 1),
          chunkSize: Math.max(limit + 1, 64),
          info: true,
        });
        if (buffer.length > limit) throw overLimit(what, limit);
        const left = data.length - engine.bytesWritten;
        if (left > 0) {
          throw new PlimsollError('READ_CORRUPT', {
            what,
            offset: engine.bytesWritten,
            found: `${left} bytes after its end`,
            wanted: 'nothing',
          });
        }
        return buffer;
      } catch (cause) {
        throw nodeError(cause, what, data.length, limit);
      }
    },
  };
}

function overLimit(what: string, limit: number): PlimsollError {
  const found = `more than ${limit} bytes of output`;
  return new PlimsollError('READ_LIMIT', { what, offset: 0, found, limit, name: 'decompressedBytes' });
}

function nodeError(cause: unknown, what: string, size: number, limit: number): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    return overLimit(what, limit);
  }
  if (code === 'Z_BUF_ERROR')
    return new PlimsollError('READ_TRUNCATED', { what, offset: size, found: 0, wanted: 'more' }, { cause });
  if (typeof code === 'string' && code.startsWith('Z_')) {
    return new PlimsollError(
      'READ_CORRUPT',
      { what, offset: 0, found: messageOf(cause), wanted: 'intact data' },
      { cause },
    );
  }
  return cause;
}

/** With `info` they answer with the engine, too (https://nodejs.org/api/zlib.html#class-options), which the types of Node do not know. */
const informing = (inflate: typeof inflateSync): Inflate => inflate as unknown as Inflate;

/** Every codec a model file may be compressed with, over `node:zlib` where node has it. */
export const CODECS: readonly DecompressionCodec[] = [
  nodeCodec('deflate', informing(inflateRawSync)),
  nodeCodec('zlib', informing(inflateSync)),
  nodeCodec('gzip', informing(gunzipSync)),
  bz2,
  lzma,
  xz,
  lz4,
];
