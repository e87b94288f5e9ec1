/** Bytes of rows on their way out, each field led by its length. Pure. */

export class CopyOutput {
  #bytes: Buffer;
  #view: DataView;
  #at = 0;

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafeSlow(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** What was written so far; it begins anew. */
  take(): Buffer {
    const written = this.#bytes.subarray(0, this.#at);
    this.#bytes = Buffer.allocUnsafeSlow(this.#bytes.length);
    this.#view = new DataView(this.#bytes.buffer);
    this.#at = 0;
    return written;
  }

  /** Begins a row of that many fields. */
  row(fields: number): void {
    this.#room(2);
    this.#view.setInt16(this.#at, fields);
    this.#at += 2;
  }

  none(): void {
    this.#length(-1, 0);
  }

  byte(value: number): void {
    this.#view.setUint8(this.#length(1), value);
  }

  short(value: number): void {
    this.#view.setInt16(this.#length(2), value);
  }

  int(value: number): void {
    this.#view.setInt32(this.#length(4), value);
  }

  long(high: number, low: number): void {
    const at = this.#length(8);
    this.#view.setInt32(at, high);
    this.#view.setInt32(at + 4, low);
  }

  float(value: number): void {
    this.#view.setFloat32(this.#length(4), value);
  }

  double(value: number): void {
    this.#view.setFloat64(this.#length(8), value);
  }

  interval(micros: bigint, days: number, months: number): void {
    const at = this.#length(16);
    this.#view.setBigInt64(at, micros);
    this.#view.setInt32(at + 8, days);
    this.#view.setInt32(at + 12, months);
  }

  shorts(values: readonly number[]): void {
    const at = this.#length(values.length * 2);
    values.forEach((value, i) => {
      this.#view.setUint16(at + i * 2, value & 0xffff);
    });
  }

  /** Begins a field of `length` bytes, which follow by `more`; behind a byte where there is a prefix. */
  begin(length: number, prefix: number | null): void {
    const whole = prefix === null ? length : length + 1;
    this.#room(4 + whole);
    this.#view.setInt32(this.#at, whole);
    this.#at += 4;
    if (prefix === null) return;
    this.#bytes[this.#at] = prefix;
    this.#at += 1;
  }

  /** Some bytes of the field that was begun. */
  more(bytes: Uint8Array, from: number, length: number): void {
    const target = this.#bytes;
    const at = this.#at;
    for (let i = 0; i < length; i += 1) target[at + i] = bytes[from + i]!;
    this.#at = at + length;
  }

  /** A text of `length` bytes in UTF-8. */
  text(text: string, length: number, prefix: number | null): void {
    this.begin(length, prefix);
    this.#bytes.write(text, this.#at, length, 'utf8');
    this.#at += length;
  }

  /** Writes a length and makes room for what follows; answers where. */
  #length(length: number, room = length): number {
    this.#room(4 + room);
    this.#view.setInt32(this.#at, length);
    const at = this.#at + 4;
    this.#at = at + room;
    return at;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#at + more));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
