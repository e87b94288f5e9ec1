/** Values of the segment header in one window, by index. Pure. */

/** Values a window; requests with further ones count as if they had none. */
const SEGMENTS_MAX = 64;
/** Longest value in characters. */
const SEGMENT_LENGTH_MAX = 128;

/** Whether a request is told by this value; if not, it counts as one without. */
export const isSegment = (value: string | null): value is string =>
  value !== null && value !== '' && value.length <= SEGMENT_LENGTH_MAX;

export class SegmentIndex {
  readonly #indices = new Map<string, number>();
  /** By index; 0 is the absence of a value. */
  #values: readonly string[] = [''];

  get values(): readonly string[] {
    return this.#values;
  }

  indexOf(value: string | null): number {
    if (!isSegment(value)) return 0;
    const known = this.#indices.get(value);
    if (known !== undefined) return known;
    if (this.#values.length > SEGMENTS_MAX) return 0;
    const index = this.#values.length;
    this.#indices.set(value, index);
    this.#values = [...this.#values, value];
    return index;
  }
}
