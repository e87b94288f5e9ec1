/**
 * Where the search for a number among ascending borders begins: its bucket, of many of equal width, says how many borders are
 * in those before it. Buckets only rise with the number, whatever the rounding, so the borders of later ones are above it.
 */
export interface BorderBuckets {
  /** A number's bucket is (number - low) · scale, each rounded to float32, cut to a whole number of `starts`. */
  readonly low: number;
  readonly scale: number;
  /** Borders in the buckets before each one. */
  readonly starts: Uint8Array;
  /** A bucket has less than twice as many borders; a power of two. */
  readonly half: number;
}

/** Buckets for each border: with quantiles of usual columns a bucket has one or two. */
const BUCKETS_A_BORDER = 4;
/** What CatBoost writes as a border that only missing values are below or above. */
const FLOAT32_MAX = 2 ** 128 - 2 ** 104;

/** Buckets of up to 255 ascending borders. */
export function bucketsOf(borders: Float32Array): BorderBuckets {
  const within = borders.filter((border) => Math.abs(border) < FLOAT32_MAX);
  const low = within[0] ?? 0;
  const width = Math.fround((within.at(-1) ?? 0) - low);
  const count = BUCKETS_A_BORDER * 2 ** Math.ceil(Math.log2(borders.length + 1));
  const scale = Math.fround(count / width);
  // No width, or one so small or so large that nothing is told apart by it.
  const usable = Number.isFinite(scale) && Number.isFinite(width) ? scale : 0;
  const counts = new Uint8Array(count);
  for (const border of borders) counts[bucketOf(border, low, usable, count)]!++;
  const starts = new Uint8Array(count);
  for (let bucket = 1; bucket < count; bucket++) starts[bucket] = starts[bucket - 1]! + counts[bucket - 1]!;
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  return { low, scale: usable, starts, half: 2 ** Math.max(0, Math.ceil(Math.log2(most + 1)) - 1) };
}

/** As `countBorders` of the kernel: what is no number has bucket 0. */
function bucketOf(border: number, low: number, scale: number, count: number): number {
  const place = Math.trunc(Math.fround(Math.fround(border - low) * scale));
  return Number.isNaN(place) ? 0 : Math.min(count - 1, Math.max(0, place));
}
