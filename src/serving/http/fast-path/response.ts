import { type ServerResponse, STATUS_CODES, validateHeaderValue } from 'node:http';
import type { Socket } from 'node:net';

export type PredictionResponse = ServerResponse | FastPathResponse;

/** The connection of an answer in one piece. */
export interface FastPathConnection {
  readonly socket: Socket;
  /** Last header lines of an answer after which the connection stays open. */
  readonly keepAlive: string;
  /** The answer is written; `goesOn` says whether the connection stays open. */
  ended(goesOn: boolean): void;
}

/** The answer to a request in one piece, written in one piece: the part of `ServerResponse` that predictions use. */
export class FastPathResponse {
  readonly #to: FastPathConnection;
  #head = '';
  /** Last header lines, which keep the connection open; empty if a header closes it. */
  #ending: string;
  #listeners: (() => void)[] | null = null;

  constructor(to: FastPathConnection) {
    this.#to = to;
    this.#ending = to.keepAlive;
  }

  /** `headers` are names and values in turn, in lower case. Throws ERR_INVALID_CHAR as `node:http` does. */
  writeHead(status: number, headers: readonly string[]): void {
    for (let k = 0; k < headers.length; k += 2) if (headers[k] === 'connection') this.#ending = '';
    this.writeLines(status, headerLines(headers));
  }

  /** The same for headers that are lines already and have no Connection header. */
  writeLines(status: number, lines: string): void {
    this.#head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}`;
  }

  end(body: string | Uint8Array): void {
    const { socket } = this.#to;
    const head = `${this.#head}Date: ${dateNow()}\r\n${this.#ending}\r\n`;
    const sent = this.#listeners === null ? undefined : (): void => this.closed();
    if (typeof body === 'string' && Buffer.byteLength(body) === body.length)
      socket.write(head + body, 'latin1', sent);
    else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body, sent);
      socket.uncork();
    }
    this.#to.ended(this.#ending !== '');
  }

  once(_: 'close', listener: () => void): void {
    this.#listeners ??= [];
    this.#listeners.push(listener);
  }

  /** The answer was sent, or the client disconnected. */
  closed(): void {
    const listeners = this.#listeners ?? [];
    this.#listeners = null;
    for (const listener of listeners) listener();
  }
}

/** Headers, names and values in turn, as lines. Throws ERR_INVALID_CHAR. */
export function headerLines(headers: readonly string[]): string {
  let lines = '';
  for (let k = 0; k < headers.length; k += 2) {
    const [name, value] = [headers[k]!, headers[k + 1]!];
    validateHeaderValue(name, value);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

let [date, until] = ['', 0];

/** The time as answers tell it (RFC 9110 §6.6.1), made once a second. */
function dateNow(): string {
  const now = Date.now();
  if (now >= until || now < until - 1000) {
    until = now - (now % 1000) + 1000;
    date = new Date(now).toUTCString();
  }
  return date;
}
