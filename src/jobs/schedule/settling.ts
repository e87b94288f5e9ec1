/** Waits until new files no longer change: whoever writes a large file into the folder is given the time. Pure. */
import { valueInMap } from '../../core/element-at.ts';

/** A path and what tells one state of the file from another. */
export type PathMark = readonly [path: string, mark: string];

export class PathSettling {
  /** By job and path: the state, and since when it has been so. */
  readonly #seen = new Map<string, Map<string, { readonly mark: string; readonly since: number }>>();

  /** Those of `fresh` that have been as they are for `millis`, in order of path; `now` in milliseconds. */
  settled(job: string, fresh: readonly PathMark[], now: number, millis: number): readonly PathMark[] {
    const before = this.#seen.get(job);
    const seen = new Map(
      fresh.map(([path, mark]) => {
        const known = before?.get(path);
        // A clock that was set back starts the wait again.
        const since = known?.mark === mark && known.since <= now ? known.since : now;
        return [path, { mark, since }] as const;
      }),
    );
    this.#seen.set(job, seen);
    return fresh
      .filter(([path]) => now - valueInMap(seen, path).since >= millis)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
}
