import { type FileHandle, open } from 'node:fs/promises';
import { PlimsollError } from '../../../core/errors.ts';
import { JoinedFooter } from './parquet-footer.ts';

const MAGIC = Buffer.from('PAR1');
/** Behind the footer: its length, and the magic again. */
const END = 4 + MAGIC.length;
const PIECE = 1 << 20;

/**
 * Writes the row groups of Parquet files into one, byte for byte as they are, in the order of the paths; the files have the
 * same columns, and were written by us. Throws INTERNAL where they do not go together.
 */
export async function concatenate(path: string, parts: readonly string[]): Promise<void> {
  const target = await open(path, 'w');
  try {
    const footer = new JoinedFooter();
    let at = (await target.write(MAGIC)).bytesWritten;
    for (const part of parts) at += await append(target, part, at, footer);
    const bytes = footer.encode();
    const end = Buffer.alloc(END);
    end.writeUInt32LE(bytes.length);
    MAGIC.copy(end, 4);
    await target.writeFile(bytes);
    await target.writeFile(end);
  } finally {
    await target.close();
  }
}

/** Answers how many bytes it was. */
async function append(target: FileHandle, part: string, at: number, footer: JoinedFooter): Promise<number> {
  const source = await open(part, 'r');
  try {
    const { size } = await source.stat();
    const end = await read(source, part, size - END, END);
    const length = end.readUInt32LE();
    if (!end.subarray(4).equals(MAGIC)) throw torn(part);
    const to = size - END - length;
    footer.add(await read(source, part, to, length), at - MAGIC.length);
    const buffer = Buffer.allocUnsafe(PIECE);
    for (let from = MAGIC.length; from < to; ) {
      const { bytesRead } = await source.read(buffer, 0, Math.min(PIECE, to - from), from);
      if (bytesRead === 0) throw torn(part);
      await target.writeFile(buffer.subarray(0, bytesRead));
      from += bytesRead;
    }
    return to - MAGIC.length;
  } finally {
    await source.close();
  }
}

async function read(source: FileHandle, part: string, at: number, length: number): Promise<Buffer> {
  if (at < MAGIC.length) throw torn(part);
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await source.read(buffer, 0, length, at);
  if (bytesRead !== length) throw torn(part);
  return buffer;
}

const torn = (part: string): PlimsollError =>
  new PlimsollError('INTERNAL', {
    action: `reading ${part}`,
    reason: 'it is no whole Parquet file any more',
  });
