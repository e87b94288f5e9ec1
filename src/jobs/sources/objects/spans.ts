/** Which bytes of an object must be there to read its header or a chunk, by its format. */
import { PlimsollError } from '../../../core/errors.ts';
import { queryFile } from '../../../duckdb/errors.ts';
import { literal } from '../../../sql/identifiers.ts';
import type { Chunk } from '../../chunk.ts';
import type { FileFormat } from '../../spec/spec.ts';
import { HEAD_BYTES } from '../files/text/head.ts';
import type { ByteSpan, ObjectWindow } from './window.ts';

const MAGIC_BYTES = 4;
/** Length of the footer and magic number (https://parquet.apache.org/docs/file-format/). */
const TAIL_BYTES = 8;
const FOOTER_LIMIT = 512 * 2 ** 20;

const isText = (format: FileFormat): boolean => format === 'csv' || format === 'jsonl';

/** Fetches what an inspection reads. Throws INPUT_INVALID where the end of a Parquet file is none. */
export async function fetchHead(
  window: ObjectWindow,
  size: number,
  format: FileFormat,
  uri: string,
): Promise<void> {
  if (isText(format)) return window.fetch([{ from: 0, to: Math.min(size, HEAD_BYTES) }]);
  if (format !== 'parquet') return window.fetch([{ from: 0, to: size }]);
  const tail = { from: Math.max(0, size - TAIL_BYTES), to: size };
  await window.fetch([tail]);
  const bytes = await window.read(tail);
  const footer = bytes.length === TAIL_BYTES ? bytes.readUInt32LE(0) : 0;
  if (footer === 0 || footer > Math.min(size - TAIL_BYTES, FOOTER_LIMIT))
    throw new PlimsollError('INPUT_INVALID', { problem: `${uri}: it does not end as a Parquet file does` });
  await window.fetch([
    { from: 0, to: MAGIC_BYTES },
    { from: size - TAIL_BYTES - footer, to: size },
  ]);
}

/** Rows and bytes of a row group. */
interface Group extends ByteSpan {
  readonly rows: number;
}

/** Fetches what the reading of a chunk reads, beyond the head. */
export async function fetchChunk(window: ObjectWindow, format: FileFormat, chunk: Chunk): Promise<void> {
  const [from, to] = [Number(chunk.from), Number(chunk.to)];
  if (isText(format)) return window.fetch([{ from, to }]);
  // The whole of it came with the head.
  if (format !== 'parquet') return;
  let before = 0;
  const spans: ByteSpan[] = [];
  for (const group of await rowGroups(window.path)) {
    if (before < to && before + group.rows > from) spans.push(group);
    before += group.rows;
  }
  await window.fetch(spans);
}

/** From the footer: the columns of a row group lie one after the other. */
function rowGroups(path: string): Promise<readonly Group[]> {
  return queryFile(path, async (db) => {
    const found = await db.runAndReadAll(`
      select any_value(row_group_num_rows)::double,
        min(least(data_page_offset, coalesce(nullif(dictionary_page_offset, 0), data_page_offset)))::double,
        max(least(data_page_offset, coalesce(nullif(dictionary_page_offset, 0), data_page_offset)) + total_compressed_size)::double
      from parquet_metadata(${literal(path)}) group by row_group_id order by row_group_id`);
    return found
      .getRows()
      .map(([rows, from, to]) => ({ rows: Number(rows), from: Number(from), to: Number(to) }));
  });
}
