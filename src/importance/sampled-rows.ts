import { randomIndex, seededRandom } from '../core/random.ts';

/** Indices of `most` of `count` rows, ascending, every choice alike; null where all of them are taken. The same seed takes the same. */
export function sampledRows(count: number, most: number, seed: number): readonly number[] | null {
  if (count <= most) return null;
  const random = seededRandom(seed);
  const all = Uint32Array.from({ length: count }, (_, row) => row);
  for (let k = 0; k < most; k++) {
    const other = k + randomIndex(random, count - k);
    const swapped = all[k]!;
    all[k] = all[other]!;
    all[other] = swapped;
  }
  return Array.from(all.subarray(0, most).sort());
}
