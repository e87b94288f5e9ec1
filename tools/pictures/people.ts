/** Rows as the models of `examples/` are asked: customers, houses, flowers and reviews, the same at each run. */
import { seededRandom } from '../../src/core/random.ts';

const random = seededRandom(20261130);
const normal = (): number =>
  Math.sqrt(-2 * Math.log(random.next() || 1e-12)) * Math.cos(2 * Math.PI * random.next());
const chosen = <T>(values: readonly T[]): T => values[Math.floor(random.next() * values.length)] as T;
const rounded = (value: number): number => Math.round(value * 100) / 100;

export const customer = () => ({
  age: Math.round(Math.max(18, 46 + 15 * normal())),
  monthly_fee: rounded(Math.max(5, 42 + 16 * normal())),
  months: Math.round(Math.abs(24 * normal())),
  plan: chosen(['basic', 'plus', 'pro']),
  payment: chosen(['card', 'direct debit', 'invoice']),
});

/** What is given is how much larger they are, and how much further out, than those that the model was trained on. */
export const house = (larger = 0, further = 0) => ({
  area: rounded(Math.max(25, 95 + 32 * normal() + larger)),
  rooms: chosen([2, 3, 3, 4, 4, 5, 6]),
  year: Math.round(1975 + 25 * normal()),
  distance: rounded(Math.abs(6 * normal()) + further),
  garden: chosen([0, 1]),
});
const flower = () =>
  [5.8 + 0.8 * normal(), 3 + 0.4 * normal(), 3.7 + 1.7 * normal(), 1.2 + 0.7 * normal()].map(rounded);
const REVIEWS = [
  ...['A charming film, the music was great!', 'Boring. I hated it…', 'the ending was predictable but funny'],
  ...['two hours that I will not get back', 'wonderful, my children loved every minute'],
];

const many = <T>(count: number, one: () => T): readonly T[] => Array.from({ length: count }, one);

/** Rows that each model is asked in turn, and how often a second. */
export const TRAFFIC: Readonly<Record<string, { readonly rows: readonly unknown[]; readonly rate: number }>> =
  {
    churn: { rows: many(400, customer), rate: 40 },
    'house-prices': { rows: many(200, () => house()), rate: 12 },
    iris: { rows: many(200, flower), rate: 6 },
    reviews: { rows: REVIEWS, rate: 3 },
  };
