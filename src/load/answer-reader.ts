const HEAD_BYTES = 65_536;
const KEPT_CHARACTERS = 4000;
const END_OF_HEAD = '\r\n\r\n';

/** An answer that is no HTTP/1.1. */
export class AnswerMalformed extends Error {}

type Part = 'head' | 'length' | 'untilClose' | 'chunkSize' | 'chunk' | 'chunkEnd' | 'trailer' | 'done';

/**
 * Reads one answer of HTTP/1.1 from the chunks of its connection (RFC 9112): what a load generator needs of it, at less cost than
 * a full client. Throws AnswerMalformed.
 */
export class AnswerReader {
  status = '';
  /** Whether the server closes the connection after it. */
  closes = false;
  /** Value of `server-timing`, or null. */
  timing: string | null = null;
  #part: Part = 'head';
  /** Bytes of the body, or of its chunk, that are to come. */
  #rest = 0;
  /** What has come of a line or a head that is not whole yet. */
  #text = '';
  #body = '';

  reset(): void {
    this.#part = 'head';
    this.#text = '';
    this.#body = '';
  }

  /** The beginning of a body whose status is no 2xx. */
  get body(): string {
    return this.#body;
  }

  /** Whether the answer is whole now. */
  read(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.length && this.#part !== 'done') at = this.#step(chunk, at);
    return this.#part === 'done';
  }

  /** The connection has ended. Whether that was the end of the answer. */
  end(): boolean {
    return this.#part === 'untilClose' || this.#part === 'done';
  }

  /** Takes what it can from `at` on; answers where it got to. */
  #step(chunk: Buffer, at: number): number {
    if (this.#part === 'head') return this.#head(chunk, at);
    if (this.#part === 'length' || this.#part === 'untilClose' || this.#part === 'chunk')
      return this.#data(chunk, at);
    return this.#line(chunk, at);
  }

  #head(chunk: Buffer, at: number): number {
    const before = this.#text.length;
    this.#text += chunk.toString('latin1', at, Math.min(chunk.length, at + HEAD_BYTES));
    const end = this.#text.indexOf(END_OF_HEAD, Math.max(0, before - END_OF_HEAD.length));
    if (end < 0) {
      if (this.#text.length >= HEAD_BYTES) throw new AnswerMalformed('its head does not end');
      return chunk.length;
    }
    const head = this.#text.slice(0, end);
    this.#text = '';
    this.#begin(head);
    return at + end + END_OF_HEAD.length - before;
  }

  #begin(head: string): void {
    if (!/^HTTP\/1\.[01] \d{3}/.test(head)) throw new AnswerMalformed('it is no HTTP/1.1');
    this.status = head.slice(9, 12);
    // What comes before the answer proper (100 Continue, 103 Early Hints) has no body.
    if (this.status.startsWith('1')) return;
    this.closes = /\r\nconnection: *close/i.test(head) || head.startsWith('HTTP/1.0');
    this.timing = /\r\nserver-timing: *([^\r]*)/i.exec(head)?.[1] ?? null;
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (/\r\ntransfer-encoding:[^\r]*chunked/i.test(head)) this.#part = 'chunkSize';
    else if (length !== undefined) this.#expect('length', Number(length));
    else if (this.status === '204' || this.status === '304') this.#part = 'done';
    else this.#untilClose();
  }

  #untilClose(): void {
    this.closes = true;
    this.#expect('untilClose', Number.POSITIVE_INFINITY);
  }

  #expect(part: Part, bytes: number): void {
    this.#rest = bytes;
    this.#part = bytes === 0 && part === 'length' ? 'done' : part;
  }

  #data(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#rest);
    if (!this.status.startsWith('2') && this.#body.length < KEPT_CHARACTERS)
      this.#body += chunk.toString('utf8', at, Math.min(end, at + KEPT_CHARACTERS));
    this.#rest -= end - at;
    if (this.#rest === 0) this.#part = this.#part === 'chunk' ? 'chunkEnd' : 'done';
    return end;
  }

  /** A line of chunked coding: the size of a chunk, the end of one, or a trailer. */
  #line(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(10, at);
    this.#text += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
    if (this.#text.length > HEAD_BYTES) throw new AnswerMalformed('a line of its chunks does not end');
    if (end < 0) return chunk.length;
    const line = this.#text.replace(/\r$/, '');
    this.#text = '';
    if (this.#part === 'chunkSize') this.#size(line);
    else if (this.#part === 'chunkEnd') this.#part = 'chunkSize';
    else if (line === '') this.#part = 'done';
    return end + 1;
  }

  #size(line: string): void {
    if (!/^[\da-f]{1,12}\s*(;|$)/i.test(line)) throw new AnswerMalformed('the size of a chunk is no number');
    const bytes = Number.parseInt(line, 16);
    if (bytes === 0) this.#part = 'trailer';
    else this.#expect('chunk', bytes);
  }
}
