/** What a request costs beside its body: headers, answer, and the way through the server (bench/door.ts). */
const REQUEST_MICROS = 30;
/** Weight of the latest request in what is learned. */
const LATEST = 0.1;
/** One request teaches this many times what was predicted at most: it may have been the machine that stood still. */
const OUTLIER = 4;
/** Bodies below this many bytes say little about what a byte costs. */
const LEAST_BYTES = 64;

/**
 * The work of one endpoint that waits for one lane, and what its requests have cost: a request is predicted by the length
 * of its body, which is known before the body is read. In microseconds of work. Pure.
 */
export class EndpointQueue {
  readonly endpoint: string;
  /** Predicted work that is admitted and has not ended. */
  backlog = 0;
  /** Requests of it. */
  length = 0;
  #perByte: number;
  #usual = LEAST_BYTES;

  /** `perByte` is believed until there are requests. */
  constructor(endpoint: string, perByte: number) {
    this.endpoint = endpoint;
    this.#perByte = perByte;
  }

  /** Microseconds that a byte of a body is believed to cost. */
  get perByte(): number {
    return this.#perByte;
  }

  /** Of a body whose length is not announced, the usual is believed. */
  predict(bytes: number | null): number {
    return REQUEST_MICROS + this.#perByte * Math.max(LEAST_BYTES, bytes ?? this.#usual);
  }

  /** A body of so many bytes has cost so much. */
  learn(bytes: number, micros: number): void {
    const size = Math.max(LEAST_BYTES, bytes);
    const believed = Math.min(micros, OUTLIER * this.predict(bytes));
    this.#perByte += LATEST * (believed / size - this.#perByte);
    this.#usual += LATEST * (size - this.#usual);
  }
}
