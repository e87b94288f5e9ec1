/** One table a byte of a word: `tables[k][b]` is the remainder of byte b with k zero bytes behind it. */
function tablesOf(polynomial: number) {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
  const behindOneMore = (table: Uint32Array) => table.map((value) => first[value & 0xff]! ^ (value >>> 8));
  const second = behindOneMore(first);
  const third = behindOneMore(second);
  return [first, second, third, behindOneMore(third)] as const;
}

/** A word at a time (Sarwate's table, sliced: Kounavis and Berry 2008). */
function remainder(tables: ReturnType<typeof tablesOf>, bytes: Uint8Array, crc: number): number {
  const [last, third, second, first] = tables;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~3;
  let rest = ~crc;
  for (let at = 0; at < whole; at += 4) {
    const word = rest ^ view.getUint32(at, true);
    rest =
      first[word & 0xff]! ^ second[(word >>> 8) & 0xff]! ^ third[(word >>> 16) & 0xff]! ^ last[word >>> 24]!;
  }
  for (let at = whole; at < bytes.length; at++) rest = last[(rest ^ bytes[at]!) & 0xff]! ^ (rest >>> 8);
  return ~rest >>> 0;
}

const IEEE = tablesOf(0xedb88320);
const CASTAGNOLI = tablesOf(0x82f63b78);

/**
 * CRC-32 of IEEE 802.3 (ISO 3309), as gzip, xz and PNG use it; unsigned. `crc` is that of the bytes before, where these go
 * on.
 */
export const crc32 = (bytes: Uint8Array, crc = 0): number => remainder(IEEE, bytes, crc);

/** CRC-32C of Castagnoli's polynomial (RFC 3720, appendix B.4), as LevelDB and TensorFlow use it; `crc` as above. */
export const crc32c = (bytes: Uint8Array, crc = 0): number => remainder(CASTAGNOLI, bytes, crc);
