import { PlimsollError } from '../core/errors.ts';

/** Longest line in characters. */
const LINE_MAX = 2 ** 20;

/** Lines of UTF-8 text in batches of what was read at once; at most one line is kept between batches. */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  let count = 0;
  for await (const chunk of chunks) {
    const batch = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = batch.pop()!;
    count += batch.length;
    if (rest.length > LINE_MAX) throw tooLong(count + 1);
    yield batch;
  }
  yield [rest + decoder.decode()];
}

const tooLong = (line: number): PlimsollError =>
  new PlimsollError('WINDOW_INVALID', {
    where: `line ${line}`,
    field: 'the line',
    found: `longer than ${LINE_MAX} characters`,
    wanted: 'one window',
  });
