import { Reservoir } from '../core/reservoir.ts';

/** Places of `most` of `count` rows, ascending, every choice alike; null where all of them are taken. */
export function sampledRows(count: number, most: number, seed: number): readonly number[] | null {
  if (count <= most) return null;
  const sample = new Reservoir<number>(most, seed);
  for (let row = 0; row < count; row++) sample.add(row);
  return sample.read();
}
