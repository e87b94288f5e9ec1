/**
 * Which files of the spool have ended this process, or were refused, and how often; kept beside them, in `attempts.json`.
 * What was being taken in when a process ended is tried again one file at a time: so the one that ends it is found, and all
 * others get through.
 */

import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../core/ports.ts';
import { isRecord } from '../../core/record.ts';
import { replaceFile } from '../../disk/replace-file.ts';

interface Failures {
  /** Times a process ended while it took in this file and no other. */
  readonly ended: number;
  /** Times it was refused alone. */
  readonly refused: number;
  /** Whether others were taken in since it was refused first: then it is the file, and not the disk. */
  readonly others: boolean;
}

interface Kept {
  readonly taking: readonly string[];
  readonly failed: Readonly<Record<string, Failures>>;
}

/** Attempts after which a file is given up. */
const ATTEMPTS = 3;
/** What was refused alone is tried again after so long, in milliseconds. */
const REST_MS = 30_000;
const NONE: Failures = { ended: 0, refused: 0, others: false };

export class BlockAttempts {
  readonly #path: string;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #failed = new Map<string, Failures>();
  /** Until when refused files rest. */
  readonly #resting = new Map<string, number>();
  #isOpen = false;
  #isWritten = false;

  /** `folder`: of the spool. */
  constructor(folder: string, clock: Pick<Clock, 'monotonic'>) {
    this.#path = join(folder, 'attempts.json');
    this.#clock = clock;
  }

  /** Those of these files that are given up. */
  async hopeless(names: readonly string[]): Promise<readonly string[]> {
    await this.#open(names);
    return names.filter((name) => {
      const { ended, refused, others } = this.#failed.get(name) ?? NONE;
      return ended >= ATTEMPTS || (refused >= ATTEMPTS && others);
    });
  }

  /** Which are to be taken in next: those against which nothing is known, or one other by itself. */
  next(names: readonly string[], limit: number, except: readonly string[] = []): readonly string[] {
    const now = this.#clock.monotonic();
    const tried = new Set(except);
    const left = names.filter((name) => !tried.has(name) && !((this.#resting.get(name) ?? 0) > now));
    const sound = left.filter((name) => !this.#failed.has(name));
    return sound.length > 0 ? sound.slice(0, limit) : left.slice(0, 1);
  }

  /** To be called before they are touched. */
  async begin(names: readonly string[]): Promise<void> {
    await this.#write(names);
  }

  /** They are through; so it is not everything that fails. */
  async succeeded(names: readonly string[]): Promise<void> {
    for (const name of names) this.#failed.delete(name);
    for (const [name, failures] of this.#failed)
      if (failures.refused > 0) this.#failed.set(name, { ...failures, others: true });
    await this.#write([]);
  }

  /** Something else was in the way: nothing is known against them. */
  async interrupted(): Promise<void> {
    await this.#write([]);
  }

  /** One that was tried alone rests; of several it is not known which it was. */
  async refused(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const before = this.#failed.get(name) ?? NONE;
      if (names.length > 1) this.#failed.set(name, before);
      else {
        this.#failed.set(name, { ...before, refused: before.refused + 1 });
        this.#resting.set(name, this.#clock.monotonic() + REST_MS);
      }
    }
    await this.#write([]);
  }

  async forget(names: readonly string[]): Promise<void> {
    for (const name of names) {
      this.#failed.delete(name);
      this.#resting.delete(name);
    }
    if (names.length > 0) await this.#write([]);
  }

  async #open(names: readonly string[]): Promise<void> {
    if (this.#isOpen) return;
    const there = new Set(names);
    const { taking, failed } = await this.#read();
    for (const [name, failures] of Object.entries(failed))
      if (there.has(name)) this.#failed.set(name, failures);
    for (const name of taking.filter((one) => there.has(one))) {
      const before = this.#failed.get(name) ?? NONE;
      const ended = before.ended + (taking.length === 1 ? 1 : 0);
      this.#failed.set(name, { ...before, ended });
    }
    this.#isWritten = true;
    await this.#write([]);
    this.#isOpen = true;
  }

  /** What is no such file says nothing. */
  async #read(): Promise<Kept> {
    try {
      const kept: unknown = JSON.parse(await readFile(this.#path, 'utf8'));
      if (isRecord(kept) && Array.isArray(kept['taking']) && isRecord(kept['failed'])) return kept as never;
    } catch {
      // There is none, or its writing was cut off.
    }
    return { taking: [], failed: {} };
  }

  async #write(taking: readonly string[]): Promise<void> {
    if (taking.length === 0 && this.#failed.size === 0) {
      if (this.#isWritten) await rm(this.#path, { force: true });
      this.#isWritten = false;
      return;
    }
    const kept: Kept = { taking, failed: Object.fromEntries(this.#failed) };
    await replaceFile(this.#path, JSON.stringify(kept));
    this.#isWritten = true;
  }
}
