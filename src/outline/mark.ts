/** Marks of plain data, the same here and in a browser. Pure. */

/**
 * A short text that differs where plain data do: to see that something changed, not to prove that nothing did. Two FNV-1a
 * hashes of 32 bits with other beginnings (draft-eastlake-fnv).
 */
export function markOf(value: unknown): string {
  const hash = new Hash();
  hash.value(value);
  return hash.text;
}

const PRIME = 0x01000193;

class Hash {
  #a = 0x811c9dc5;
  #b = 0x7ee3623a;

  get text(): string {
    return [this.#a, this.#b].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
  }

  value(value: unknown): void {
    if (ArrayBuffer.isView(value)) {
      this.#bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (Array.isArray(value)) {
      this.#word(`[${value.length}`);
      for (const item of value) this.value(item);
    } else if (typeof value === 'object' && value !== null) {
      this.#word('{');
      for (const [key, inner] of Object.entries(value)) {
        this.#word(key);
        this.value(inner);
      }
    } else this.#word(`${typeof value} ${Object.is(value, -0) ? '-0' : String(value)}`);
  }

  #word(text: string): void {
    for (let k = 0; k < text.length; k++) this.#take(text.charCodeAt(k));
    this.#take(0x1ffff);
  }

  #bytes(bytes: Uint8Array): void {
    this.#word(`bytes ${bytes.length}`);
    for (const byte of bytes) this.#take(byte);
  }

  #take(code: number): void {
    this.#a = Math.imul(this.#a ^ code, PRIME);
    this.#b = Math.imul(this.#b ^ code, PRIME);
  }
}
