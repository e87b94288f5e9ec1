import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unwritableError } from '../../core/unwritable.ts';

/** A folder that exists only where something has to be kept: a root that is read-only is enough for bundles. */
export class LazyFolder {
  #dir: string | null = null;
  #count = 0;

  /** A new, empty folder. Throws DISK_UNWRITABLE. */
  folder(purpose: string): string {
    try {
      this.#dir ??= mkdtempSync(join(tmpdir(), 'plimsoll-'));
      const made = join(this.#dir, `${purpose}-${++this.#count}`);
      mkdirSync(made);
      return made;
    } catch (cause) {
      throw unwritableError(cause) ?? cause;
    }
  }

  remove(): void {
    if (this.#dir !== null) rmSync(this.#dir, { recursive: true, force: true });
    this.#dir = null;
  }
}
