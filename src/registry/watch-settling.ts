/** Which files in a folder have come to rest. Pure. */

/** A file that was dropped, with what changes when it is written to. */
export interface DroppedFile {
  readonly model: string;
  readonly path: string;
  readonly size: number;
  readonly modified: number;
  readonly inode: number;
}

interface Seen {
  readonly file: DroppedFile;
  /** When it may be taken; null once it has been. */
  due: number | null;
}

/** Follows the files of a folder from look to look, until each has been the same for long enough. */
export class FileSettling {
  readonly #millis: number;
  #seen = new Map<string, Seen>();

  constructor(millis: number) {
    this.#millis = millis;
  }

  /** Whether any file is still to be taken. */
  get waits(): boolean {
    for (const { due } of this.#seen.values()) if (due !== null) return true;
    return false;
  }

  /** The files whose time has come, in the order of the listing; those that are no longer listed are forgotten. */
  look(files: readonly DroppedFile[], now: number): readonly DroppedFile[] {
    const before = this.#seen;
    this.#seen = new Map();
    return files.filter((file) => {
      const known = before.get(file.path);
      const seen = known && isSame(known.file, file) ? known : { file, due: now + this.#millis };
      this.#seen.set(file.path, seen);
      return seen.due !== null && seen.due <= now;
    });
  }

  /** A file was taken, or is to be tried again at `due`. Nothing, where it has changed since. */
  settle(file: DroppedFile, due: number | null): void {
    const seen = this.#seen.get(file.path);
    if (seen && isSame(seen.file, file)) seen.due = due;
  }
}

const isSame = (a: DroppedFile, b: DroppedFile): boolean =>
  a.size === b.size && a.modified === b.modified && a.inode === b.inode;
