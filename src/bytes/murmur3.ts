/**
 * MurmurHash3 x86 32-bit (Austin Appleby, public domain) of a string's UTF-8 bytes. Unsigned result.
 * The same in every process, replica and language: unit assignment depends on it. Pure.
 */
export function murmur3(text: string, seed: number): number {
  const { length } = text;
  const whole = length & ~3;
  let h = seed | 0;
  // Of ASCII text the characters are the bytes; encoding it first would take most of the time.
  let all = 0;
  for (let i = 0; i < whole; i += 4) {
    const a = text.charCodeAt(i);
    const b = text.charCodeAt(i + 1);
    const c = text.charCodeAt(i + 2);
    const d = text.charCodeAt(i + 3);
    all |= a | b | c | d;
    h = mix(h, a | (b << 8) | (c << 16) | (d << 24));
  }
  let tail = 0;
  for (let i = length - 1; i >= whole; i--) {
    all |= text.charCodeAt(i);
    tail = (tail << 8) | text.charCodeAt(i);
  }
  return all > 127 ? hashBytes(encoder.encode(text), seed) : finish(h ^ scramble(tail), length);
}

const encoder = new TextEncoder();

function hashBytes(bytes: Uint8Array, seed: number): number {
  const whole = bytes.length & ~3;
  let h = seed | 0;
  for (let i = 0; i < whole; i += 4)
    h = mix(h, bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
  let tail = 0;
  for (let i = bytes.length - 1; i >= whole; i--) tail = (tail << 8) | bytes[i]!;
  return finish(h ^ scramble(tail), bytes.length);
}

function scramble(k: number): number {
  const mixed = Math.imul(k, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

function mix(hash: number, block: number): number {
  const h = hash ^ scramble(block);
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** The finalizer of the algorithm: every bit of the hash changes every other. */
function finish(hash: number, length: number): number {
  let h = hash ^ length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
