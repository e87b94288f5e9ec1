import type { PlimsollError } from '../../core/errors.ts';

/** Longest line in characters. */
export const LINE_MAX_CHARS = 2 ** 20;

/** What is thrown of a line that is `found` to be none. */
export type LineError = (line: number, found: string) => PlimsollError;

/**
 * Lines of UTF-8 text in batches of what was read at once; at most one line is kept between batches. Throws what `refuse`
 * gives for bytes that are no UTF-8 and for a line that is too long.
 */
export async function* decodeLines(
  chunks: AsyncIterable<Uint8Array>,
  refuse: LineError,
): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let count = 0;
  const decode = (chunk?: Uint8Array): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw refuse(count + 1, 'near bytes that are no UTF-8');
    }
  };
  for await (const chunk of chunks) {
    const batch = (rest + decode(chunk)).split('\n');
    rest = batch.pop() ?? '';
    count += batch.length;
    if (rest.length > LINE_MAX_CHARS) throw refuse(count + 1, `longer than ${LINE_MAX_CHARS} characters`);
    yield batch;
  }
  yield [rest + decode()];
}
