/**
 * Where the messages of an Arrow file or stream are. A file holds a stream between its magic and its footer, so that one
 * walk over the heads of messages does for both: https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc
 */

import type { FileHandle } from 'node:fs/promises';
import { Message, type Schema } from 'apache-arrow';
import { Footer } from 'apache-arrow/ipc/metadata/file';
import { PlimsollError } from '../../../../core/errors.ts';
import { pairOf, tripleOf } from '../../../../schema/transformed.ts';
import { anyNumber, flag, list, shape, type ValueSchema } from '../../../../schema/value-schema.ts';
import { verifyFooter, verifyMessage } from '../../../../scorer/arrow-verify.ts';
import type { GroupLayout } from '../groups.ts';
import { openInput, readRange } from '../input-file.ts';
import { numbersSchema } from '../layout.ts';

/** Bytes `[from, to)`. */
export type MessageSpan = readonly [number, number];

/** The groups are the record batches. */
export interface ArrowLayout extends GroupLayout {
  /** Of the message with the schema; of the footer, where only that has one (as the writer of JavaScript leaves it). */
  readonly schema: MessageSpan;
  readonly footer: boolean;
  readonly batches: readonly MessageSpan[];
  /** Dictionaries, each with the number of batches before it. */
  readonly dictionaries: readonly (readonly [number, number, number])[];
}

const SPAN = pairOf(anyNumber, anyNumber);
export const ARROW_LAYOUT: ValueSchema<ArrowLayout> = shape({
  ...{ groups: numbersSchema, schema: SPAN, footer: flag, batches: list(SPAN) },
  dictionaries: list(tripleOf(anyNumber, anyNumber, anyNumber)),
});

const MAGIC = 'ARROW1';
/** What a file ends with: length of its footer, magic. */
const TAIL_BYTES = 4 + MAGIC.length;
/** Bytes of the head of a message at most. */
const HEAD_MAX = 64 * 2 ** 20;
/** Bytes of a message at most: it is held whole while its rows are read. */
const MESSAGE_MAX = 512 * 2 ** 20;
const MESSAGES_MAX = 1_000_000;
const CONTINUATION = 0xffffffff;

/** Walks over the messages of a file. Throws INPUT_INVALID where it is damaged, cut short, or an older Feather file. */
export async function walkMessages(path: string): Promise<{ schema: Schema; layout: ArrowLayout }> {
  const handle = await openInput(path);
  try {
    return await new Walk(handle, (await handle.stat()).size, path).all();
  } finally {
    await handle.close();
  }
}

/** The message with the schema: what a stream begins with. */
export async function schemaMessage(path: string, { schema, footer }: ArrowLayout): Promise<Uint8Array> {
  const bytes = await readRange(path, ...schema);
  if (!footer) return bytes;
  const message = Message.encode(Message.from(Footer.decode(bytes).schema));
  // Heads of messages end where a multiple of eight bytes does.
  const length = Math.ceil(message.length / 8) * 8;
  const framed = Buffer.alloc(8 + length);
  framed.writeUInt32LE(CONTINUATION, 0);
  framed.writeInt32LE(length, 4);
  framed.set(message, 8);
  return framed;
}

class Walk {
  readonly #handle: FileHandle;
  readonly #size: number;
  readonly #path: string;

  constructor(handle: FileHandle, size: number, path: string) {
    this.#handle = handle;
    this.#size = size;
    this.#path = path;
  }

