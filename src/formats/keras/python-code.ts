/**
 * The Python whose code a Lambda layer holds. Keras keeps its function as marshalled code (`func_dump`), which means something else
 * to every minor version, and which another one may crash on. It is looked at, and never run.
 */

/** Bytes of a code object in front of its instructions: the type, and five counts from 3.11 on, six before (Python/marshal.c). */
const COUNTS = { new: 1 + 5 * 4, old: 1 + 6 * 4 } as const;
const BYTES_TYPES = new Set([0x73, 0xf3]);
const INSTRUCTIONS = 5;
/** RESUME stands first; COPY_FREE_VARS and MAKE_CELL before it (Lib/opcode.py of each version). */
const FIRST: ReadonlyMap<number, string> = new Map([
  [151, '3.12'],
  [135, '3.12'],
  [94, '3.13'],
  [62, '3.13'],
  [128, '3.14'],
]);
/** RESUME of 3.13, and COPY_FREE_VARS of 3.11 and 3.12, which copies at least one. */
const RESUME_OR_COPY = 149;
/** LOAD_METHOD and PRECALL, which 3.12 has no more. */
const ONLY_3_11 = new Set([160, 166]);
const COMPARE_OP = 107;
/** From 3.12 on the operator stands in the upper bits. */
const SHIFTED = 16;
/** A function of some kilobytes; instructions stand in front. */
const MOST_LETTERS = 65_536;

/** The minor version, as far as instructions tell: `3.10` stands for it and older ones. Null where it is no code. */
export function pythonOfCode(base64: string): string | null {
  const bytes = decoded(base64);
  if (bytes === null) return null;
  if (BYTES_TYPES.has(bytes[COUNTS.old] ?? 0) && !BYTES_TYPES.has(bytes[COUNTS.new] ?? 0)) return '3.10';
  if (!BYTES_TYPES.has(bytes[COUNTS.new] ?? 0)) return null;
  const code = bytes.subarray(COUNTS.new + INSTRUCTIONS);
  const [first = 0, argument = 0] = code;
  const version = first === RESUME_OR_COPY ? (argument === 0 ? '3.13' : '3.12') : (FIRST.get(first) ?? null);
  return version === '3.12' && isOf311(code) ? '3.11' : version;
}

function isOf311(code: Uint8Array): boolean {
  for (let at = 0; at + 1 < code.length; at += 2) {
    const [operation = 0, argument = 0] = code.subarray(at, at + 2);
    if (ONLY_3_11.has(operation)) return true;
    if (operation === COMPARE_OP) return argument < SHIFTED;
    // What follows the instructions is no longer code.
    if (operation === RETURN_VALUE) return false;
  }
  return false;
}

const RETURN_VALUE = 83;

function decoded(base64: string): Uint8Array | null {
  try {
    const letters = base64.slice(0, MOST_LETTERS).replace(/\s/g, '');
    const whole = letters.slice(0, letters.length - (letters.length % 4));
    return Uint8Array.from(atob(whole), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}
