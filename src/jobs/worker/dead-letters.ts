import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import type { RowOutcome } from '../../scorer/scorer.ts';

/** A row that got no answer, as it is kept. */
export interface DeadLetter {
  readonly chunk: number;
  /** Row of its file or chunk, from 0. */
  readonly row: number;
  readonly path: string;
  /** From 1, in text files. */
  readonly line: number | null;
  /** Bytes from the begin, in text files. */
  readonly offset: number | null;
  readonly key: string | null;
  readonly outcome: Exclude<RowOutcome, 'ok'>;
  readonly code: string;
  readonly column: string | null;
  readonly reason: string;
  /** The record as it stood there; a JSON object of the row where the source is no text. */
  readonly raw: string;
}

/** Where the dead letters of a chunk are. */
export const deadLettersPath = (folder: string, chunk: number): string =>
  join(folder, 'rejects', `${String(chunk).padStart(8, '0')}.jsonl`);

/** Bytes that are written at once. */
const BLOCK = 1 << 20;

/**
 * The dead letters of one chunk, one JSON object a line. They are there completely or not at all, before the chunk is
 * committed; a chunk that is done again replaces them by the same.
 */
export class DeadLetters {
  readonly #path: string;
  readonly #temp: string;
  #file: number | null = null;
  #waiting: string[] = [];
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
    this.#temp = `${path}.${process.pid}.tmp`;
  }

  add(letter: DeadLetter): void {
    const line = `${JSON.stringify(letter)}\n`;
    this.#waiting.push(line);
    this.#bytes += line.length;
    if (this.#bytes >= BLOCK) this.#flush();
  }

  /** Makes them durable; without any, what an earlier attempt left goes. Throws DATA_UNWRITABLE. */
  close(): void {
    this.#flush();
    this.#try(() => {
      if (this.#file === null) return rmSync(this.#path, { force: true });
      fsyncSync(this.#file);
      this.abandon();
      renameSync(this.#temp, this.#path);
      syncFolder(dirname(this.#path));
    });
  }

  /** Lets go of the file; what was written goes with the folder of the run. */
  abandon(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const text = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#bytes = 0;
    this.#try(() => {
      this.#file ??= create(this.#temp);
      for (let at = 0; at < text.length; ) at += writeSync(this.#file, text, at);
    });
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (cause) {
      const details = { path: dirname(this.#path), reason: messageOf(cause) };
      throw new PlimsollError('DATA_UNWRITABLE', details, { cause });
    }
  }
}

function create(path: string): number {
  if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
  return openSync(path, 'w');
}

/** A rename is durable once its folder is. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
