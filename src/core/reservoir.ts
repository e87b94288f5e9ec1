import type { Random } from './ports.ts';
import { randomIndex, seededRandom } from './random.ts';

/**
 * A sample of things that come one after the other, of which nobody knows how many there are: `most` of them, every choice alike
 * (algorithm R; Vitter, ACM Transactions on Mathematical Software 11, 1985). The same seed chooses the same places.
 */
export class Reservoir<T> {
  readonly #most: number;
  readonly #random: Random;
  readonly #kept: { readonly place: number; readonly item: T }[] = [];
  #count = 0;

  constructor(most: number, seed: number) {
    this.#most = most;
    this.#random = seededRandom(seed);
  }

  /** How many came. */
  get count(): number {
    return this.#count;
  }

  add(item: T): void {
    const place = this.#count++;
    const slot = place < this.#most ? place : randomIndex(this.#random, place + 1);
    if (slot < this.#most) this.#kept[slot] = { place, item };
  }

  /** Those that were chosen, in the order in which they came. */
  read(): readonly T[] {
    return this.#kept.toSorted((a, b) => a.place - b.place).map(({ item }) => item);
  }
}

/** Places of `most` of `count` things, ascending, every choice alike; null where all of them are taken. */
export function sampledPlaces(count: number, most: number, seed: number): readonly number[] | null {
  if (count <= most) return null;
  const sample = new Reservoir<number>(most, seed);
  for (let place = 0; place < count; place++) sample.add(place);
  return sample.read();
}
