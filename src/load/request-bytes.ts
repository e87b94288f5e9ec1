import { PlimsollError } from '../core/errors.ts';
import type { LoadRequest, LoadTarget } from './load-order.ts';

/** What may stand in a head: visible characters and spaces, so that a name ends no line (RFC 9110, 5.5). */
const SAFE = /^[\x20-\x7e]*$/;

/** The bytes of a request with each of its bodies. Throws USAGE where a path or a header would end a line. */
export function requestBytes({ host, port }: LoadTarget, request: LoadRequest): Buffer[] {
  const named = { host: `${host.includes(':') ? `[${host}]` : host}:${port}`, ...request.headers };
  const lines = [
    `${request.method} ${request.path} HTTP/1.1`,
    ...Object.entries(named).map(([name, value]) => `${name}: ${value}`),
  ];
  const unsafe = lines.find((line) => !SAFE.test(line));
  if (unsafe !== undefined || /\s/.test(request.path))
    throw new PlimsollError('USAGE', {
      reason: 'the address or a header holds characters that HTTP does not take',
      command: 'bench',
    });
  const head = lines.join('\r\n');
  return request.bodies.map((body) =>
    Buffer.from(`${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
  );
}
