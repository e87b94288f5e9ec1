import { expect, test } from 'vitest';
import { nextDown32, nextUp32 } from '../../../core/float.ts';
import type { Random } from '../../../core/ports.ts';
import { randomIndex, seededRandom } from '../../../core/random.ts';
import { runs } from '../../../core/testing/runs.ts';
import { bucketsOf } from './buckets.ts';
import { startCatBoostKernel } from './kernel/machine.ts';

const MOST = 2 ** 128 - 2 ** 104;
const MISSING = 7;
const SPREADS: readonly ((random: Random) => number)[] = [
  (random) => 2 * random.next() - 1,
  (random) => Math.exp(60 * random.next() - 30) * (random.next() < 0.5 ? -1 : 1),
  (random) => 1e-45 * randomIndex(random, 100),
  (random) => 1e30 + 1e24 * randomIndex(random, 300),
  (random) => MOST * (2 * random.next() - 1),
  (random) => (random.next() < 0.9 ? random.next() : 1e38),
];

function bordersOf(random: Random): Float32Array {
  const spread = SPREADS[randomIndex(random, SPREADS.length)] ?? Math.random;
  const all = Array.from({ length: 1 + randomIndex(random, 250) }, () => spread(random));
  const ends = [Number.NEGATIVE_INFINITY, -MOST, MOST, Number.POSITIVE_INFINITY];
  return Float32Array.from([...all, ...ends.filter(() => random.next() < 0.3)]).sort();
}

/** What the kernel counts of each number. */
function counted(borders: Float32Array, numbers: readonly number[]): number[] {
  const buckets = bucketsOf(borders);
  const rows = Math.ceil(numbers.length / 4) * 4;
  const kernel = startCatBoostKernel(2 ** 16 + 9 * rows);
  if (kernel === null) throw new Error('no memory');
  const { memory, functions } = kernel;
  const [starts, table, x] = [1024, 4096, 2 ** 15];
  const counts = x + 8 * rows;
  new Uint8Array(memory).set(buckets.starts, starts);
  new Float32Array(memory).fill(Number.POSITIVE_INFINITY, table / 4, table / 4 + 1024);
  new Float32Array(memory).set(borders, table / 4);
  new Float64Array(memory).set(numbers, x / 8);
  const { low, scale, half } = buckets;
  const last = buckets.starts.length - 1;
  functions.countBorders(x, 8, rows, starts, last, low, scale, table, half, MISSING, counts);
  return Array.from(new Int8Array(memory, counts, numbers.length), (count) => count + 128);
}

test('numbers at, beside and between borders of any spread are counted as one by one', () => {
  for (let seed = 1; seed <= runs(150); seed++) {
    const random = seededRandom(seed);
    const borders = bordersOf(random);
    const beside = [...borders].flatMap((border) => [border, nextUp32(border), nextDown32(border)]);
    const numbers = [...beside, 0, -0, 1e-45, -MOST, MOST, Infinity, -Infinity, Number.NaN, 2 ** 31, 1e20];
    const wanted = numbers.map((number) =>
      Number.isNaN(number) ? MISSING : borders.filter((border) => number > border).length,
    );
    expect({ seed, counts: counted(borders, numbers) }).toEqual({ seed, counts: wanted });
  }
});

test('quantiles of a usual column are found in one or two steps', () => {
  const random = seededRandom(1);
  const normal = Float32Array.from({ length: 254 * 40 }, () => {
    const [u, v] = [1 - random.next(), random.next()];
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
  }).sort();
  const quantiles = normal.filter((_, i) => i % 40 === 20);
  expect(bucketsOf(quantiles).half).toBeLessThanOrEqual(2);
});
