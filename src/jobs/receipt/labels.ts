/**
 * Counts of labels: one by one up to 1,000 different ones. More of them are counted in 1,024 buckets by their hash, which adds
 * up all the same, and can only make two distributions look nearer than they are. Pure.
 */
import type { OutputDistribution } from './column-distribution.ts';

const LABELS_MAX = 1000;
const BUCKETS = 1024;

export class LabelCounts {
  readonly #counts = new Map<string, { count: number }>();
  #buckets: Float64Array | null = null;

  add(label: string, count: number): void {
    if (count === 0) return;
    const cell = this.#counts.get(label);
    if (cell !== undefined) cell.count += count;
    else this.#addNew(label, count);
  }

  #addNew(label: string, count: number): void {
    if (this.#buckets === null && this.#counts.size < LABELS_MAX) {
      this.#counts.set(label, { count });
      return;
    }
    const buckets = this.#toBuckets();
    buckets[bucketOf(label)]! += count;
  }

  addBuckets(counts: readonly (readonly [number, number])[]): void {
    const buckets = this.#toBuckets();
    for (const [bucket, count] of counts) buckets[bucket]! += count;
  }

  #toBuckets(): Float64Array {
    this.#buckets ??= new Float64Array(BUCKETS);
    for (const [label, { count }] of this.#counts) this.#buckets[bucketOf(label)]! += count;
    this.#counts.clear();
    return this.#buckets;
  }

  distribution(): Exclude<OutputDistribution, { kind: 'numbers' }> {
    if (this.#buckets === null) {
      const counts = [...this.#counts].map(([label, { count }]) => [label, count] as const);
      return { kind: 'labels', counts: counts.sort(([a], [b]) => (a < b ? -1 : 1)) };
    }
    const counts = [...this.#toBuckets()].flatMap((count, bucket) =>
      count > 0 ? [[bucket, count] as const] : [],
    );
    return { kind: 'buckets', counts };
  }
}

/** FNV-1a over UTF-16 code units (http://www.isthe.com/chongo/tech/comp/fnv/), folded to a bucket. */
export function bucketOf(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return ((hash >>> 16) ^ hash) & (BUCKETS - 1);
}
