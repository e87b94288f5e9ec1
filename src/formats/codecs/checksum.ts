/** Checksums of compressed files, each with the parameters of its format. */

const BZIP_CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});

/** CRC-32 with the highest bit first, as bzip2 uses it. */
export function bzipCrc(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0xffffffff;
  for (let i = start; i < end; i++) crc = (crc << 8) ^ BZIP_CRC[(crc >>> 24) ^ bytes[i]!]!;
  return ~crc >>> 0;
}

const CRC64_POLYNOMIAL = 0xc96c5795d7870f42n;
const CRC64: readonly [Uint32Array, Uint32Array] = (() => {
  const low = new Uint32Array(256);
  const high = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ CRC64_POLYNOMIAL : value >> 1n;
    low[byte] = Number(value & 0xffffffffn);
    high[byte] = Number(value >> 32n);
  }
  return [low, high];
})();

/** CRC-64 of ECMA-182 as xz uses it, as two 32-bit words, the low one first. */
export function crc64(bytes: Uint8Array): readonly [number, number] {
  const [tableLow, tableHigh] = CRC64;
  let low = 0xffffffff;
  let high = 0xffffffff;
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff;
    low = tableLow[index]! ^ ((low >>> 8) | (high << 24));
    high = tableHigh[index]! ^ (high >>> 8);
  }
  return [~low >>> 0, ~high >>> 0];
}

const [P1, P2, P3, P4, P5] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1];
const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** xxHash32 with seed 0, as LZ4 frames use it (https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md). */
export function xxh32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let hash = P5;
  if (bytes.length >= 16) {
    let [a, b, c, d] = [P1 + P2, P2, 0, -P1];
    const round = (lane: number): number => {
      const value = Math.imul(rotate(lane + Math.imul(view.getUint32(at, true), P2), 13), P1);
      at += 4;
      return value;
    };
    while (at + 16 <= bytes.length) [a, b, c, d] = [round(a), round(b), round(c), round(d)];
    hash = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
  }
  hash = (hash + bytes.length) | 0;
  for (; at + 4 <= bytes.length; at += 4)
    hash = Math.imul(rotate(hash + Math.imul(view.getUint32(at, true), P3), 17), P4);
  for (; at < bytes.length; at++) hash = Math.imul(rotate(hash + Math.imul(bytes[at]!, P5), 11), P1);
  hash = Math.imul(hash ^ (hash >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
