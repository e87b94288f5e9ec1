import { randomBytes } from 'node:crypto';

/** Printable ASCII without quotes, backslash and space: safe in headers, JSON and logs as it is. */
const ACCEPTABLE = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;

/** Makes request ids, unique across processes and cheap: a random prefix and a counter. */
export function requestIds(): () => string {
  const prefix = `${randomBytes(6).toString('hex')}-`;
  let count = 0;
  return () => prefix + ++count;
}

/** Whether a client's own id may be echoed. */
export const isRequestId = (value: unknown): value is string =>
  typeof value === 'string' && ACCEPTABLE.test(value);
