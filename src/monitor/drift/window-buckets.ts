/**
 * The counts of the last rows, in buckets that get longer with age: every window that ends now and is as long as the
 * distance to a bucket's begin can be had, in the space of a logarithm. Pure.
 */
import { elementAt } from '../../core/element-at.ts';
import { addTo } from '../../core/vector.ts';

/** Two neighbours become one when what came after them is so many times as long: windows are right to about a third. */
const FINENESS = 2;
/** Rows that are kept in sight. */
const MEMORY = 2 ** 21;
/** Smallest bucket. */
export const BUCKET_ROWS_MIN = 32;

interface Bucket {
  rows: number;
  readonly counts: Float64Array;
}

export type WindowBucketsState = readonly { readonly rows: number; readonly counts: readonly number[] }[];

export class WindowBuckets {
  /** Oldest first. */
  readonly #buckets: Bucket[];
  readonly #width: number;
  /** Counts of the window that is visited. */
  readonly #sums: Float64Array;
  /** Rows that do not fill a bucket yet. */
  #filling: Bucket;

  constructor(width: number, state: WindowBucketsState = []) {
    this.#width = width;
    this.#sums = new Float64Array(width);
    this.#buckets = state.map(({ rows, counts }) => ({ rows, counts: Float64Array.from(counts) }));
    const last = this.#buckets.at(-1);
    const isFilling = last !== undefined && last.rows < BUCKET_ROWS_MIN;
    if (isFilling) this.#buckets.pop();
    this.#filling = isFilling ? last : this.#empty();
  }

  /** Adds rows; answers whether they made a bucket full. */
  add(counts: Float64Array, rows: number): boolean {
    const filling = this.#filling;
    filling.rows += rows;
    addTo(filling.counts, counts);
    if (filling.rows < BUCKET_ROWS_MIN) return false;
    this.#buckets.push(filling);
    this.#filling = this.#empty();
    this.#merge();
    return true;
  }

  /**
   * Visits windows that end with the last full bucket, the shortest first, while `visit` says so; or with rows that are about
   * to be added. `counts` is the visitor's only during its call.
   */
  each(visit: (counts: Float64Array, rows: number) => boolean, coming: Bucket | null = null): void {
    const sums = this.#sums.fill(0);
    let rows = 0;
    if (coming !== null) {
      addTo(sums, this.#filling.counts);
      addTo(sums, coming.counts);
      rows = this.#filling.rows + coming.rows;
      if (!visit(sums, rows)) return;
    }
    for (const bucket of this.#buckets.toReversed()) {
      rows += bucket.rows;
      addTo(sums, bucket.counts);
      if (!visit(sums, rows)) return;
    }
  }

  state(): WindowBucketsState {
    return [...this.#buckets, this.#filling]
      .filter(({ rows }) => rows > 0)
      .map(({ rows, counts }) => ({ rows, counts: [...counts] }));
  }

  #empty(): Bucket {
    return { rows: 0, counts: new Float64Array(this.#width) };
  }

  #merge(): void {
    const buckets = this.#buckets;
    let after = 0;
    for (let i = buckets.length - 1; i > 0; i--) {
      const [older, newer] = [elementAt(buckets, i - 1), elementAt(buckets, i)];
      const rows = older.rows + newer.rows;
      if (rows * FINENESS <= after) {
        addTo(older.counts, newer.counts);
        older.rows = rows;
        buckets.splice(i, 1);
      } else after += newer.rows;
    }
    while (buckets.length > 1 && after > MEMORY) {
      after -= elementAt(buckets, 0).rows;
      buckets.shift();
    }
  }
}

/** Ages of windows between doublings, over all of which the weight of a start is spread. */
const DOUBLINGS = Math.log2(MEMORY / BUCKET_ROWS_MIN);

/**
 * Logarithm of the weight of a start that is `age` rows back. Of starts that get to an age there is at most one in
 * age / (2·FINENESS) rows, so that the weights of all starts up to a row add up to at most its number, with which the
 * detector expects its first false alarm no sooner than at the inverse of its threshold (Shin, Ramdas, Rinaldo 2022,
 * "E-detectors", theorem 2.4).
 */
export const logStartWeight = (age: number): number => Math.log(age / (2 * DOUBLINGS * 2 * FINENESS));
