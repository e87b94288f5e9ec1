const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Longer keys are made anew. */
const MOST = 48;
const SLOTS = 256;

/** Keys of the objects that were read, for most objects have those of the one before: short ones of plain ASCII. */
export class KeyCache {
  readonly #keys: string[] = Array.from({ length: SLOTS }, () => '');

  /** The key whose characters begin at `start` and end at a quote, where they are plain; else null. */
  read(bytes: Uint8Array, start: number): string | null {
    let hash = 0;
    let end = start;
    for (let byte = bytes[end]; byte !== QUOTE; byte = bytes[++end]) {
      if (byte === undefined || byte < 0x20 || byte > 0x7e || byte === BACKSLASH || end - start >= MOST)
        return null;
      hash = (31 * hash + byte) & 0xffff;
    }
    return this.#at(bytes, start, end, hash);
  }

  /** The same for a key of known length. */
  readBetween(bytes: Uint8Array, start: number, end: number): string | null {
    if (end - start > MOST) return null;
    let hash = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at];
      if (byte === undefined || byte < 0x20 || byte > 0x7e) return null;
      hash = (31 * hash + byte) & 0xffff;
    }
    return this.#at(bytes, start, end, hash);
  }

  #at(bytes: Uint8Array, start: number, end: number, hash: number): string {
    const slot = (hash ^ (hash >> 8)) % SLOTS;
    const known = this.#keys[slot]!;
    if (isAt(known, bytes, start, end)) return known;
    const key: string = Reflect.apply(String.fromCharCode, null, bytes.subarray(start, end));
    this.#keys[slot] = key;
    return key;
  }
}

function isAt(key: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
