import { seededRandom } from '../../src/core/random.ts';

/** People as tools/fixtures/rollouts.py draws them, for the models in fixtures/rollouts. */
export interface Person {
  readonly row: Readonly<Record<string, number | string>>;
  readonly fails: 0 | 1;
}

export const NUMBERS = ['age', 'income', 'debt', 'years_employed', 'cards', 'late_payments', 'balance'];
const REGIONS: readonly (readonly [name: string, share: number, adds: number])[] = [
  ['north', 0.45, 0],
  ['east', 0.45, 0.4],
  ['south', 0.05, 0.8],
  ['west', 0.05, -0.4],
];

export class People {
  readonly #random: { next(): number };

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** `shift`: of debt, in standard deviations. */
  one(shift = 0): Person {
    const numbers = Object.fromEntries(NUMBERS.map((name) => [name, this.#normal()]));
    numbers['debt']! += shift;
    const [region, , adds] = this.#region();
    const { debt, late_payments: late, income, balance } = numbers as Record<string, number>;
    const score = 1.6 * debt! + 1.2 * late! - 1.4 * income! - 0.8 * balance! + adds - 0.8;
    const fails = this.next() < 1 / (1 + Math.exp(-2 * score)) ? 1 : 0;
    return { row: { ...numbers, region }, fails };
  }

  many(count: number, shift = 0): readonly Person[] {
    return Array.from({ length: count }, () => this.one(shift));
  }

  next(): number {
    return this.#random.next();
  }

  #normal(): number {
    return Math.sqrt(-2 * Math.log(this.next() || 1e-12)) * Math.cos(2 * Math.PI * this.next());
  }

  #region(): (typeof REGIONS)[number] {
    let left = this.next();
    for (const region of REGIONS) {
      left -= region[1];
      if (left < 0) return region;
    }
    return REGIONS[0]!;
  }
}

/** With the truth as the last column, where it is named. */
export function csvOf(people: readonly Person[], truth: string | null = null): string {
  const head = [...NUMBERS, 'region', ...(truth === null ? [] : [truth])];
  const lines = people.map(({ row, fails }) =>
    [...NUMBERS.map((name) => row[name]), row['region'], ...(truth === null ? [] : [fails])].join(','),
  );
  return `${[head.join(','), ...lines].join('\n')}\n`;
}