  async all(): Promise<{ schema: Schema; layout: ArrowLayout }> {
    const { from, to, footer } = await this.#stream();
    let schema: Schema | null = null;
    let schemaSpan: MessageSpan = [0, 0];
    let inFooter = false;
    const groups: number[] = [];
    const batches: MessageSpan[] = [];
    const dictionaries: [number, number, number][] = [];
    for (let at = from, count = 0; at < to; count++) {
      if (count > MESSAGES_MAX) throw this.#bad(at, `more than ${MESSAGES_MAX} messages`);
      const next = await this.#message(at, to);
      if (next === null) break;
      const { message, end } = next;
      if (message.isSchema() && schema === null) {
        schema = message.header();
        schemaSpan = [at, end];
        at = end;
        continue;
      }
      if (schema === null) {
        if (footer === null) throw this.#bad(at, 'a message before the schema');
        schemaSpan = footer;
        inFooter = true;
        schema = this.#footerSchema(footer, await this.#read(...footer));
      }
      if (message.isRecordBatch()) {
        groups.push(this.#rows(at, message.header().length));
        batches.push([at, end]);
      } else if (message.isDictionaryBatch()) dictionaries.push([batches.length, at, end]);
      else throw this.#bad(at, 'a message that is neither schema, dictionary nor batch');
      at = end;
    }
    if (schema === null) throw this.#bad(from, 'no schema');
    return { schema, layout: { groups, schema: schemaSpan, footer: inFooter, batches, dictionaries } };
  }

  /** Where the stream of messages is. */
  async #stream(): Promise<{ from: number; to: number; footer: MessageSpan | null }> {
    const head = await this.#read(0, Math.min(8, this.#size));
    if (head.toString('latin1', 0, 4) === 'FEA1') {
      throw this.#bad(0, 'version 1 of Feather: write it again with a newer pyarrow');
    }
    if (head.toString('latin1', 0, MAGIC.length) !== MAGIC) return { from: 0, to: this.#size, footer: null };
    const tail = await this.#read(Math.max(8, this.#size - TAIL_BYTES), this.#size);
    const footer = tail.length === TAIL_BYTES ? tail.readInt32LE(0) : -1;
    const to = this.#size - TAIL_BYTES - footer;
    if (tail.toString('latin1', 4) !== MAGIC || footer < 0 || to < 8) {
      throw this.#bad(this.#size, 'no footer: the file is cut short');
    }
    return { from: 8, to, footer: [to, to + footer] };
  }

  /** The message at `at`, or null for the mark of the end. */
  async #message(at: number, to: number): Promise<{ message: Message; end: number } | null> {
    const prefix = await this.#read(at, Math.min(at + 8, to));
    if (prefix.length < 4) throw this.#bad(at, 'no end mark: it is cut short');
    // Before version 0.15 there was no continuation mark.
    const marked = prefix.readUInt32LE(0) === CONTINUATION;
    if (marked && prefix.length < 8) throw this.#bad(at, 'no end mark: it is cut short');
    const length = prefix.readInt32LE(marked ? 4 : 0);
    if (length === 0) return null;
    const body = at + (marked ? 8 : 4) + length;
    if (length < 0 || length > HEAD_MAX || body > to)
      throw this.#bad(at, `a message whose head has ${length} bytes`);
    const message = this.#decode(at, await this.#read(body - length, body));
    const end = body + Number(message.bodyLength);
    if (!(end >= body && end <= to && end - at <= MESSAGE_MAX)) {
      throw this.#bad(
        at,
        `a message of ${end - at} bytes, where ${to - at} are left and ${MESSAGE_MAX} are the limit`,
      );
    }
    return { message, end };
  }

  #decode(at: number, head: Buffer): Message {
    try {
      // Its decoder counts to whatever the head says.
      verifyMessage(head, at);
      const message = Message.decode(head);
      message.header();
      return message;
    } catch (cause) {
      throw this.#bad(at, 'a message that is none', cause);
    }
  }

  #footerSchema([at]: MessageSpan, bytes: Buffer): Schema {
    try {
      verifyFooter(bytes, at);
      return Footer.decode(bytes).schema;
    } catch (cause) {
      throw this.#bad(at, 'a footer that is none', cause);
    }
  }

  #rows(at: number, rows: number): number {
    if (Number.isSafeInteger(rows) && rows >= 0) return rows;
    throw this.#bad(at, `a batch of ${rows} rows`);
  }

  async #read(from: number, to: number): Promise<Buffer> {
    const bytes = Buffer.alloc(to - from);
    const { bytesRead } = await this.#handle.read(bytes, 0, bytes.length, from);
    if (bytesRead < bytes.length) throw this.#bad(from + bytesRead, 'the end of the file');
    return bytes;
  }

  #bad(at: number, found: string, cause?: unknown): PlimsollError {
    const problem = `${this.#path}: expected an Arrow file or stream, got at byte ${at} ${found}`;
    return new PlimsollError('INPUT_INVALID', { problem }, { cause });
  }
}
