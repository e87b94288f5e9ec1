import { PlimsollError } from '../core/errors.ts';
import type { ReadBudget } from './budget.ts';

/** Bytes that parsed JSON takes, about: an item of a list or an object, and a list or object itself. */
const ITEM_BYTES = 16;
const CONTAINER_BYTES = 64;
/** Bytes between two looks at the clock. */
const STRETCH = 2 ** 22;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/**
 * Parses the JSON of a file. What it will take is counted before anything is made: a text of brackets takes thirty times
 * its size. Errors: READ_LIMIT, READ_CORRUPT with the byte.
 */
export function parseJsonText(bytes: Uint8Array, what: string, budget: ReadBudget): unknown {
  checkStructure(bytes, what, budget);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const found = error instanceof SyntaxError ? 'no JSON' : 'no UTF-8';
    throw new PlimsollError('READ_CORRUPT', { what, offset: Number(at ?? 0), found, wanted: 'JSON text' });
  }
}

/** Depth and size of what the text would become; strings are passed over. */
function checkStructure(bytes: Uint8Array, what: string, budget: ReadBudget): void {
  let depth = 0;
  let counted = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === COMMA || byte === COLON) counted += ITEM_BYTES;
    else if (byte > 0x5a && OPENING.has(byte)) {
      counted += CONTAINER_BYTES;
      depth++;
      budget.check('depth', depth, what, at);
    } else if (byte > 0x5a && CLOSING.has(byte)) depth--;
    if (counted >= STRETCH) {
      budget.charge(counted, what, at);
      budget.checkTime(what, at);
      counted = 0;
    }
  }
  budget.charge(counted, what, bytes.length);
}

/** Where the string that begins at `at` ends. */
function endOfString(bytes: Uint8Array, at: number): number {
  for (let end = at + 1; end < bytes.length; end++) {
    const byte = bytes[end];
    if (byte === BACKSLASH) end++;
    else if (byte === QUOTE) return end;
  }
  return bytes.length;
}
