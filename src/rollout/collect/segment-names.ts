/** Values of the segment header that counts are kept apart by: the first ones to come, at most 32. Pure. */

/** All other values, and units that came with two in one window. */
export const OTHER_SEGMENT = 'other';

export const SEGMENT_VALUES_MAX = 32;
const LENGTH_MAX = 64;

export class SegmentNames {
  /** OTHER_SEGMENT is the first. */
  readonly #ids = new Map<string, number>([[OTHER_SEGMENT, 0]]);

  get names(): readonly string[] {
    return [...this.#ids.keys()];
  }

  /** Learns the values of a window; in order, so that it does not matter which worker told first. */
  learn(values: Iterable<string>): void {
    for (const value of [...new Set(values)].map(truncatedSegment).sort())
      if (this.#ids.size <= SEGMENT_VALUES_MAX && !this.#ids.has(value)) this.#ids.set(value, this.#ids.size);
  }

  /** Takes back the names of a closed window, which come in the order of their numbers. */
  restore(names: Iterable<string>): void {
    for (const name of names) if (!this.#ids.has(name)) this.#ids.set(name, this.#ids.size);
  }

  idOf(value: string): number {
    return this.#ids.get(truncatedSegment(value)) ?? 0;
  }
}

export const truncatedSegment = (value: string): string => value.slice(0, LENGTH_MAX);
