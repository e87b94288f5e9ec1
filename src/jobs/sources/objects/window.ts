/**
 * A window onto an object: a file of its size on this machine that holds only the bytes that are needed, where they
 * belong. File systems keep no blocks for the rest, so that any reader of files reads a piece of a large object.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { messageOf } from '../../../core/error-text.ts';
import { PlimsollError } from '../../../core/errors.ts';
import type { ObjectStore, StoredObject } from './store.ts';

export interface ByteSpan {
  readonly from: number;
  readonly to: number;
}

export class ObjectWindow {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #store: ObjectStore;
  readonly #object: StoredObject;

  private constructor(path: string, file: FileHandle, store: ObjectStore, object: StoredObject) {
    this.path = path;
    this.#file = file;
    this.#store = store;
    this.#object = object;
  }

  /** Makes an empty one. Throws DATA_UNWRITABLE. */
  static async open(path: string, store: ObjectStore, object: StoredObject): Promise<ObjectWindow> {
    try {
      const file = await open(path, 'wx+');
      await file.truncate(object.size);
      return new ObjectWindow(path, file, store, object);
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }

  /** Fetches the bytes of these spans; all of the object where its store has no ranges. */
  async fetch(spans: readonly ByteSpan[]): Promise<void> {
    const wanted = this.#store.ranges ? joined(spans) : [{ from: 0, to: this.#object.size }];
    for (const { from, to } of wanted) {
      let at = from;
      for await (const bytes of this.#store.read(this.#object, from, to)) {
        await this.#write(bytes, at);
        at += bytes.length;
      }
    }
  }

  /** Bytes that were fetched. */
  async read({ from, to }: ByteSpan): Promise<Buffer> {
    const { buffer } = await this.#file.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer;
  }

  async close(): Promise<void> {
    await this.#file.close();
    await rm(this.path, { force: true });
  }

  async #write(bytes: Uint8Array, at: number): Promise<void> {
    try {
      await this.#file.write(bytes, 0, bytes.length, at);
    } catch (cause) {
      throw unwritable(this.path, cause);
    }
  }
}

/** Spans in order, those that touch or overlap as one. */
function joined(spans: readonly ByteSpan[]): ByteSpan[] {
  const joint: ByteSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = joint.at(-1);
    if (last === undefined || span.from > last.to) joint.push(span);
    else joint[joint.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  return joint.filter(({ from, to }) => to > from);
}

const unwritable = (path: string, cause: unknown): PlimsollError =>
  new PlimsollError('DATA_UNWRITABLE', { path, reason: messageOf(cause) }, { cause });
