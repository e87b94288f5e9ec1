/**
 * Feedback that came while the store was away: groups of rows in one file, a line each, on the disk before they are
 * acknowledged, and written to the store in the order in which they came, each once.
 */
import {
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import type { FeedbackRow } from '../../store/store.ts';

export interface SpooledGroup {
  /** Unique for all time: the note that it was written is under this name. */
  readonly id: string;
  /** Whether the store may have it already: it was sent there, and the answer was lost. */
  readonly isUncertain: boolean;
  readonly rows: readonly FeedbackRow[];
}

const MODE = 0o600;
const NEWLINE = 10;

export class FeedbackSpool {
  readonly #path: string;
  readonly #max: number;
  /** Bytes of whole lines in the file, and of those that have been taken out. */
  #size: number;
  #taken = 0;

  /** `max`: most bytes that are kept. Throws what the file system does. */
  constructor(path: string, max: number) {
    this.#path = path;
    this.#max = max;
    this.#size = this.#withFile((file) => wholeLines(file));
  }

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** On the disk when this returns. Throws what the file system does, and RangeError where there is no room for it. */
  add(group: SpooledGroup): void {
    const line = Buffer.from(`${JSON.stringify(group)}\n`);
    if (this.#size + line.length > this.#max)
      throw new RangeError(`more than ${this.#max} bytes wait already`);
    this.#withFile((file) => {
      try {
        for (let done = 0; done < line.length; )
          done += writeSync(file, line, done, line.length - done, this.#size + done);
        fsyncSync(file);
        this.#size += line.length;
      } finally {
        // What was written in part was not acknowledged.
        ftruncateSync(file, this.#size);
      }
    });
  }

  /**
   * Hands out one group after the other; each is done with when `work` resolves. `onDamaged` is told of a line that cannot
   * be read, which is left out. Throws what `work` throws.
   */
  async drain(work: (group: SpooledGroup) => Promise<void>, onDamaged: () => void): Promise<void> {
    while (this.#taken < this.#size) {
      const lines = createInterface({
        input: createReadStream(this.#path, { start: this.#taken, end: this.#size - 1 }),
        crlfDelay: Number.POSITIVE_INFINITY,
      });
      for await (const line of lines) {
        const group = parse(line);
        if (group === null) onDamaged();
        else await work(group);
        this.#taken += Buffer.byteLength(line) + 1;
      }
    }
    // Between the last look and this nothing was added: nothing here waits.
    this.#withFile((file) => {
      ftruncateSync(file, 0);
      fsyncSync(file);
    });
    [this.#size, this.#taken] = [0, 0];
  }

  #withFile<T>(work: (file: number) => T): T {
    const file = openSync(this.#path, constants.O_RDWR | constants.O_CREAT, MODE);
    try {
      return work(file);
    } finally {
      closeSync(file);
    }
  }
}

function parse(line: string): SpooledGroup | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Bytes up to the end of the last whole line: a process that was killed may have left the beginning of another. */
function wholeLines(file: number): number {
  const { size } = fstatSync(file);
  const byte = Buffer.alloc(1);
  for (let end = size; end > 0; end--) {
    readSync(file, byte, 0, 1, end - 1);
    if (byte[0] === NEWLINE) return end;
  }
  return 0;
}
