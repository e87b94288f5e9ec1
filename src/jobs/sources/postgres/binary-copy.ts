/**
 * Rows of `COPY … TO STDOUT (FORMAT binary)`, found in pieces of its stream as they come. Pure.
 * https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4
 */
import { PlimsollError } from '../../../core/errors.ts';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const HEADER = SIGNATURE.length + 8;
/** Bytes of a row at most; PostgreSQL itself allows 1 GiB a value. */
const ROW_LIMIT = 64 * 1024 * 1024;

/** Takes a row: where each field begins in `bytes`, and how long it is, -1 for null. Both arrays are used again. */
export type TakeRow = (bytes: Buffer, starts: Int32Array, lengths: Int32Array) => void;

export class BinaryCopy {
  readonly #take: TakeRow;
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  readonly #where: string;
  #left: Buffer = Buffer.alloc(0);
  #begun = false;
  #ended = false;

  constructor(fields: number, take: TakeRow, where: string) {
    this.#take = take;
    this.#starts = new Int32Array(fields);
    this.#lengths = new Int32Array(fields);
    this.#where = where;
  }

  /** Takes the rows that are complete with `piece`. Throws SOURCE_INVALID where the stream is not what it should be. */
  push(piece: Buffer): void {
    const bytes = this.#left.length === 0 ? piece : Buffer.concat([this.#left, piece]);
    let at = this.#begun ? 0 : this.#header(bytes);
    while (at < bytes.length) {
      const next = this.#row(bytes, at);
      if (next < 0) break;
      at = next;
    }
    this.#left = bytes.subarray(at);
    if (this.#left.length > ROW_LIMIT) throw this.#broken(`a row exceeds ${ROW_LIMIT} bytes`);
  }

  /** Says that nothing follows. */
  end(): void {
    if (!this.#ended || this.#left.length > 0) throw this.#broken('the rows end before their end is told');
  }

  #header(bytes: Buffer): number {
    if (bytes.length < HEADER) return 0;
    const known = bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE);
    if (!known || bytes.readUInt32BE(HEADER - 4) !== 0) throw this.#broken('the rows have an unknown header');
    this.#begun = true;
    return HEADER;
  }

  /** Where the row ends that begins at `at`; -1 where it is not there completely. */
  #row(bytes: Buffer, at: number): number {
    if (!this.#begun || at + 2 > bytes.length) return -1;
    const fields = bytes.readInt16BE(at);
    if (fields === -1 && !this.#ended) {
      this.#ended = true;
      return at + 2;
    }
    if (this.#ended || fields !== this.#starts.length) throw this.#broken(`a row has ${fields} fields`);
    let next = at + 2;
    for (let field = 0; field < fields; field += 1) {
      if (next + 4 > bytes.length) return -1;
      const length = bytes.readInt32BE(next);
      this.#starts[field] = next + 4;
      this.#lengths[field] = length;
      next += 4 + Math.max(0, length);
    }
    if (next > bytes.length) return -1;
    this.#take(bytes, this.#starts, this.#lengths);
    return next;
  }

  #broken(reason: string): PlimsollError {
    return new PlimsollError('SOURCE_INVALID', { where: this.#where, reason });
  }
}
