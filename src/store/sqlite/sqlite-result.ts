/** What a SQLite connection answered, or the coded error that it comes to. Pure. */
import { type ErrorCode, PlimsollError } from '../../core/errors.ts';
import type { SqliteReply, SqliteResult } from './sqlite-message.ts';

/** What primary result codes come to (https://sqlite.org/rescode.html); they are the low byte of an extended one. */
const CODES: Readonly<Record<number, ErrorCode>> = {
  5: 'STORE_BUSY',
  6: 'STORE_BUSY',
  8: 'STORE_UNWRITABLE',
  10: 'STORE_UNWRITABLE',
  11: 'STORE_DAMAGED',
  13: 'STORE_UNWRITABLE',
  14: 'STORE_UNWRITABLE',
  26: 'STORE_DAMAGED',
};

/** Throws STORE_BUSY, STORE_UNWRITABLE, STORE_DAMAGED, or INTERNAL for what is none of these. */
export function resultOf({ outcome }: SqliteReply, path: string): SqliteResult {
  if (outcome.kind === 'done') return outcome.result;
  const { code: number, message } = outcome.failure;
  const code = (number === null ? undefined : CODES[number & 0xff]) ?? 'INTERNAL';
  const reason = code === 'STORE_BUSY' ? 'another process writes to it' : message;
  throw new PlimsollError(code, { where: path, action: 'a statement of the store', reason });
}
