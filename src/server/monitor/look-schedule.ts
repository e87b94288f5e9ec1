/** When the process that watches is there: while there is something to look at, or somebody looks at it. Pure. */

/** While somebody asks what it knows, and for so long after, in milliseconds, it looks as often as it can. */
const ASKED_MILLIS = 60_000;
/** The first one has seen little: the second one comes after so many milliseconds at most. */
const SECOND_MILLIS = 20_000;
/** The least between two looks, in milliseconds. */
const LOOK_MILLIS = 5000;
/** So many files are read before it is time to: as many as are taken in at once. */
const FILES_MAX = 256;

/** Times are in milliseconds, of one clock that does not go back. */
export class LookSchedule {
  #askedAt = Number.NEGATIVE_INFINITY;
  #restedAt = Number.NEGATIVE_INFINITY;
  #dueAt = Number.NEGATIVE_INFINITY;
  #hasRested = false;

  /** Somebody wants to know how things stand. */
  asked(now: number): void {
    this.#askedAt = now;
  }

  /** What was set has changed, or what stands by is to be looked at. */
  wanted(): void {
    this.#dueAt = Number.NEGATIVE_INFINITY;
  }

  /** Whether a process that has nothing to do for a while may end. */
  mayRest(now: number): boolean {
    return now - this.#askedAt > ASKED_MILLIS;
  }

  /** It ends, and need not be there for so long. */
  rests(now: number, millis: number): void {
    this.#restedAt = now;
    this.#dueAt = now + (this.#hasRested ? millis : Math.min(millis, SECOND_MILLIS));
    this.#hasRested = true;
  }

  /** Whether one is to be started, where so many files wait to be read. */
  isDue(now: number, files: number): boolean {
    if (now >= this.#dueAt || files >= FILES_MAX) return true;
    return !this.mayRest(now) && now >= this.#restedAt + LOOK_MILLIS;
  }
}
