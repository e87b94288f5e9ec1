/** What may be sent to a database: the same for both, so that neither keeps what the other would refuse. Pure. */
import { PlimsollError } from '../core/errors.ts';

/** Characters of a text, bytes of a blob. */
const MAX_LENGTH = 64 * 1024 * 1024;

/**
 * Refuses a value that one database would refuse or change: NUL and lone surrogates in text (PostgreSQL has no NUL,
 * UTF-8 no surrogates), numbers that are no safe integers (all our numeric columns are integers), what is too long.
 */
export function checkParameter(value: unknown): void {
  const problem = problemOf(value);
  if (problem !== null) throw new PlimsollError('STORE_VALUE_INVALID', problem);
}

function problemOf(value: unknown): { found: string; wanted: string } | null {
  if (value === null) return null;
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? null : { found: String(value), wanted: 'a safe integer' };
  }
  if (typeof value === 'string') return problemOfText(value);
  if (value instanceof Uint8Array) return problemOfLength(value.length, 'bytes');
  return {
    found: value === undefined ? 'undefined' : `a ${typeof value}`,
    wanted: 'text, an integer or bytes',
  };
}

function problemOfText(text: string): { found: string; wanted: string } | null {
  if (text.includes('\0')) return { found: 'a text with the character NUL', wanted: 'text without it' };
  if (!text.isWellFormed()) return { found: 'a text with half a character', wanted: 'well-formed Unicode' };
  return problemOfLength(text.length, 'characters');
}

const problemOfLength = (length: number, unit: string): { found: string; wanted: string } | null =>
  length <= MAX_LENGTH ? null : { found: `${length} ${unit}`, wanted: `at most ${MAX_LENGTH}` };
