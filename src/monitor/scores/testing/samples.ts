/** Samples that tests compare scores on: columns, and numbers as numpy and Python draw them. Pure. */
import { MersenneTwister } from '../../../statistics/mersenne-twister.ts';
import type { ColumnPair, SampleColumn } from '../sample-column.ts';

/** Numbers, null where missing. */
export const sampleNumbers = (values: ArrayLike<number | null>, integers = false): SampleColumn => ({
  kind: 'number',
  values: Float64Array.from(values as ArrayLike<number>, (value: number | null) => value ?? Number.NaN),
  integers,
});

export const categories = (values: Iterable<string | number | null>): SampleColumn => ({
  kind: 'category',
  values: Array.from(values, (value) => (value === null ? null : String(value))),
});

export const columnPair = (reference: SampleColumn, current: SampleColumn): ColumnPair => ({
  reference,
  current,
});

/** Each value as often as its count says. */
export const repeatedSample = <V>(values: readonly V[], counts: readonly number[]): V[] =>
  values.flatMap((value, i) => new Array<V>(counts[i]!).fill(value));

/** `numpy.random.RandomState(seed)`: each kind of draw as that generator has it. */
export class NumpyRandom {
  readonly #twister: MersenneTwister;
  /** The second number of a pair of normal ones. */
  #kept: number | null = null;

  constructor(seed: number) {
    this.#twister = MersenneTwister.fromSeed(seed);
  }

  /** `randint(bound)`: the lowest bits that can hold it, drawn again where they are too many. */
  below(bound: number): number {
    const mask = bound === 1 ? 0 : 2 ** (32 - Math.clz32(bound - 1)) - 1;
    for (;;) {
      const drawn = (this.#twister.next() & mask) >>> 0;
      if (drawn < bound) return drawn;
    }
  }

  /** `binomial(1, p)`. */
  binary(p: number): number {
    const rare = Math.min(p, 1 - p);
    const drawn = this.#twister.double() > 1 - rare ? 1 : 0;
    return p > 0.5 ? 1 - drawn : drawn;
  }

  /** `standard_normal()`: Marsaglia's polar method. */
  normal(): number {
    if (this.#kept !== null) {
      const kept = this.#kept;
      this.#kept = null;
      return kept;
    }
    for (;;) {
      const x = 2 * this.#twister.double() - 1;
      const y = 2 * this.#twister.double() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#kept = factor * x;
      return factor * y;
    }
  }

  normals(count: number, mean = 0, deviation = 1): Float64Array {
    return new Float64Array(count).map(() => mean + deviation * this.normal());
  }

  /** Positions of `choice`. */
  choices(count: number, bound: number): number[] {
    return Array.from({ length: count }, () => this.below(bound));
  }
}

/** `random.Random(seed).choices(values, weights, k=count)`, one call after the other. */
export function pythonChoices(seed: number) {
  const twister = MersenneTwister.fromKey([seed]);
  return (values: readonly number[], count: number, weights = values.map(() => 1)): number[] => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return Array.from({ length: count }, () => {
      let left = twister.double() * total;
      const place = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      return values[place]!;
    });
  };
}

/** The printed text where a number rounds to it, else the number itself: so that a failure shows both. */
export function asPrinted(value: unknown, printed: string): string {
  const [digits = '', exponent = '0'] = printed.split('e');
  const decimals = digits.split('.')[1]?.length ?? 0;
  const unit = 10 ** (Number(exponent) - decimals);
  const near = typeof value === 'number' && Math.abs(value - Number(printed)) <= 0.5000001 * unit;
  return near ? printed : String(value);
}
