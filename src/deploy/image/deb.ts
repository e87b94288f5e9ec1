import { elementWhere } from '../../core/element-at.ts';
import { PlimsollError } from '../../core/errors.ts';
import { CODECS } from '../../files/codecs.ts';
import { readTar, type TarMember } from './tar-read.ts';

/** Packages of Debian (deb(5)): an `ar` archive whose `data.tar.xz` holds the files. */

const MAGIC = '!<arch>\n';
const HEADER_BYTES = 60;
/** libc6 unpacks to 13 MiB. */
const DATA_BYTES_MAX = 256 << 20;
const latin = new TextDecoder('latin1');

/** Files and links of a package. Throws READ_CORRUPT and what decompressing throws. */
export function readDeb(bytes: Uint8Array): TarMember[] {
  return readTar(decompressed(dataMember(bytes)));
}

function dataMember(bytes: Uint8Array): Uint8Array {
  if (latin.decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) throw corrupt(0, 'the start of an ar archive');
  for (let offset = MAGIC.length; offset + HEADER_BYTES <= bytes.length; ) {
    const name = latin.decode(bytes.subarray(offset, offset + 16)).trim();
    const size = Number(latin.decode(bytes.subarray(offset + 48, offset + 58)).trim());
    if (!Number.isSafeInteger(size) || size < 0) throw corrupt(offset + 48, 'a size');
    const start = offset + HEADER_BYTES;
    if (name.replace(/\/$/, '') === 'data.tar.xz') return bytes.subarray(start, start + size);
    offset = start + size + (size % 2);
  }
  throw corrupt(bytes.length, 'a member "data.tar.xz"');
}

function decompressed(data: Uint8Array): Uint8Array {
  const codec = elementWhere(CODECS, ({ id }) => id === 'xz');
  return codec.decompress(data, DATA_BYTES_MAX, () => undefined);
}

const corrupt = (offset: number, wanted: string): PlimsollError =>
  new PlimsollError('READ_CORRUPT', { what: 'a package of Debian', offset, found: 'something else', wanted });
