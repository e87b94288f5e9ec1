import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** What the parser refuses before there is a request: status by its error code (`llhttp`, `node:http`). */
const STATUS: ReadonlyMap<string | undefined, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', 413],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
]);

/** What the parser says in words ("Invalid method encountered"); its texts are constants, never the client's bytes. */
const reasonOf = (error: NodeJS.ErrnoException & { readonly reason?: string }): string | undefined =>
  error.reason;

/** Answers bytes that are no HTTP request, in JSON as everything else, and closes. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS.get(error.code) ?? 400;
  const body = JSON.stringify({
    detail: `Cannot read the request: ${reasonOf(error) ?? STATUS_CODES[status]}`,
  });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
