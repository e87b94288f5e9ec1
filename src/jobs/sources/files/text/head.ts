/** How a text file begins. Pure. */
import { PlimsollError } from '../../../../core/errors.ts';

/** Bytes of a file that are looked at for the names of its columns. */
export const HEAD_BYTES = 2 ** 20;

/**
 * Where text begins, after a byte order mark of UTF-8 (The Unicode Standard, 23.8). Throws INPUT_INVALID for one of
 * UTF-16, naming the file.
 */
export function startOfText(head: Uint8Array, path: string): number {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 3;
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    throw new PlimsollError('INPUT_INVALID', { problem: `${path}: it is text in UTF-16, UTF-8 was wanted` });
  return 0;
}
