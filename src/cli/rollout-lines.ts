import { PlimsollError } from '../core/errors.ts';

/** Longest line in characters. */
const LINE_MAX = 2 ** 20;

/** Lines of UTF-8 text in batches of what was read at once; at most one line is kept between batches. */
export async function* lines(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const batch = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = batch.pop()!;
    if (rest.length > LINE_MAX)
      throw new PlimsollError('FILE_UNREADABLE', {
        path,
        reason: `a line has more than ${LINE_MAX} characters`,
      });
    yield batch;
  }
  yield [rest + decoder.decode()];
}
