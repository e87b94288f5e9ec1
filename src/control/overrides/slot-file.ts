/**
 * A small document in a file whose place on the disk is taken at the start, so that it can be written where the disk is
 * full. Two slots are written in turn: a crash in the middle of one leaves the other as it was.
 */

import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { sha256Hex } from '../../core/sha256.ts';

/** Bytes of one slot, of which the first line is the checksum. */
const SLOT_BYTES = 65_536;
const MODE = 0o600;

export class SlotFile {
  readonly #path: string;
  #sequence = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The last document that was written whole, or null. Never throws: what cannot be read is not there. */
  read(): unknown {
    let found: { readonly sequence: number; readonly value: unknown } | null = null;
    const bytes = contentOf(this.#path);
    for (const from of [0, SLOT_BYTES]) {
      const kept = parse(bytes.subarray(from, from + SLOT_BYTES));
      if (kept !== null && kept.sequence > (found?.sequence ?? 0)) found = kept;
    }
    this.#sequence = found?.sequence ?? 0;
    return found?.value ?? null;
  }

  /** On the disk when this returns. Throws what the file system does, and RangeError where the value is too long. */
  write(value: unknown): void {
    const sequence = this.#sequence + 1;
    const body = JSON.stringify({ sequence, value });
    const text = `${sha256Hex(body)}\n${body}\n`;
    if (Buffer.byteLength(text) > SLOT_BYTES) throw new RangeError(`longer than ${SLOT_BYTES} bytes`);
    const bytes = Buffer.alloc(SLOT_BYTES, ' ');
    bytes.write(text);
    this.#put(bytes, (sequence % 2) * SLOT_BYTES);
    this.#sequence = sequence;
  }

  /** Takes the place on the disk, where it is not taken yet. Throws what the file system does. */
  reserve(): void {
    if (contentOf(this.#path).length < 2 * SLOT_BYTES) this.#put(Buffer.alloc(2 * SLOT_BYTES, ' '), 0);
  }

  #put(bytes: Buffer, at: number): void {
    // Neither truncated nor appended to: a slot is written in its place.
    const file = openSync(this.#path, constants.O_RDWR | constants.O_CREAT, MODE);
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(file, bytes, done, bytes.length - done, at + done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

function parse(slot: Buffer): { readonly sequence: number; readonly value: unknown } | null {
  const [digest, body = ''] = slot.toString('utf8').split('\n', 2);
  return digest === sha256Hex(body) ? JSON.parse(body) : null;
}
